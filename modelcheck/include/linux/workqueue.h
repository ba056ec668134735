/* SPDX-License-Identifier: MIT */
/*
 * Work: queueing an item that is not pending starts a thread that runs it. Items of one queue may so run at once,
 * as in an unbound queue; the same item never runs twice at a time. Once an item has begun it is its own: it may free
 * itself. A delayed item gets onto its queue when its time is up, which is at any time: until then who flushes, drains or
 * destroys the queue does not wait for it. At most MC_NR_WORKERS items are queued in all.
 */
#ifndef _LINUX_WORKQUEUE_H
#define _LINUX_WORKQUEUE_H

#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/types.h>
#include <mc/task.h>

#ifndef MC_NR_WORKERS
#define MC_NR_WORKERS 4
#endif

struct work_struct;
struct workqueue_struct;
typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	work_func_t func;
	struct workqueue_struct *__queue;
	unsigned int __pending; /* queued and not begun */
	unsigned int __cancel;  /* how many are taking it back: until they are done it is not queued again */
	unsigned int __number;  /* of its last queueing */
	unsigned int __delayed; /* that was with a delay */
};

struct delayed_work {
	struct work_struct work;
};

struct workqueue_struct {
	unsigned long __left; /* queueings not ended, a bit each by number */
	unsigned int __draining; /* how many drain it: only its own items queue onto it */
};

__attribute__((weak)) struct workqueue_struct __mc_system_wq;
/* What each worker runs, NULL before and after. */
__attribute__((weak)) struct work_struct *__mc_running[MC_NR_WORKERS] MC_UNITS;
__attribute__((weak)) unsigned int __mc_nr_workers;
void more_work_than_MC_NR_WORKERS(void);
/* The item of each queueing until it is begun or taken back; kept only where the program takes work back. */
__attribute__((weak)) struct work_struct *__mc_queued[MC_NR_WORKERS] MC_UNITS;
#define __mc_takes_back() (__mc_calls("cancel_work_sync") || __mc_calls("cancel_work"))

#define WQ_UNBOUND 2U
#define WQ_FREEZABLE 4U
#define WQ_MEM_RECLAIM 8U
#define WQ_HIGHPRI 16U

#define __WORK_INITIALIZER(name, function) { .func = (function) }
#define DECLARE_WORK(name, function) struct work_struct name = __WORK_INITIALIZER(name, function)
#define DECLARE_DELAYED_WORK(name, function) struct delayed_work name = { .work = __WORK_INITIALIZER(name, function) }
/* Not while it is queued: the kernel's list of work would be broken. */
#define INIT_WORK(item, function) \
	(__mc_reset(&(item)->__pending, 4, "initialise work item"), (void)((item)->__cancel = 0), (void)((item)->func = (function)))
#define INIT_WORK_ONSTACK(item, function) INIT_WORK(item, function)
#define destroy_work_on_stack(item) ((void)(item))
#define INIT_DELAYED_WORK(item, function) INIT_WORK(&(item)->work, function)
#define INIT_DEFERRABLE_WORK(item, function) INIT_WORK(&(item)->work, function)

/* Waits until no worker runs the item. */
static inline void __mc_work_ended(struct work_struct *work)
{
	for (int i = 0; i < MC_NR_WORKERS; i++)
		__mc_await(&__mc_running[i], 8, "ne", (unsigned long)work, "ACQUIRE");
}

/* Which queue the thread runs an item of; kept only where the program drains queues. */
__attribute__((weak)) struct workqueue_struct *__mc_worker_of[MC_NR_THREADS] MC_UNITS;
#define __mc_drains() (__mc_calls("drain_workqueue") || __mc_calls("destroy_workqueue"))
#define __mc_works_for(queue) ((void)(__mc_drains() && (__mc_worker_of[__mc_slot()] = (queue), 1)))

/* Its time is up: onto the queue. */
#define __mc_work_due(work, queue, number) \
	((void)((work)->__delayed && (__mc_rmw(&(queue)->__left, 8, "or", 1UL << (number), "ONCE", "ONCE"), 1)))

