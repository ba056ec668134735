/* Names of 2018: READ_ONCE, refcount_t, smp_store_release, cmpxchg_relaxed, wait queue entries, hlists with one cursor. */
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/compiler.h>
#include <linux/cpumask.h>
#include <linux/device.h>
#include <linux/hashtable.h>
#include <linux/idr.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/llist.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/percpu-refcount.h>
#include <linux/ratelimit.h>
#include <linux/rbtree.h>
#include <linux/rculist.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

struct node {
	struct hlist_node hash;
	struct rcu_head rcu;
	refcount_t refs;
	u32 key;
	void __rcu *data;
};

struct ring {
	unsigned int head ____cacheline_aligned_in_smp;
	unsigned int tail ____cacheline_aligned_in_smp;
	void *slots[8];
};

static DEFINE_HASHTABLE(nodes, 4);
static DEFINE_MUTEX(nodes_mutex);
DEFINE_STATIC_SRCU(srcu);
static DECLARE_RWSEM(rwsem);
static DEFINE_PER_CPU(unsigned long, hits);
static LLIST_HEAD(todo);
static struct work_struct work;
static atomic_long_t total = ATOMIC_LONG_INIT(0);
static atomic64_t sequence;
static wait_queue_head_t idle;
static DECLARE_BITMAP(used, 64);

static int produce(struct ring *ring, void *item)
{
	unsigned int head = ring->head;
	unsigned int tail = smp_load_acquire(&ring->tail);

	if (head - tail >= ARRAY_SIZE(ring->slots))
		return -ENOSPC;
	WRITE_ONCE(ring->slots[head % ARRAY_SIZE(ring->slots)], item);
	smp_store_release(&ring->head, head + 1);
	return 0;
}

static void *consume(struct ring *ring)
{
	unsigned int tail = ring->tail;
	void *item;

	if (smp_load_acquire(&ring->head) == tail)
		return NULL;
	item = READ_ONCE(ring->slots[tail % ARRAY_SIZE(ring->slots)]);
	smp_store_release(&ring->tail, tail + 1);
	return item;
}

static struct node *get_node(u32 key)
{
	struct node *n;

	rcu_read_lock();
	hash_for_each_possible_rcu(nodes, n, hash, key) {
		if (n->key == key && refcount_inc_not_zero(&n->refs))
			goto out;
	}
	n = NULL;
out:
	rcu_read_unlock();
	this_cpu_inc(hits);
	return n;
}

static void put_node(struct node *n)
{
	if (!refcount_dec_and_test(&n->refs))
		return;
	mutex_lock(&nodes_mutex);
	hash_del_rcu(&n->hash);
	mutex_unlock(&nodes_mutex);
	kfree_rcu(n, rcu);
}

static int add_node(u32 key, void *data)
{
	struct node *n = kzalloc(sizeof(*n), GFP_KERNEL);

	if (!n)
		return -ENOMEM;
	n->key = key;
	refcount_set(&n->refs, 1);
	rcu_assign_pointer(n->data, data);
	lockdep_assert_held(&nodes_mutex);
	hash_add_rcu(nodes, &n->hash, key);
	atomic_long_inc(&total);
	atomic64_add_return_relaxed(2, &sequence);
	return 0;
}

static void *swap_data(struct node *n, void *data)
{
	void *old = rcu_dereference_protected(n->data, lockdep_is_held(&nodes_mutex));
	int idx = srcu_read_lock(&srcu);

	while (cmpxchg_relaxed(&n->data, old, data) != old) {
		old = rcu_dereference_raw(n->data);
		cpu_relax();
	}
	srcu_read_unlock(&srcu, idx);
	synchronize_srcu(&srcu);
	return old;
}

static void do_work(struct work_struct *w)
{
	DEFINE_WAIT_FUNC(wait, autoremove_wake_function);
	struct wait_queue_entry other = {};

	(void)other;
	prepare_to_wait(&idle, &wait, TASK_UNINTERRUPTIBLE);
	if (!bitmap_empty(used, 64))
		schedule();
	finish_wait(&idle, &wait);
	WARN_ON_ONCE(w != &work);
	if (!llist_empty(&todo))
		pr_warn_ratelimited("%s: left over\n", __func__);
	down_write(&rwsem);
	downgrade_write(&rwsem);
	up_read(&rwsem);
}

static int __init start(void)
{
	struct ring ring = {};
	unsigned long bit;

	init_waitqueue_head(&idle);
	INIT_WORK(&work, do_work);
	queue_work(system_unbound_wq, &work);
	flush_work(&work);
	for_each_set_bit(bit, used, 64)
		clear_bit(bit, used);
	if (produce(&ring, &ring) || consume(&ring) != &ring || add_node(1, NULL))
		return -EINVAL;
	put_node(get_node(1));
	smp_mb__before_atomic();
	atomic_long_dec(&total);
	smp_mb__after_atomic();
	smp_cond_load_acquire(&sequence.counter, VAL != 0);
	return swap_data(NULL, NULL) ? 0 : -EAGAIN;
}
module_init(start);
MODULE_LICENSE("GPL v2");
