/* Names of these years: folios, guards, try_cmpxchg, refcount, kfree_rcu with one argument, struct_size. */
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/cleanup.h>
#include <linux/container_of.h>
#include <linux/gfp.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/pagemap.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/swait.h>

struct table {
	seqcount_spinlock_t seq;
	spinlock_t lock;
	refcount_t refs;
	unsigned int count;
	struct rcu_head rcu;
	unsigned long slots[] __counted_by(count);
};

static_assert(sizeof(struct list_head) == 16);
static struct table __rcu *current_table;
static DEFINE_MUTEX(table_mutex);

static struct table *table_alloc(unsigned int count)
{
	struct table *t = kzalloc(struct_size(t, slots, count), GFP_KERNEL_ACCOUNT);

	if (!t)
		return ERR_PTR(-ENOMEM);
	spin_lock_init(&t->lock);
	seqcount_spinlock_init(&t->seq, &t->lock);
	refcount_set(&t->refs, 1);
	t->count = count;
	return t;
}

static void table_replace(struct table *t)
{
	struct table *old;

	guard(mutex)(&table_mutex);
	old = rcu_replace_pointer(current_table, t, lockdep_is_held(&table_mutex));
	if (old)
		kfree_rcu(old, rcu);
}

static int table_get(struct table *t, unsigned int i, unsigned long *value)
{
	unsigned int seq;

	if (i >= t->count)
		return -ERANGE;
	do {
		seq = read_seqcount_begin(&t->seq);
		*value = READ_ONCE(t->slots[i]);
	} while (read_seqcount_retry(&t->seq, seq));
	return 0;
}

static void table_set(struct table *t, unsigned int i, unsigned long value)
{
	scoped_guard(spinlock, &t->lock) {
		write_seqcount_begin(&t->seq);
		WRITE_ONCE(t->slots[i], value);
		write_seqcount_end(&t->seq);
	}
}

static bool table_raise(struct table *t, unsigned int i, unsigned long to)
{
	unsigned long old = READ_ONCE(t->slots[i]);

	do {
		if (old >= to)
			return false;
	} while (!try_cmpxchg(&t->slots[i], &old, to));
	return true;
}

static void drop_folio(struct folio *folio)
{
	folio_lock(folio);
	VM_BUG_ON_FOLIO(!folio_test_locked(folio), folio);
	folio_clear_dirty(folio);
	folio_unlock(folio);
	folio_put(folio);
}

static int __init table_init(void)
{
	struct table *t = table_alloc(max_t(unsigned int, 4, 1));
	struct folio *folio = folio_alloc(GFP_KERNEL, 0);
	unsigned long value = 0;
	atomic_t n = ATOMIC_INIT(0);
	int expected = 0;

	if (IS_ERR(t))
		return PTR_ERR(t);
	table_replace(t);
	table_set(t, 0, BIT(3) | GENMASK(2, 0));
	if (data_race(t->count) == 0 || table_get(t, 0, &value) || !table_raise(t, 0, 99))
		return -EINVAL;
	if (atomic_try_cmpxchg_acquire(&n, &expected, 1))
		atomic_fetch_andnot_release(1, &n);
	if (folio)
		drop_folio(folio);
	kfree_rcu_mightsleep(t);
	switch (expected) {
	case 0:
		value++;
		fallthrough;
	default:
		break;
	}
	return value ? 0 : -ENODATA;
}
module_init(table_init);
MODULE_LICENSE("GPL");
