/* Store buffering by C11 atomics. */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

static atomic_int x, y;
static int a, b;

static void *left(void *unused)
{
	atomic_store_explicit(&x, 1, memory_order_relaxed);
	a = atomic_load_explicit(&y, memory_order_relaxed);
	return 0;
}

static void *right(void *unused)
{
	atomic_store_explicit(&y, 1, memory_order_relaxed);
	b = atomic_load_explicit(&x, memory_order_relaxed);
	return 0;
}

int main(void)
{
	pthread_t one, other;

	pthread_create(&one, 0, left, 0);
	pthread_create(&other, 0, right, 0);
	pthread_join(one, 0);
	pthread_join(other, 0);
	return 0;
}
