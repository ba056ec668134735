/* A program of the kind that model checkers' own tests are: kernel primitives, POSIX threads. */
#include <lkmm.h>
#include <pthread.h>
#include <assert.h>
#include <stdlib.h>

static int x, y, r0, r1;
static spinlock_t lock;
static atomic_t count = ATOMIC_INIT(0);
static int *shared;
static struct srcu_struct ss;

static void *left(void *unused)
{
	WRITE_ONCE(x, 1);
	smp_mb();
	r0 = READ_ONCE(y);
	spin_lock(&lock);
	atomic_inc(&count);
	spin_unlock(&lock);
	rcu_assign_pointer(shared, &x);
	synchronize_rcu();
	return unused;
}

static void *right(void *unused)
{
	int *p, i;

	WRITE_ONCE(y, 1);
	smp_mb__before_atomic();
	atomic_inc(&count);
	r1 = smp_load_acquire(&x);
	rcu_read_lock();
	p = rcu_dereference(shared);
	if (p)
		r1 += READ_ONCE(*p);
	rcu_read_unlock();
	i = srcu_read_lock(&ss);
	srcu_read_unlock(&ss, i);
	if (cmpxchg_acquire(&x, 1, 2) == 1)
		smp_store_release(&y, xchg_relaxed(&x, 3));
	return unused;
}

int main(void)
{
	pthread_t a, b;

	spin_lock_init(&lock);
	if (pthread_create(&a, NULL, left, NULL) || pthread_create(&b, NULL, right, NULL))
		abort();
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	BUG_ON(!(r0 || r1) && atomic_read(&count) != 2);
	return 0;
}
