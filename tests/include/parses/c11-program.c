/* C11 threads and atomics. */
#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <threads.h>

struct node {
	int value;
	struct node *next;
};

static _Atomic(struct node *) top;
static atomic_uint_fast64_t ticket;
static mtx_t lock;
static cnd_t ready;
static bool full;

static void push(int value)
{
	struct node *n = malloc(sizeof(*n));

	if (!n)
		exit(EXIT_FAILURE);
	n->value = value;
	n->next = atomic_load_explicit(&top, memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(&top, &n->next, n, memory_order_release, memory_order_relaxed))
		;
	atomic_fetch_add_explicit(&ticket, 1, memory_order_relaxed);
}

static int consumer(void *unused)
{
	struct node *n;

	mtx_lock(&lock);
	while (!full)
		cnd_wait(&ready, &lock);
	mtx_unlock(&lock);
	n = atomic_exchange_explicit(&top, NULL, memory_order_acquire);
	assert(n && n->value == 1);
	printf("%" PRIu64 "\n", (uint64_t)atomic_load(&ticket));
	free(n);
	return unused != NULL;
}

int main(void)
{
	thrd_t t;
	int result;

	mtx_init(&lock, mtx_plain);
	cnd_init(&ready);
	if (thrd_create(&t, consumer, NULL) != thrd_success)
		return 1;
	push(1);
	mtx_lock(&lock);
	full = true;
	cnd_signal(&ready);
	mtx_unlock(&lock);
	thrd_join(t, &result);
	return result;
}
