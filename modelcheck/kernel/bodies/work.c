/* SPDX-License-Identifier: MIT */
/*
 * Work: queueing an item that is not pending starts a thread that runs it. Items of one queue may so run at once, but those
 * of an ordered queue run in turn; the same item never runs twice at a time. Once an item has begun it is its own: it may
 * free itself. At most MC_NR_WORKERS items are queued in all; delays are none. Disabling work, changing a queue's attributes
 * and freezing are not there.
 */
#include <linux/workqueue.h>
#include <linux/slab.h>
#include <linux/version.h>

#ifndef MC_NR_WORKERS
#define MC_NR_WORKERS 4
#endif

struct workqueue_struct {
	unsigned long left;   /* queueings not ended, a bit each by number */
	unsigned int ordered;
	unsigned int tickets; /* of an ordered queue: turns given out, and the one at hand */
	unsigned int turn;
};

/* One queueing. */
struct __mc_queueing {
	struct work_struct *item;    /* until it is begun or taken back */
	struct work_struct *running; /* from before it is begun until it has ended */
	struct workqueue_struct *queue;
	unsigned int ticket;
};

static struct workqueue_struct __mc_system_wq;
static struct __mc_queueing __mc_queueings[MC_NR_WORKERS] MC_UNITS;
static unsigned int __mc_nr_queueings;

struct workqueue_struct *system_wq = &__mc_system_wq;
struct workqueue_struct *system_highpri_wq = &__mc_system_wq;
struct workqueue_struct *system_long_wq = &__mc_system_wq;
struct workqueue_struct *system_unbound_wq = &__mc_system_wq;
struct workqueue_struct *system_freezable_wq = &__mc_system_wq;
struct workqueue_struct *system_power_efficient_wq = &__mc_system_wq;
struct workqueue_struct *system_freezable_power_efficient_wq = &__mc_system_wq;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
struct workqueue_struct *system_percpu_wq = &__mc_system_wq;
struct workqueue_struct *system_dfl_wq = &__mc_system_wq;
#endif

void more_work_than_MC_NR_WORKERS(void);

#define __mc_work_data(work) (&(work)->data.counter)
#define __mc_set_pending(work) \
	(__mc_rmw(__mc_work_data(work), 8, "or", WORK_STRUCT_PENDING, "MB", "MB") & WORK_STRUCT_PENDING)
#define __mc_clear_pending(work) \
	((void)__mc_rmw(__mc_work_data(work), 8, "andnot", WORK_STRUCT_PENDING, "MB", "MB"))
/* Who is taking the item back counts himself above what the kernel keeps there: until he is done it is not queued again. */
#define MC_CANCELLING (1UL << 56)

#define __mc_takes_back()						\
	(__mc_calls("cancel_work_sync") || __mc_calls("cancel_work") || __mc_calls("cancel_delayed_work") || \
	 __mc_calls("cancel_delayed_work_sync") || __mc_calls("mod_delayed_work") || __mc_calls("mod_delayed_work_on"))

/* Waits until no worker runs the item. */
static void __mc_work_ended(struct work_struct *work)
{
	for (int i = 0; i < MC_NR_WORKERS; i++)
		__mc_await(&__mc_queueings[i].running, 8, "ne", (unsigned long)work, "ACQUIRE");
}

static void __mc_queueing_ends(struct __mc_queueing *one, struct workqueue_struct *queue)
{
	__mc_rmw(&queue->left, 8, "andnot", 1UL << (one - __mc_queueings), "ONCE", "RELEASE");
}

/* An item is not touched until it is claimed: it may be taken back, and freed, before. */
static bool __mc_claim(struct __mc_queueing *one, struct work_struct *work)
{
	unsigned long item = (unsigned long)work;

	return !__mc_takes_back() || __mc_rmw_if(&one->item, 8, "xchg", 0, "eq", item, "MB", "MB", "ONCE") == item;
}

static void *__mc_worker(void *argument)
{
	struct __mc_queueing *one = argument;
	struct workqueue_struct *queue = one->queue;
	struct work_struct *work = READ_ONCE(one->item);
	bool ordered = queue->ordered;

	if (ordered)
		__mc_await(&queue->turn, 4, "eq", one->ticket, "ACQUIRE");
	if (work) {
		__mc_work_ended(work);
		WRITE_ONCE(one->running, work);
		if (__mc_claim(one, work)) {
			work_func_t func = work->func;

			__mc_clear_pending(work);
			func(work);
		}
		smp_store_release(&one->running, NULL);
	}
	if (ordered)
		__mc_rmw(&queue->turn, 4, "add", 1, "ONCE", "RELEASE");
	__mc_queueing_ends(one, queue);
	return NULL;
}

/* Takes back a queueing if it is one of the item and not begun; its worker finds nothing to do. */
static bool __mc_take_back(struct __mc_queueing *one, struct work_struct *work)
{
	unsigned long item = (unsigned long)work;

	if (__mc_rmw_if(&one->item, 8, "xchg", 0, "eq", item, "MB", "MB", "ONCE") != item)
		return false;
	__mc_clear_pending(work);
	return true;
}

