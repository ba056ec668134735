#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t *changed;
static int gone;

static void *wait(void *unused)
{
	pthread_mutex_lock(&lock);
	while (!gone)
		pthread_cond_wait(changed, &lock);
	pthread_mutex_unlock(&lock);
	return 0;
}

int main(void)
{
	pthread_t thread;

	changed = malloc(sizeof(*changed));
	pthread_cond_init(changed, 0);
	pthread_create(&thread, 0, wait, 0);
	pthread_mutex_lock(&lock);
	gone = 1;
	pthread_mutex_unlock(&lock);
	pthread_cond_destroy(changed);
	free(changed);
	pthread_join(thread, 0);
	return 0;
}
