#include <assert.h>
#include <stdbool.h>
#include <threads.h>

static mtx_t mutex;
static cnd_t cond;
static bool ready;

static int wait(void *data)
{
	mtx_lock(&mutex);
	while (!ready)
		cnd_wait(&cond, &mutex);
	mtx_unlock(&mutex);
	return *(int *)data;
}

int main(void)
{
	thrd_t thread;
	int number = 5, result = 0;

	mtx_init(&mutex, mtx_plain);
	cnd_init(&cond);
	assert(thrd_create(&thread, wait, &number) == thrd_success);
	mtx_lock(&mutex);
	ready = true;
	cnd_signal(&cond);
	mtx_unlock(&mutex);
	thrd_join(thread, &result);
	assert(result == 5);
	return 0;
}
