/* C11 atomics of every kind of type, and POSIX threads' locks, by one thread. */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int n = ATOMIC_VAR_INIT(4);
static atomic_bool flag;
static _Atomic unsigned char small = 255;
static _Atomic(long *) place;
static long numbers[3] = { 1, 2, 3 };
static atomic_flag taken = ATOMIC_FLAG_INIT;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int begun;

static void begin(void)
{
	begun++;
}

static int wrapped(memory_order order)
{
	return atomic_fetch_add_explicit(&n, 0, order) + atomic_load_explicit(&n, order);
}

int main(int argc, char **argv)
{
	pthread_spinlock_t spin;
	pthread_barrier_t barrier;
	int expected = 3;
	char *text = malloc(4);
	int *zero = calloc(2, sizeof(int));

	assert(atomic_load(&n) == 4);
	assert(atomic_fetch_add(&n, 2) == 4 && atomic_fetch_sub_explicit(&n, 3, memory_order_acq_rel) == 6);
	assert(atomic_load_explicit(&n, memory_order_acquire) == 3);
	assert(atomic_exchange(&n, -1) == 3);
	assert(!atomic_compare_exchange_strong(&n, &expected, 7) && expected == -1);
	assert(atomic_compare_exchange_weak_explicit(&n, &expected, 7, memory_order_acquire, memory_order_relaxed));
	assert(atomic_fetch_or(&n, 8) == 7 && atomic_fetch_and(&n, 9) == 15 && atomic_fetch_xor(&n, 1) == 9);
	assert(wrapped(memory_order_relaxed) == 16 && wrapped(memory_order_seq_cst) == 16);
	atomic_store_explicit(&flag, 2, memory_order_release);
	assert(atomic_load(&flag) == true);
	assert(atomic_fetch_add(&small, 1) == 255 && atomic_load(&small) == 0);
	atomic_store(&place, numbers);
	assert(atomic_fetch_add(&place, 2) == numbers && *atomic_load_explicit(&place, memory_order_consume) == 3);
	assert(!atomic_flag_test_and_set(&taken) && atomic_flag_test_and_set_explicit(&taken, memory_order_acquire));
	atomic_flag_clear(&taken);
	atomic_thread_fence(memory_order_seq_cst);
	atomic_thread_fence(memory_order_acq_rel);
	atomic_init(&n, 0);

	assert(pthread_mutex_lock(&mutex) == 0 && pthread_mutex_trylock(&mutex) == EBUSY);
	assert(pthread_cond_signal(&cond) == 0 && pthread_cond_broadcast(&cond) == 0);
	assert(pthread_mutex_unlock(&mutex) == 0);
	pthread_rwlock_rdlock(&rw);
	assert(pthread_rwlock_tryrdlock(&rw) == 0 && pthread_rwlock_trywrlock(&rw) == EBUSY);
	pthread_rwlock_unlock(&rw);
	pthread_rwlock_unlock(&rw);
	pthread_rwlock_wrlock(&rw);
	pthread_rwlock_unlock(&rw);
	pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
	pthread_spin_lock(&spin);
	assert(pthread_spin_trylock(&spin));
	pthread_spin_unlock(&spin);
	pthread_once(&once, begin);
	pthread_once(&once, begin);
	assert(begun == 1);
	pthread_barrier_init(&barrier, NULL, 1);
	assert(pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD);

	strcpy(text, "abc");
	assert(strlen(text) == 3 && !strcmp(text, "abc") && zero[1] == 0);
	printf("%d %s\n", begun, text);
	free(text);
	free(zero);
	errno = ENOENT;
	assert(errno == 2);
	usleep(10);
	return argc && argv ? 0 : 1;
}
