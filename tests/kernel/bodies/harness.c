/* SPDX-License-Identifier: MIT */
#include <linux/completion.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <linux/timer.h>
#include <linux/version.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <mc/check.h>

#define holds(condition) MC_ASSERT("assertion", condition, #condition)

static int data;
static DECLARE_COMPLETION(done);

static void completer(void)
{
	data = 1;
	complete(&done);
}

static void waiter(void)
{
	wait_for_completion(&done);
	holds(data == 1);
}

static DECLARE_WAIT_QUEUE_HEAD(queue);
static int ready;

static void waker(void)
{
	data = 1;
	smp_store_release(&ready, 1);
	wake_up(&queue);
}

static void late_waker(void)
{
	data = 1;
	wake_up(&queue);
	smp_store_release(&ready, 1);
}

static void looking_waker(void)
{
	data = 1;
	smp_store_release(&ready, 1);
	if (wq_has_sleeper(&queue))
		wake_up(&queue);
}

static void rash_waker(void)
{
	data = 1;
	smp_store_release(&ready, 1);
	if (waitqueue_active(&queue))
		wake_up(&queue);
}

static void sleeper(void)
{
	wait_event(queue, smp_load_acquire(&ready));
	holds(data == 1);
}

static void interrupted(void)
{
	int result;

	set_thread_flag(TIF_SIGPENDING);
	result = wait_event_interruptible(queue, READ_ONCE(ready));
	holds(result == -ERESTARTSYS && list_empty(&queue.head));
}

static void exclusive_alone(void)
{
	DEFINE_WAIT(wait);

	while (!READ_ONCE(ready)) {
		prepare_to_wait_exclusive(&queue, &wait, TASK_UNINTERRUPTIBLE);
		if (!READ_ONCE(ready))
			schedule();
	}
	finish_wait(&queue, &wait);
}

static void exclusive(void)
{
	exclusive_alone();
	wake_up(&queue);
}

struct record {
	int value;
	struct rcu_head rcu;
};
static struct record __rcu *shared;
static int freed;

static void published(void)
{
	struct record *record = kmalloc(sizeof(*record), GFP_KERNEL);

	record->value = 1;
	rcu_assign_pointer(shared, record);
}

static void reader(void)
{
	struct record *record;

	rcu_read_lock();
	record = rcu_dereference(shared);
	if (record)
		holds(record->value == 1);
	rcu_read_unlock();
}

static struct record *taken(void)
{
	struct record *record = rcu_dereference_protected(shared, 1);

	rcu_assign_pointer(shared, NULL);
	return record;
}

static void updater(void)
{
	struct record *record = taken();

	synchronize_rcu();
	kfree(record);
}

static void hasty(void)
{
	kfree(taken());
}

static void deferred(void)
{
	struct record *record = taken();

	kfree_rcu(record, rcu);
}

static void free_it(struct rcu_head *head)
{
	kfree(container_of(head, struct record, rcu));
	WRITE_ONCE(freed, 1);
}

static void called(void)
{
	call_rcu(&taken()->rcu, free_it);
	rcu_barrier();
	holds(READ_ONCE(freed));
}

static void called_only(void)
{
	call_rcu(&taken()->rcu, free_it);
	holds(READ_ONCE(freed));
}

static struct work_struct item, other;
static struct workqueue_struct *own;
static int runs, inside;

static void run(struct work_struct *work)
{
	holds(!READ_ONCE(inside));
	WRITE_ONCE(inside, 1);
	runs++;
	WRITE_ONCE(inside, 0);
}

static void made(void)
{
	INIT_WORK(&item, run);
}

static void queuer(void)
{
	schedule_work(&item);
}

static void flushed(void)
{
	flush_work(&item);
	holds(runs == 1 || runs == 2);
}

static void canceller(void)
{
	schedule_work(&item);
	cancel_work_sync(&item);
	holds(!READ_ONCE(inside));
}

static void hasty_canceller(void)
{
	schedule_work(&item);
	cancel_work(&item);
	holds(!READ_ONCE(inside));
}

static void ordered(void)
{
	INIT_WORK(&item, run);
	INIT_WORK(&other, run);
	own = alloc_ordered_workqueue("own", 0);
}

static void unordered(void)
{
	INIT_WORK(&item, run);
	INIT_WORK(&other, run);
	own = alloc_workqueue("own", WQ_UNBOUND, 0);
}

static void two_items(void)
{
	queue_work(own, &item);
	queue_work(own, &other);
}

static void both(void)
{
	destroy_workqueue(own);
	holds(runs == 2);
}

static struct srcu_struct domain, another;

static void srcu_published(void)
{
	init_srcu_struct(&domain);
	init_srcu_struct(&another);
	published();
}

static void srcu_read(struct srcu_struct *one)
{
	int index = srcu_read_lock(one);
	struct record *record = srcu_dereference(shared, one);

	if (record)
		holds(record->value == 1);
	srcu_read_unlock(one, index);
}

static void srcu_reader(void)
{
	srcu_read(&domain);
}

static void srcu_other_reader(void)
{
	srcu_read(&another);
}

static void srcu_updater(void)
{
	struct record *record = taken();

	synchronize_srcu(&domain);
	kfree(record);
}

static void srcu_caller(void)
{
	call_srcu(&domain, &taken()->rcu, free_it);
	srcu_barrier(&domain);
	holds(READ_ONCE(freed));
}

static void srcu_over(void)
{
	cleanup_srcu_struct(&domain);
}

static int fired;

static void fire(struct timer_list *timer)
{
	WRITE_ONCE(inside, 1);
	fired++;
	WRITE_ONCE(inside, 0);
}

static DEFINE_TIMER(timer, fire);

/* Both names of each were there for a while; the new ones came with 6.2, and were brought into some older kernels. */
#ifdef timer_container_of
#define del_timer timer_delete
#define del_timer_sync timer_delete_sync
#endif

static void timer_stopped(void)
{
	bool stopped;

	mod_timer(&timer, jiffies + 1);
	stopped = del_timer_sync(&timer);
	holds(!READ_ONCE(inside));
	holds(!timer_pending(&timer));
	holds(fired == !stopped);
}

static void timer_hasty(void)
{
	mod_timer(&timer, jiffies + 1);
	del_timer(&timer);
	holds(!READ_ONCE(inside));
}

/* Regions that nobody waits for are there for who asks. */

static void asks_for_interrupts(void)
{
	unsigned long flags, again;

	local_irq_save(flags);
	holds(irqs_disabled());
	local_irq_save(again);
	local_irq_restore(again);
	holds(irqs_disabled());
	local_irq_restore(flags);
	holds(!irqs_disabled());
}

static void asks_for_preemption(void)
{
	int before = preempt_count();

	preempt_disable();
	preempt_disable();
	holds(preempt_count() == before + 2);
	preempt_enable();
	preempt_enable();
	holds(preempt_count() == before);
}

/* What stays on its CPU, of trees that count that. */
static void stays(void)
{
	migrate_disable();
	migrate_disable();
	migrate_enable();
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 11, 0)
	holds(current->migration_disabled == 1);
#endif
	migrate_enable();
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 11, 0)
	holds(current->migration_disabled == 0);
#endif
}

/* Pages, and memory by what it is freed by. */

static void page_once(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (page)
		__free_page(page);
}

static void page_other_order(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (page)
		__free_pages(page, 1);
}

static void page_twice(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (page) {
		put_page(page);
		__free_page(page);
	}
}

static void page_referenced_late(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (page) {
		put_page(page);
		get_page(page);
	}
}

static void freed_by_another(void)
{
	kfree(vmalloc(8));
}
