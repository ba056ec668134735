#include <assert.h>
#include <pthread.h>

static int seen, after;

static void leave(long number)
{
	if (number)
		pthread_exit((void *)number);
	after = 1;
}

static void *work(void *argument)
{
	seen = 1;
	leave((long)argument);
	assert(!argument);
	return (void *)7;
}

int main(void)
{
	pthread_t one, two;
	void *first, *second;

	pthread_create(&one, NULL, work, (void *)5);
	pthread_join(one, &first);
	assert((long)first == 5 && seen && !after);
	pthread_create(&two, NULL, work, NULL);
	pthread_join(two, &second);
	assert((long)second == 7 && after);
	return 0;
}
