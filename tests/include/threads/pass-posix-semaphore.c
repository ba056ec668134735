#include <assert.h>
#include <semaphore.h>
#include "run.h"

static sem_t full, empty;
static int slot;

static void begin(void)
{
	sem_init(&full, 0, 0);
	sem_init(&empty, 0, 1);
}

static void end(void)
{
	assert(sem_trywait(&full) == -1);
	assert(sem_trywait(&empty) == 0);
}

static void *one(void *unused)
{
	for (int i = 1; i <= 2; i++) {
		sem_wait(&empty);
		slot = i;
		sem_post(&full);
	}
	return unused;
}

static void *two(void *unused)
{
	for (int i = 1; i <= 2; i++) {
		sem_wait(&full);
		assert(slot == i);
		sem_post(&empty);
	}
	return unused;
}

THREADS(one, two)