static inline void *__mc_work_main(void *argument)
{
	struct work_struct *work = argument;
	struct workqueue_struct *queue = work->__queue;
	work_func_t func = work->func;
	unsigned long number = work->__number;

	__mc_work_due(work, queue, number);
	__mc_works_for(queue);
	__mc_work_ended(work);
	WRITE_ONCE(__mc_running[number], work);
	__mc_rmw(&work->__pending, 4, "xchg", 0, "MB", "MB");
	func(work);
	smp_store_release(&__mc_running[number], NULL);
	__mc_rmw(&queue->__left, 8, "andnot", 1UL << number, "ONCE", "RELEASE");
	return NULL;
}

/* Takes back the queueing with this number, if it is one of the item and not begun. */
static inline bool __mc_take_back(unsigned long number, struct work_struct *work)
{
	unsigned long item = (unsigned long)work;

	if (__mc_rmw_if(&__mc_queued[number], 8, "xchg", 0, "eq", item, "MB", "MB", "ONCE") != item)
		return 0;
	if (!work->__delayed)
		__mc_rmw(&work->__queue->__left, 8, "andnot", 1UL << number, "ONCE", "RELEASE");
	__mc_rmw(&work->__pending, 4, "xchg", 0, "MB", "MB");
	return 1;
}

/* As above, but for an item that may be taken back, and freed, before this begins: it is not touched until it is claimed. */
static inline void *__mc_work_claimed(void *argument)
{
	unsigned long number = (unsigned long)argument, item;
	struct work_struct *work = READ_ONCE(__mc_queued[number]);
	struct workqueue_struct *queue;

	if (!work)
		return NULL;
	item = (unsigned long)work;
	__mc_work_ended(work);
	WRITE_ONCE(__mc_running[number], work);
	if (__mc_rmw_if(&__mc_queued[number], 8, "xchg", 0, "eq", item, "MB", "MB", "ONCE") == item) {
		queue = work->__queue;
		__mc_work_due(work, queue, number);
		__mc_works_for(queue);
		__mc_rmw(&work->__pending, 4, "xchg", 0, "MB", "MB");
		work->func(work);
		smp_store_release(&__mc_running[number], NULL);
		__mc_rmw(&queue->__left, 8, "andnot", 1UL << number, "ONCE", "RELEASE");
	} else {
		smp_store_release(&__mc_running[number], NULL);
	}
	return NULL;
}

static inline bool __mc_queue_claimed(struct work_struct *work, unsigned long number)
{
	smp_store_release(&__mc_queued[number], work);
	__mc_fence("Mb");
	if (READ_ONCE(work->__cancel) && __mc_take_back(number, work))
		return 0;
	__mc_spawn(__mc_work_claimed, (void *)number);
	return 1;
}

static inline bool __mc_queue_work(struct workqueue_struct *queue, struct work_struct *work, bool delayed)
{
	unsigned long number;

	__mc_assumes("work-runs-apart");
	if (__mc_rmw(&work->__pending, 4, "xchg", 1, "MB", "MB"))
		return 0;
	number = __mc_rmw(&__mc_nr_workers, 4, "add", 1, "ONCE", "ONCE");
	if (number >= MC_NR_WORKERS)
		more_work_than_MC_NR_WORKERS();
	work->__queue = queue;
	work->__delayed = delayed;
	if (!delayed && __mc_drains())
		__mc_assert(__mc_load(&queue->__draining, 4, "ONCE") == 0 || __mc_worker_of[__mc_slot()] == queue, "warning",
			    "work is queued onto a queue that is being drained, and not by its own items");
	if (!delayed)
		__mc_rmw(&queue->__left, 8, "or", 1UL << number, "ONCE", "ONCE");
	if (__mc_takes_back())
		return __mc_queue_claimed(work, number);
	work->__number = number;
	__mc_spawn(__mc_work_main, work);
	return 1;
}

/* True if the item was not pending. */
static inline bool queue_work(struct workqueue_struct *queue, struct work_struct *work)
{
	return __mc_queue_work(queue, work, 0);
}

static inline bool queue_delayed_work(struct workqueue_struct *queue, struct delayed_work *item, unsigned long delay)
{
	return __mc_queue_work(queue, &item->work, delay != 0);
}

/* True if the item was pending; it may be running. */
static inline bool cancel_work(struct work_struct *work)
{
	for (int i = 0; i < MC_NR_WORKERS; i++)
		if (__mc_take_back(i, work))
			return 1;
	return 0;
}