/* True if the item was not pending. */
bool queue_work_on(int cpu, struct workqueue_struct *queue, struct work_struct *work)
{
	struct __mc_queueing *one;
	unsigned long number;

	__mc_assumes("work-runs-apart");
	if (__mc_set_pending(work))
		return false;
	number = __mc_rmw(&__mc_nr_queueings, 4, "add", 1, "ONCE", "ONCE");
	if (number >= MC_NR_WORKERS)
		more_work_than_MC_NR_WORKERS();
	one = &__mc_queueings[number];
	one->queue = queue;
	__mc_rmw(&queue->left, 8, "or", 1UL << number, "ONCE", "ONCE");
	if (queue->ordered)
		one->ticket = __mc_rmw(&queue->tickets, 4, "add", 1, "ONCE", "ONCE");
	smp_store_release(&one->item, work);
	if (__mc_takes_back()) {
		__mc_fence("Mb");
		if ((unsigned long)atomic_long_read(&work->data) >= MC_CANCELLING)
			__mc_take_back(one, work);
	}
	__mc_spawn(__mc_worker, one);
	return true;
}

bool queue_work_node(int node, struct workqueue_struct *queue, struct work_struct *work)
{
	return queue_work_on(WORK_CPU_UNBOUND, queue, work);
}

bool queue_delayed_work_on(int cpu, struct workqueue_struct *queue, struct delayed_work *item, unsigned long delay)
{
	return queue_work_on(cpu, queue, &item->work);
}

/* True if the item was pending; it may be running. */
bool cancel_work(struct work_struct *work)
{
	for (int i = 0; i < MC_NR_WORKERS; i++)
		if (__mc_take_back(&__mc_queueings[i], work))
			return true;
	return false;
}

/* And does not run any more, nor is queued again until then. */
bool cancel_work_sync(struct work_struct *work)
{
	bool was;

	__mc_rmw(__mc_work_data(work), 8, "add", MC_CANCELLING, "MB", "MB");
	was = cancel_work(work);
	__mc_fence("Mb"); /* what is found begun is seen running */
	__mc_work_ended(work);
	__mc_rmw(__mc_work_data(work), 8, "sub", MC_CANCELLING, "MB", "MB");
	return was;
}

bool cancel_delayed_work(struct delayed_work *item)
{
	return cancel_work(&item->work);
}

bool cancel_delayed_work_sync(struct delayed_work *item)
{
	return cancel_work_sync(&item->work);
}

bool mod_delayed_work_on(int cpu, struct workqueue_struct *queue, struct delayed_work *item, unsigned long delay)
{
	bool was = cancel_delayed_work(item);

	queue_delayed_work_on(cpu, queue, item, delay);
	return was;
}

/* Waits for the item's last queueing to have run; true if it was not idle. */
bool flush_work(struct work_struct *work)
{
	bool was = work_pending(work);

	__mc_await(__mc_work_data(work), 8, "clear", WORK_STRUCT_PENDING, "ACQUIRE");
	for (int i = 0; i < MC_NR_WORKERS && !was; i++)
		was = READ_ONCE(__mc_queueings[i].running) == work;
	__mc_work_ended(work);
	return was;
}

bool flush_delayed_work(struct delayed_work *item)
{
	return flush_work(&item->work);
}

/* Waits for what is queued when it is called: not for what its items queue meanwhile. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 0, 0)
void __flush_workqueue(struct workqueue_struct *queue)
#else
void flush_workqueue(struct workqueue_struct *queue)
#endif
{
	unsigned long before = __mc_load(&queue->left, 8, "ONCE");

	__mc_await(&queue->left, 8, "clear", before, "ACQUIRE");
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 0, 0)
void __warn_flushing_systemwide_wq(void)
{
}
#endif

/* Until the queue is empty. */
void drain_workqueue(struct workqueue_struct *queue)
{
	__mc_await(&queue->left, 8, "eq", 0, "ACQUIRE");
}

void destroy_workqueue(struct workqueue_struct *queue)
{
	drain_workqueue(queue);
	kfree(queue);
}

#if MC_TREE_MAKES_WORKQUEUES_BY_KEY
struct workqueue_struct *__alloc_workqueue_key(const char *name, unsigned int flags, int most,
					       struct lock_class_key *key, const char *lock_name, ...)
#elif MC_TREE_PROFILES_WORKQUEUES
struct workqueue_struct *alloc_workqueue_noprof(const char *name, unsigned int flags, int most, ...)
#else
struct workqueue_struct *alloc_workqueue(const char *name, unsigned int flags, int most, ...)
#endif
{
	struct workqueue_struct *queue = kzalloc(sizeof(*queue), GFP_KERNEL);

	if (queue)
		queue->ordered = (flags & __WQ_ORDERED) != 0;
	return queue;
}

/* Only where a thread that queues an item could be told from a worker: not here. */
void delayed_work_timer_fn(struct timer_list *timer)
{
}

unsigned int work_busy(struct work_struct *work)
{
	unsigned int busy = work_pending(work) ? WORK_BUSY_PENDING : 0;

	for (int i = 0; i < MC_NR_WORKERS; i++)
		if (READ_ONCE(__mc_queueings[i].running) == work)
			busy |= WORK_BUSY_RUNNING;
	return busy;
}
