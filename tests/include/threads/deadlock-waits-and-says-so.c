#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

static atomic_int ready;

static void *wait(void *unused)
{
	while (!ready)
		printf("not yet\n");
	return 0;
}

int main(void)
{
	pthread_t thread;

	pthread_create(&thread, 0, wait, 0);
	pthread_join(thread, 0);
	return 0;
}