/* And does not run any more, nor is queued again until then. */
static inline bool cancel_work_sync(struct work_struct *work)
{
	bool was;

	__mc_rmw(&work->__cancel, 4, "add", 1, "MB", "MB");
	was = cancel_work(work);
	__mc_fence("Mb"); /* what is found begun is seen running */
	__mc_work_ended(work);
	__mc_rmw(&work->__cancel, 4, "sub", 1, "MB", "MB");
	return was;
}

/* Waits for the item's last queueing to have run. */
static inline bool flush_work(struct work_struct *work)
{
	__mc_await(&work->__pending, 4, "eq", 0, "ACQUIRE");
	__mc_work_ended(work);
	return 1;
}

/* Waits for what is queued when it is called: not for what its items queue meanwhile. */
static inline void flush_workqueue(struct workqueue_struct *queue)
{
	unsigned long before = __mc_load(&queue->__left, 8, "ONCE");

	__mc_await(&queue->__left, 8, "clear", before, "ACQUIRE");
}

/* Until the queue is empty. */
static inline void drain_workqueue(struct workqueue_struct *queue)
{
	__mc_rmw(&queue->__draining, 4, "add", 1, "ONCE", "ONCE");
	__mc_await(&queue->__left, 8, "eq", 0, "ACQUIRE");
	__mc_rmw(&queue->__draining, 4, "sub", 1, "ONCE", "RELEASE");
}

static inline void destroy_workqueue(struct workqueue_struct *queue)
{
	__mc_rmw(&queue->__draining, 4, "add", 1, "ONCE", "ONCE");
	__mc_await(&queue->__left, 8, "eq", 0, "ACQUIRE");
	__mc_free(queue, "alloc_workqueue");
}

#define alloc_workqueue(...) \
	((struct workqueue_struct *)__mc_kmalloc_to(KMALLOC_MAX_SIZE, sizeof(struct workqueue_struct), GFP_KERNEL, 1, \
						    "alloc_workqueue"))
#define alloc_ordered_workqueue(...) ordered_workqueue_is_not_modelled()
#define create_workqueue(name) alloc_workqueue(name)
#define create_singlethread_workqueue(name) ordered_workqueue_is_not_modelled()
#define system_wq (&__mc_system_wq)
#define system_unbound_wq (&__mc_system_wq)
#define system_long_wq (&__mc_system_wq)
#define system_freezable_wq (&__mc_system_wq)
#define system_highpri_wq (&__mc_system_wq)
#define schedule_work(item) queue_work(system_wq, item)
#define schedule_work_on(cpu, item) queue_work(system_wq, item)
#define queue_work_on(cpu, queue, item) queue_work(queue, item)
#define schedule_delayed_work(item, delay) queue_delayed_work(system_wq, item, delay)
#define queue_delayed_work_on(cpu, queue, item, delay) queue_delayed_work(queue, item, delay)
#define flush_delayed_work(item) flush_work(&(item)->work)
#define flush_scheduled_work() flush_workqueue(system_wq)
#define work_pending(item) (READ_ONCE((item)->__pending) != 0)
#define delayed_work_pending(item) work_pending(&(item)->work)
#define to_delayed_work(item) container_of(item, struct delayed_work, work)

#define cancel_delayed_work(item) cancel_work(&(item)->work)
#define cancel_delayed_work_sync(item) cancel_work_sync(&(item)->work)
#define mod_delayed_work(queue, item, delay) ({				\
	struct delayed_work *__mc_item = (item);			\
	bool __mc_was = cancel_delayed_work(__mc_item);			\
	if (!queue_delayed_work(queue, __mc_item, delay)) {		\
		/* About to begin: it is not stopped any more, and is queued again then. */ \
		__mc_await(&__mc_item->work.__pending, 4, "eq", 0, "ACQUIRE"); \
		queue_delayed_work(queue, __mc_item, delay);		\
	}								\
	__mc_was;							\
})

/* One item at a time is not modelled: declared, so that a call is refused. */
struct workqueue_struct *ordered_workqueue_is_not_modelled(void);
unsigned int work_busy(struct work_struct *work);

#endif
