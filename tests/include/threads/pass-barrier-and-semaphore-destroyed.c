#include <semaphore.h>
#include "run.h"

static pthread_barrier_t barrier;
static sem_t posted;

static void begin(void)
{
	pthread_barrier_init(&barrier, NULL, 2);
	sem_init(&posted, 0, 1);
}

static void end(void)
{
	pthread_barrier_destroy(&barrier);
	sem_destroy(&posted);
	begin();
	sem_wait(&posted);
}

static void *meets(void *unused)
{
	pthread_barrier_wait(&barrier);
	sem_post(&posted);
	return unused;
}

THREADS(meets, meets)
