/* SPDX-License-Identifier: MIT */
/*
 * Work: queueing an item that is not pending starts a thread that runs it. Items of one queue may so run at once,
 * as in an unbound queue; the same item never runs twice at a time.
 */
#ifndef _LINUX_WORKQUEUE_H
#define _LINUX_WORKQUEUE_H

#include <linux/kernel.h>
#include <linux/types.h>
#include <linux/bitops.h>
#include <linux/container_of.h>
#include <mc/lock.h>

struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	work_func_t func;
	unsigned int __pending; /* queued and not begun */
	unsigned int __left;    /* queued and not ended */
	unsigned int __running; /* lock word: held while it runs */
};

struct delayed_work {
	struct work_struct work;
};

struct workqueue_struct {
	char unused;
};

#define WQ_UNBOUND 2U
#define WQ_FREEZABLE 4U
#define WQ_MEM_RECLAIM 8U
#define WQ_HIGHPRI 16U

#define __WORK_INITIALIZER(name, function) { .func = (function) }
#define DECLARE_WORK(name, function) struct work_struct name = __WORK_INITIALIZER(name, function)
#define DECLARE_DELAYED_WORK(name, function) struct delayed_work name = { .work = __WORK_INITIALIZER(name, function) }
#define INIT_WORK(item, function) do {					\
	(item)->func = (function);					\
	(item)->__pending = 0;						\
	(item)->__left = 0;						\
	(item)->__running = 0;						\
} while (0)
#define INIT_WORK_ONSTACK(item, function) INIT_WORK(item, function)
#define INIT_DELAYED_WORK(item, function) INIT_WORK(&(item)->work, function)
#define INIT_DEFERRABLE_WORK(item, function) INIT_WORK(&(item)->work, function)

static inline void *__mc_work_main(void *argument)
{
	struct work_struct *work = argument;
	work_func_t func;

	__mc_lock(&work->__running);
	func = work->func;
	__mc_rmw(&work->__pending, 4, "xchg", 0, "MB", "MB");
	func(work);
	__mc_unlock_word(&work->__running);
	__mc_rmw(&work->__left, 4, "sub", 1, "ONCE", "RELEASE");
	return NULL;
}

/* True if the item was not pending. */
static inline bool schedule_work(struct work_struct *work)
{
	if (__mc_rmw(&work->__pending, 4, "xchg", 1, "MB", "MB"))
		return 0;
	__mc_rmw(&work->__left, 4, "add", 1, "ONCE", "ONCE");
	__mc_spawn(__mc_work_main, work);
	return 1;
}

/* The item must live until it has ended: one that frees itself is beyond this model. */
static inline bool flush_work(struct work_struct *work)
{
	__mc_await(&work->__left, 4, "eq", 0, "ACQUIRE");
	return 1;
}

__attribute__((weak)) struct workqueue_struct __mc_workqueue;
#define system_wq (&__mc_workqueue)
#define system_unbound_wq (&__mc_workqueue)
#define system_long_wq (&__mc_workqueue)
#define system_freezable_wq (&__mc_workqueue)
#define system_highpri_wq (&__mc_workqueue)
#define alloc_workqueue(...) (&__mc_workqueue)
#define alloc_ordered_workqueue(...) (&__mc_workqueue)
#define create_workqueue(name) (&__mc_workqueue)
#define create_singlethread_workqueue(name) (&__mc_workqueue)
#define destroy_workqueue(wq) ((void)(wq))
#define queue_work(wq, item) ((void)(wq), schedule_work(item))
#define queue_work_on(cpu, wq, item) ((void)(wq), schedule_work(item))
#define schedule_work_on(cpu, item) schedule_work(item)
/* The delay may be none. */
#define schedule_delayed_work(item, delay) schedule_work(&(item)->work)
#define queue_delayed_work(wq, item, delay) ((void)(wq), schedule_work(&(item)->work))
#define flush_delayed_work(item) flush_work(&(item)->work)
#define work_pending(item) (READ_ONCE((item)->__pending) != 0)
#define work_busy(item) (READ_ONCE((item)->__left) != 0)
#define delayed_work_pending(item) work_pending(&(item)->work)
#define to_delayed_work(item) container_of(item, struct delayed_work, work)

/* Taking back what is queued is not modelled: declared, so that a call is refused. */
bool cancel_work_sync(struct work_struct *work);
bool cancel_work(struct work_struct *work);
bool cancel_delayed_work(struct delayed_work *work);
bool cancel_delayed_work_sync(struct delayed_work *work);
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *work, unsigned long delay);
void flush_workqueue(struct workqueue_struct *wq);
void drain_workqueue(struct workqueue_struct *wq);
void flush_scheduled_work(void);

#endif
