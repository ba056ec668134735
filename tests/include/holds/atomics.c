/* What each atomic operation gives and leaves behind, as Documentation/atomic_t.txt defines them. */
#include <linux/atomic.h>
#include <linux/bug.h>

static atomic_t v = ATOMIC_INIT(5);
static atomic_long_t l = ATOMIC_LONG_INIT(1L << 40);
static atomic64_t q = ATOMIC64_INIT(-1);
static int x = -1;
static char small = -3;
static void *pointer;

int main(void)
{
	int old;

	atomic_add(3, &v);
	BUG_ON(atomic_read(&v) != 8);
	atomic_sub(10, &v);
	BUG_ON(atomic_read(&v) != -2);
	atomic_inc(&v);
	atomic_inc(&v);
	BUG_ON(atomic_read(&v) != 0);
	atomic_dec(&v);
	BUG_ON(atomic_read(&v) != -1);
	BUG_ON(!atomic_inc_and_test(&v));
	BUG_ON(atomic_inc_and_test(&v));
	BUG_ON(!atomic_dec_and_test(&v));
	BUG_ON(atomic_dec_and_test(&v));
	BUG_ON(!atomic_add_negative(-1, &v));
	BUG_ON(atomic_add_negative(2, &v));
	BUG_ON(!atomic_sub_and_test(0, &v));
	BUG_ON(atomic_read(&v) != 0);

	atomic_set(&v, 7);
	BUG_ON(atomic_add_return(2, &v) != 9);
	BUG_ON(atomic_sub_return_acquire(10, &v) != -1);
	BUG_ON(atomic_inc_return_release(&v) != 0);
	BUG_ON(atomic_dec_return_relaxed(&v) != -1);
	BUG_ON(atomic_fetch_add(4, &v) != -1);
	BUG_ON(atomic_fetch_sub_relaxed(1, &v) != 3);
	BUG_ON(atomic_fetch_inc(&v) != 2);
	BUG_ON(atomic_fetch_dec_acquire(&v) != 3);
	BUG_ON(atomic_fetch_or(4, &v) != 2);
	BUG_ON(atomic_fetch_and_release(5, &v) != 6);
	BUG_ON(atomic_fetch_xor(6, &v) != 4);
	BUG_ON(atomic_fetch_andnot(2, &v) != 2);
	BUG_ON(atomic_read_acquire(&v) != 0);
	atomic_or(6, &v);
	atomic_and(3, &v);
	atomic_xor(1, &v);
	atomic_andnot(2, &v);
	BUG_ON(atomic_read(&v) != 1);

	BUG_ON(atomic_xchg(&v, -5) != 1);
	BUG_ON(atomic_cmpxchg(&v, 1, 2) != -5);
	BUG_ON(atomic_cmpxchg_relaxed(&v, -5, 2) != -5);
	BUG_ON(atomic_read(&v) != 2);
	old = 3;
	BUG_ON(atomic_try_cmpxchg(&v, &old, 9));
	BUG_ON(old != 2);
	BUG_ON(!atomic_try_cmpxchg_acquire(&v, &old, 9));
	BUG_ON(atomic_read(&v) != 9);

	BUG_ON(!atomic_add_unless(&v, 1, 8));
	BUG_ON(atomic_add_unless(&v, 1, 10));
	BUG_ON(atomic_fetch_add_unless(&v, -10, 0) != 10);
	BUG_ON(atomic_inc_not_zero(&v));
	BUG_ON(atomic_read(&v) != 0);
	BUG_ON(atomic_dec_if_positive(&v) != -1);
	BUG_ON(atomic_read(&v) != 0);
	BUG_ON(!atomic_inc_unless_negative(&v));
	BUG_ON(atomic_dec_if_positive(&v) != 0);
	BUG_ON(!atomic_dec_unless_positive(&v));
	BUG_ON(atomic_inc_unless_negative(&v));
	BUG_ON(atomic_read(&v) != -1);
	BUG_ON(!atomic_inc_not_zero(&v));

	/* Two's complement, without overflow being undefined. */
	atomic_set(&v, 0x7fffffff);
	BUG_ON(atomic_inc_return(&v) != (int)0x80000000);

	BUG_ON(atomic_long_inc_return(&l) != (1L << 40) + 1);
	BUG_ON(atomic_long_cmpxchg(&l, (1L << 40) + 1, -1) != (1L << 40) + 1);
	BUG_ON(atomic_long_read(&l) != -1);
	BUG_ON(atomic64_add_return(2, &q) != 1);
	BUG_ON(!atomic64_dec_and_test(&q));

	BUG_ON(cmpxchg(&x, -1, 4) != -1);
	BUG_ON(xchg(&x, 5) != 4);
	BUG_ON(cmpxchg(&small, -3, 1) != -3);
	BUG_ON(small != 1);
	BUG_ON(xchg(&pointer, &x) != NULL);
	BUG_ON(cmpxchg_release(&pointer, &x, NULL) != &x);
	BUG_ON(pointer);
	return 0;
}
