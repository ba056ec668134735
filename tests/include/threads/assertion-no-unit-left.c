#include <assert.h>
#include <errno.h>
#include <semaphore.h>

int main(void)
{
	sem_t units;

	sem_init(&units, 0, 0);
	errno = 0;
	assert(sem_trywait(&units) != 0 && errno == EAGAIN);
	errno = 0;
	assert(sem_trywait(&units) == 0 || errno == 0);
	return 0;
}
