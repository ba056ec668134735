/* SPDX-License-Identifier: MIT */
/*
 * Wait queues. A queue counts how often it was woken; a waiter reads the count before it looks at its condition, and
 * sleeps until the count has moved on. So a wake-up after the look is never lost, and one that does not come is
 * a deadlock. Reading the count acquires and waking releases, as the queue's lock does in the kernel. A wake-up
 * wakes every waiter, which then looks again.
 */
#ifndef _LINUX_WAIT_H
#define _LINUX_WAIT_H

#include <linux/kernel.h>
#include <linux/types.h>
#include <linux/errno.h>
#include <linux/spinlock.h>
#include <mc/task.h>

struct wait_queue_head {
	unsigned int __seq;
	spinlock_t lock;
};
typedef struct wait_queue_head wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name) { 0, { 0 } }
#define DECLARE_WAIT_QUEUE_HEAD(name) wait_queue_head_t name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name) DECLARE_WAIT_QUEUE_HEAD(name)
#define init_waitqueue_head(wq) ((void)((wq)->__seq = 0), spin_lock_init(&(wq)->lock))

#define __mc_wait_seq(wq) ((unsigned int)__mc_load(&(wq)->__seq, 4, "ACQUIRE"))
#define __mc_wait_next(wq, seen) ((unsigned int)__mc_await(&(wq)->__seq, 4, "ne", seen, "ACQUIRE"))

#define wake_up(wq) ((void)__mc_rmw(&(wq)->__seq, 4, "add", 1, "ONCE", "RELEASE"))
#define wake_up_all(wq) wake_up(wq)
#define wake_up_nr(wq, nr) wake_up(wq)
#define wake_up_locked(wq) wake_up(wq)
#define wake_up_interruptible(wq) wake_up(wq)
#define wake_up_interruptible_all(wq) wake_up(wq)
#define wake_up_interruptible_nr(wq, nr) wake_up(wq)
#define wake_up_interruptible_sync(wq) wake_up(wq)
#define wake_up_poll(wq, mask) wake_up(wq)
#define wake_up_interruptible_poll(wq, mask) wake_up(wq)

#define wait_event(wq_head, condition) do {				\
	unsigned int __mc_seen = __mc_wait_seq(&(wq_head));		\
	while (!(condition))						\
		__mc_seen = __mc_wait_next(&(wq_head), __mc_seen);	\
} while (0)
#define io_wait_event(wq_head, condition) wait_event(wq_head, condition)
#define wait_event_freezable(wq_head, condition) wait_event_interruptible(wq_head, condition)

/* Woken by name too: kthread_stop() and wake_up_process(). With -DMC_INTERRUPTIBLE=1 also by a signal, at any time. */
#define wait_event_interruptible(wq_head, condition) ({			\
	int __mc_result = 0;						\
	for (;;) {							\
		unsigned int __mc_seen = __mc_wait_seq(&(wq_head));	\
		unsigned int __mc_named = __mc_load(&current->__wakeups, 4, "ACQUIRE"); \
		if (condition)						\
			break;						\
		if (__mc_interrupted()) {				\
			__mc_result = -ERESTARTSYS;			\
			break;						\
		}							\
		while (READ_ONCE((wq_head).__seq) == __mc_seen &&	\
		       READ_ONCE(current->__wakeups) == __mc_named)	\
			__mc_relax();					\
	}								\
	__mc_result;							\
})
#define wait_event_killable(wq_head, condition) ({			\
	int __mc_result = 0;						\
	unsigned int __mc_seen = __mc_wait_seq(&(wq_head));		\
	while (!(condition)) {						\
		if (__mc_interrupted()) {				\
			__mc_result = -ERESTARTSYS;			\
			break;						\
		}							\
		__mc_seen = __mc_wait_next(&(wq_head), __mc_seen);	\
	}								\
	__mc_result;							\
})
#define wait_event_interruptible_exclusive(wq_head, condition) wait_event_interruptible(wq_head, condition)

/* The time may be up whenever the thread would sleep. Gives 0 then, else 1 (time left). */
#define wait_event_timeout(wq_head, condition, timeout) ({		\
	long __mc_left = 1;						\
	unsigned int __mc_seen = __mc_wait_seq(&(wq_head));		\
	while (!(condition)) {						\
		unsigned int __mc_now;					\
		if (__mc_choose(2)) {					\
			__mc_left = (condition) ? 1 : 0;		\
			break;						\
		}							\
		__mc_now = __mc_wait_seq(&(wq_head));			\
		__mc_assume(__mc_now != __mc_seen);			\
		__mc_seen = __mc_now;					\
	}								\
	__mc_left;							\
})
#define wait_event_interruptible_timeout(wq_head, condition, timeout) \
	(__mc_interrupted() ? -ERESTARTSYS : wait_event_timeout(wq_head, condition, timeout))

#define wait_event_cmd(wq_head, condition, before, after) do {		\
	unsigned int __mc_seen = __mc_wait_seq(&(wq_head));		\
	while (!(condition)) {						\
		before;							\
		__mc_seen = __mc_wait_next(&(wq_head), __mc_seen);	\
		after;							\
	}								\
} while (0)
#define wait_event_lock_irq(wq_head, condition, lock) \
	wait_event_cmd(wq_head, condition, spin_unlock_irq(&(lock)), spin_lock_irq(&(lock)))

/* Waiting in steps: an entry on the queue, a state, schedule(), and off the queue. */
typedef struct wait_queue_entry {
	struct task_struct *private;
} wait_queue_t, wait_queue_entry_t;

#define DEFINE_WAIT(name) wait_queue_entry_t name = { current }
#define DECLARE_WAITQUEUE(name, task) wait_queue_entry_t name = { task }
#define DEFINE_WAIT_FUNC(name, function) DEFINE_WAIT(name)
#define init_wait(wait) ((void)((wait)->private = current))
#define init_waitqueue_entry(wait, task) ((void)((wait)->private = (task)))
#define __mc_state_now(value) do {					\
	WRITE_ONCE(current->__state, (value));				\
	__mc_fence("Mb");						\
	if (current->__queue)						\
		current->__queue_seq = __mc_wait_seq(current->__queue);	\
} while (0)
#define add_wait_queue(wq, wait) do {					\
	(void)(wait);							\
	current->__queue = (wq);					\
	current->__queue_seq = __mc_wait_seq(wq);			\
} while (0)
#define add_wait_queue_exclusive(wq, wait) add_wait_queue(wq, wait)
#define remove_wait_queue(wq, wait) do { (void)(wq); (void)(wait); current->__queue = NULL; } while (0)
#define prepare_to_wait(wq, wait, state) do {				\
	(void)(wait);							\
	current->__queue = (wq);					\
	__mc_state_now(state);						\
} while (0)
#define prepare_to_wait_exclusive(wq, wait, state) prepare_to_wait(wq, wait, state)
#define finish_wait(wq, wait) do {					\
	(void)(wait);							\
	WRITE_ONCE(current->__state, 0);				\
	current->__queue = NULL;					\
} while (0)

/* Whether anybody waits is not recorded, and wakers that run to the end of a list are not: declared, so that a call is refused. */
int waitqueue_active(wait_queue_head_t *wq);
int wq_has_sleeper(wait_queue_head_t *wq);
int autoremove_wake_function(wait_queue_entry_t *wait, unsigned int mode, int sync, void *key);

#endif
