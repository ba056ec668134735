/* Names and habits of 2009: init_MUTEX, set_mb, smp_mb__before_clear_bit, hlists with two cursors, call_rcu_bh, ACCESS_ONCE. */
#include <linux/module.h>
#include <linux/kernel.h>
#include <linux/init.h>
#include <linux/slab.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/rculist.h>
#include <linux/spinlock.h>
#include <linux/semaphore.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/kthread.h>
#include <linux/wait.h>
#include <linux/completion.h>
#include <linux/workqueue.h>
#include <linux/delay.h>
#include <linux/seqlock.h>
#include <asm/atomic.h>
#include <asm/bitops.h>
#include <asm/system.h>
#include <asm/uaccess.h>

#define HASH 16

struct session {
	struct hlist_node hash;
	struct list_head all;
	spinlock_t lock;
	atomic_t refs;
	unsigned long flags;
	struct rcu_head rcu;
	wait_queue_head_t wait;
	int id;
};

enum { SESSION_BUSY, SESSION_DEAD };

static struct hlist_head table[HASH];
static LIST_HEAD(sessions);
static DEFINE_RWLOCK(table_lock);
static spinlock_t stat_lock = SPIN_LOCK_UNLOCKED;
static struct semaphore sem;
static struct task_struct *worker;
static DECLARE_COMPLETION(started);
static struct kmem_cache *cache __read_mostly;
static seqlock_t stamp_lock = SEQLOCK_UNLOCKED;
static u64 stamp;
static int debug;
module_param(debug, int, 0644);
MODULE_PARM_DESC(debug, "how much to say");

static void session_free(struct rcu_head *head)
{
	struct session *s = container_of(head, struct session, rcu);

	kmem_cache_free(cache, s);
}

static inline void session_put(struct session *s)
{
	if (atomic_dec_and_test(&s->refs))
		call_rcu(&s->rcu, session_free);
}

static struct session *session_find(int id)
{
	struct session *s;
	struct hlist_node *node;

	rcu_read_lock();
	hlist_for_each_entry_rcu(s, node, &table[id % HASH], hash) {
		if (s->id == id && likely(atomic_inc_not_zero(&s->refs))) {
			rcu_read_unlock();
			return s;
		}
	}
	rcu_read_unlock();
	return NULL;
}

static int session_claim(struct session *s)
{
	unsigned long flags;
	int ret = -EBUSY;

	spin_lock_irqsave(&s->lock, flags);
	if (!test_and_set_bit(SESSION_BUSY, &s->flags))
		ret = 0;
	spin_unlock_irqrestore(&s->lock, flags);
	return ret;
}

static void session_release(struct session *s)
{
	smp_mb__before_clear_bit();
	clear_bit(SESSION_BUSY, &s->flags);
	smp_mb__after_clear_bit();
	if (ACCESS_ONCE(s->id))
		wake_up_interruptible(&s->wait);
}

static int session_wait(struct session *s)
{
	DECLARE_WAITQUEUE(wait, current);
	int ret = 0;

	add_wait_queue(&s->wait, &wait);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!test_bit(SESSION_BUSY, &s->flags))
			break;
		if (signal_pending(current)) {
			ret = -ERESTARTSYS;
			break;
		}
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	remove_wait_queue(&s->wait, &wait);
	return ret;
}

static int work_loop(void *data)
{
	struct session *s, *n;

	complete(&started);
	while (!kthread_should_stop()) {
		down(&sem);
		write_lock_bh(&table_lock);
		list_for_each_entry_safe(s, n, &sessions, all) {
			if (test_bit(SESSION_DEAD, &s->flags)) {
				list_del(&s->all);
				hlist_del_rcu(&s->hash);
				session_put(s);
			}
		}
		write_unlock_bh(&table_lock);
		up(&sem);
		write_seqlock(&stamp_lock);
		stamp++;
		write_sequnlock(&stamp_lock);
		if (debug)
			printk(KERN_DEBUG "%s: round done for %p\n", __func__, data);
		msleep(10);
	}
	return 0;
}

static u64 read_stamp(void)
{
	unsigned long seq;
	u64 value;

	do {
		seq = read_seqbegin(&stamp_lock);
		value = stamp;
	} while (read_seqretry(&stamp_lock, seq));
	return value;
}

static int __init session_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		INIT_HLIST_HEAD(&table[i]);
	init_MUTEX(&sem);
	spin_lock(&stat_lock);
	spin_unlock(&stat_lock);
	cache = kmem_cache_create("session", sizeof(struct session), 0, SLAB_HWCACHE_ALIGN, NULL);
	if (!cache)
		return -ENOMEM;
	worker = kthread_run(work_loop, NULL, "worker/%d", 0);
	if (IS_ERR(worker)) {
		kmem_cache_destroy(cache);
		return PTR_ERR(worker);
	}
	wait_for_completion(&started);
	return session_find(1) && session_claim(NULL) && session_wait(NULL) && read_stamp() ? -EINVAL : 0;
}

static void __exit session_exit(void)
{
	kthread_stop(worker);
	session_release(NULL);
	synchronize_rcu();
	rcu_barrier();
	kmem_cache_destroy(cache);
}

module_init(session_init);
module_exit(session_exit);
EXPORT_SYMBOL_GPL(session_put);
MODULE_LICENSE("GPL");
MODULE_AUTHOR("nobody");
