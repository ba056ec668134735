/* SPDX-License-Identifier: MIT */
/*
 * Wait queues. A queue counts how often it was woken; a waiter reads the count before it looks at its condition, and
 * sleeps until the count has moved on. So a wake-up after the look is never lost, and one that does not come is
 * a deadlock. wake_up_interruptible() and its kin have a count of their own, which those who sleep uninterruptibly, killably
 * or idly do not look at. Reading the count acquires and waking releases, as the queue's lock does in the kernel. A wake-up
 * wakes every waiter that is not exclusive, and of those that are the first in line, or as many as it says; they leave the
 * line so, and look again. Who waits is recorded where the program asks for it.
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
	unsigned long __line;     /* exclusive waiters, eight at most, a byte each: 1 + the number of the thread, and __MC_DEAF */
	unsigned long __sleepers; /* a bit for each other waiter, by its number; those that waking leaves there from bit 32 on */
	unsigned int __light_seq; /* how often those who sleep interruptibly were woken alone */
};
typedef struct wait_queue_head wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name) { 0, { 0 }, 0, 0, 0 }
#define DECLARE_WAIT_QUEUE_HEAD(name) wait_queue_head_t name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name) DECLARE_WAIT_QUEUE_HEAD(name)
#define init_waitqueue_head(wq) \
	((void)((wq)->__seq = 0), spin_lock_init(&(wq)->lock), (void)((wq)->__line = 0), (void)((wq)->__sleepers = 0), \
	 (void)(__mc_light_wakes() && ((wq)->__light_seq = 0)))

#define __mc_wait_seq(wq) ((unsigned int)__mc_load(&(wq)->__seq, 4, "ACQUIRE"))
#define __mc_wait_next(wq, seen) ((unsigned int)__mc_await(&(wq)->__seq, 4, "ne", seen, "ACQUIRE"))

/* What is recorded only where the program calls one of these, through a macro of this header. */
#define __mc_exclusive_waits() __mc_calls("__mc_join_line")
#define __mc_sleepers_matter() __mc_calls("__mc_sleepers")
#define __mc_light_wakes() __mc_calls("__mc_wake_light")
#define __mc_named_wakes() (__mc_calls("wake_up_process") || __mc_calls("kthread_stop"))
void more_than_8_exclusive_waiters_on_one_wait_queue(void);

/* What a thread stands in line as; deaf: who only wakes interruptible sleepers does not wake it. */
#define __MC_DEAF 0x80UL
#define __mc_entry(deaf) (__mc_self() + 1 + (__mc_light_wakes() && (deaf) ? __MC_DEAF : 0))
#define __mc_deaf_in(state) (((state) & 1) == 0)

static inline void __mc_line_append(unsigned long *line, unsigned long me)
{
	unsigned long old = __mc_rmw(line, 8, "append", me, "ACQUIRE", "RELEASE");

	if (old >> 56 && !__mc_within(old, me))
		more_than_8_exclusive_waiters_on_one_wait_queue();
}

static inline void __mc_join_line(wait_queue_head_t *wq, unsigned long me)
{
	__mc_line_append(&wq->__line, me);
}

static inline void __mc_leave_line(wait_queue_head_t *wq, unsigned long me)
{
	__mc_rmw(&wq->__line, 8, "remove", me, "ACQUIRE", "RELEASE");
}

#define __mc_in_line(wq, me) __mc_within(READ_ONCE((wq)->__line), me)

static inline unsigned long __mc_sleepers(wait_queue_head_t *wq)
{
	return READ_ONCE(wq->__sleepers);
}

/* Onto the queue; stays: waking does not take it off, and neither what is deaf where some only wake others. */
#define __mc_join_queue(wq, stays, deaf) \
	((void)(__mc_sleepers_matter() && \
		__mc_rmw(&(wq)->__sleepers, 8, "or", \
			 1UL << (__mc_slot() + 32 * ((stays) || (__mc_light_wakes() && (deaf)))), "ACQUIRE", "RELEASE")))
#define __mc_leave_queue(wq) \
	((void)(__mc_sleepers_matter() && \
		__mc_rmw(&(wq)->__sleepers, 8, "andnot", 0x100000001UL << __mc_slot(), "ACQUIRE", "RELEASE")))

/* So many exclusive waiters, and all others; all of them for 0. */
#define __mc_wake(wq, nr) ({						\
	wait_queue_head_t *__mc_woken = (wq);				\
	(void)__mc_rmw(&__mc_woken->__seq, 4, "add", 1, "ONCE", "RELEASE");	\
	if (__mc_sleepers_matter())					\
		__mc_rmw(&__mc_woken->__sleepers, 8, "and", 0xffffffff00000000UL, "ONCE", "RELEASE"); \
	if (__mc_exclusive_waits())					\
		__mc_wake_line(__mc_woken, nr);				\
	(void)__mc_woken;						\
})
#define __mc_wake_line(wq, nr) ({					\
	unsigned long __mc_nr = (nr);					\
	if (__mc_nr && __mc_nr < 8)					\
		__mc_rmw(&(wq)->__line, 8, "pop", __mc_nr, "ONCE", "RELEASE"); \
	else								\
		__mc_rmw(&(wq)->__line, 8, "xchg", 0, "ONCE", "RELEASE"); \
	(void)0;							\
})

/* The same of those alone who sleep interruptibly. Of the line, one after the other that stands there now. */
static inline void __mc_wake_light_line(wait_queue_head_t *wq, unsigned long nr)
{
	unsigned long line = __mc_rmw(&wq->__line, 8, "or", 0, "ACQUIRE", "RELEASE"), woken = 0;

	for (unsigned int shift = 0; shift < 64; shift += 8) {
		unsigned long one = line >> shift & 0xff;

		if (one == 0 || (nr && woken == nr))
			break;
		if (!(one & __MC_DEAF) && __mc_within(__mc_rmw(&wq->__line, 8, "remove", one, "ONCE", "RELEASE"), one))
			woken++;
	}
}

static inline void __mc_wake_light(wait_queue_head_t *wq, unsigned long nr)
{
	__mc_rmw(&wq->__light_seq, 4, "add", 1, "ONCE", "RELEASE");
	if (__mc_sleepers_matter())
		__mc_rmw(&wq->__sleepers, 8, "and", 0xffffffff00000000UL, "ONCE", "RELEASE");
	if (__mc_exclusive_waits())
		__mc_wake_light_line(wq, nr);
}

#define wake_up(wq) __mc_wake(wq, 1)
#define wake_up_all(wq) __mc_wake(wq, 0)
#define wake_up_nr(wq, nr) __mc_wake(wq, nr)
#define wake_up_locked(wq) __mc_wake(wq, 1)
#define wake_up_all_locked(wq) __mc_wake(wq, 0)
#define wake_up_sync(wq) __mc_wake(wq, 1)
#define wake_up_interruptible(wq) __mc_wake_light(wq, 1)
#define wake_up_interruptible_all(wq) __mc_wake_light(wq, 0)
#define wake_up_interruptible_nr(wq, nr) __mc_wake_light(wq, nr)
#define wake_up_interruptible_sync(wq) __mc_wake_light(wq, 1)
#define wake_up_poll(wq, mask) __mc_wake(wq, 1)
#define wake_up_interruptible_poll(wq, mask) __mc_wake_light(wq, 1)

/* In the kernel's order: the condition, onto the queue, a full barrier, the condition, to sleep. */
#define __mc_wait_begin(wq, condition) (__mc_sleepers_matter() && (condition))
#define __mc_wait_join(wq, deaf) ({					\
	if (__mc_sleepers_matter()) {					\
		__mc_join_queue(wq, 0, deaf);				\
		__mc_fence("Mb");					\
	}								\
	__mc_wait_seq(wq);						\
})

/* Woken by name too, where the program does that: kthread_stop() and wake_up_process(). */
#define __mc_names_seen() (__mc_named_wakes() ? (unsigned int)__mc_load(&current->__wakeups, 4, "ACQUIRE") : 0)
#define __mc_wait_woken(wq, seen, named) do {				\
	if (__mc_named_wakes())						\
		while (READ_ONCE((wq)->__seq) == (seen) && READ_ONCE(current->__wakeups) == (named)) \
			__mc_relax();					\
	else								\
		(void)__mc_wait_next(wq, seen);				\
} while (0)

#define wait_event(wq_head, condition) wait_event_cmd(wq_head, condition, (void)0, (void)0)
#define wait_event_cmd(wq_head, condition, before, after) do {		\
	unsigned int __mc_seen, __mc_named;				\
	if (__mc_wait_begin(&(wq_head), condition))			\
		break;							\
	__mc_seen = __mc_wait_join(&(wq_head), 1);			\
	__mc_named = __mc_names_seen();					\
	while (!(condition)) {						\
		before;							\
		__mc_wait_woken(&(wq_head), __mc_seen, __mc_named);	\
		after;							\
		__mc_seen = __mc_wait_join(&(wq_head), 1);		\
		__mc_named = __mc_names_seen();				\
	}								\
	__mc_leave_queue(&(wq_head));					\
} while (0)
#define io_wait_event(wq_head, condition) wait_event(wq_head, condition)
#define wait_event_idle(wq_head, condition) wait_event(wq_head, condition)
#define wait_event_freezable(wq_head, condition) wait_event_interruptible(wq_head, condition)

/* With -DMC_INTERRUPTIBLE=1 also by a signal, at any time. */
#define __mc_light_seen(wq) (__mc_light_wakes() ? (unsigned int)__mc_load(&(wq)->__light_seq, 4, "ACQUIRE") : 0)
#define __mc_light_same(wq, seen) (!__mc_light_wakes() || READ_ONCE((wq)->__light_seq) == (seen))
#define wait_event_interruptible(wq_head, condition) ({			\
	int __mc_result = 0;						\
	if (!__mc_wait_begin(&(wq_head), condition)) {			\
		for (;;) {						\
			unsigned int __mc_seen = __mc_wait_join(&(wq_head), 0); \
			unsigned int __mc_light = __mc_light_seen(&(wq_head)); \
			unsigned int __mc_named = __mc_load(&current->__wakeups, 4, "ACQUIRE"); \
			if (condition)					\
				break;					\
			if (__mc_interrupted()) {			\
				__mc_result = -ERESTARTSYS;		\
				break;					\
			}						\
			while (READ_ONCE((wq_head).__seq) == __mc_seen && \
			       __mc_light_same(&(wq_head), __mc_light) && \
			       READ_ONCE(current->__wakeups) == __mc_named) \
				__mc_relax();				\
		}							\
		__mc_leave_queue(&(wq_head));				\
	}								\
	__mc_result;							\
})
#define wait_event_killable(wq_head, condition) ({			\
	int __mc_result = 0;						\
	unsigned int __mc_seen, __mc_named;				\
	if (!__mc_wait_begin(&(wq_head), condition)) {			\
		__mc_seen = __mc_wait_join(&(wq_head), 1);		\
		__mc_named = __mc_names_seen();				\
		while (!(condition)) {					\
			if (__mc_interrupted()) {			\
				__mc_result = -ERESTARTSYS;		\
				break;					\
			}						\
			__mc_wait_woken(&(wq_head), __mc_seen, __mc_named); \
			__mc_seen = __mc_wait_join(&(wq_head), 1);	\
			__mc_named = __mc_names_seen();			\
		}							\
		__mc_leave_queue(&(wq_head));				\
	}								\
	__mc_result;							\
})

/* At the end of the line, until woken or gone: interrupted() may end it, and where named, a wake-up by name. */
#define __mc_wait_exclusive(wq, condition, interrupted, deaf) ({	\
	int __mc_result = 0;						\
	unsigned long __mc_me = __mc_entry(deaf);			\
	if (!(condition)) {						\
		for (;;) {						\
			unsigned int __mc_named;			\
			__mc_join_line(wq, __mc_me);			\
			__mc_fence("Mb");				\
			if (!(deaf) || __mc_named_wakes())		\
				__mc_named = __mc_load(&current->__wakeups, 4, "ACQUIRE"); \
			if (condition)					\
				break;					\
			if (interrupted) {				\
				__mc_result = -ERESTARTSYS;		\
				break;					\
			}						\
			if (!(deaf) || __mc_named_wakes())		\
				while (__mc_in_line(wq, __mc_me) && READ_ONCE(current->__wakeups) == __mc_named) \
					__mc_relax();			\
			else						\
				__mc_await(&(wq)->__line, 8, "without", __mc_me, "ACQUIRE"); \
		}							\
		__mc_leave_line(wq, __mc_me);				\
	}								\
	__mc_result;							\
})
#define wait_event_interruptible_exclusive(wq_head, condition) \
	__mc_wait_exclusive(&(wq_head), condition, __mc_interrupted(), 0)
#define wait_event_killable_exclusive(wq_head, condition) \
	__mc_wait_exclusive(&(wq_head), condition, __mc_interrupted(), 1)
#define wait_event_idle_exclusive(wq_head, condition) ((void)__mc_wait_exclusive(&(wq_head), condition, 0, 1))

/* The time may be up whenever the thread would sleep. Gives 0 then; else what is left: all of it, but 1 after a sleep. */
#define wait_event_timeout(wq_head, condition, timeout) __mc_wait_timeout(wq_head, condition, timeout, 0)
#define wait_event_interruptible_timeout(wq_head, condition, timeout) \
	__mc_wait_timeout(wq_head, condition, timeout, __mc_interrupted())
#define __mc_wait_timeout(wq_head, condition, timeout, interrupted) ({	\
	__mc_assumes("timeouts-expire");				\
	long __mc_left = (timeout);					\
	if (!__mc_left)							\
		__mc_left = 1;						\
	if (!__mc_wait_begin(&(wq_head), condition)) {			\
		unsigned int __mc_seen = __mc_wait_join(&(wq_head), 1);	\
		while (!(condition)) {					\
			unsigned int __mc_now;				\
			if (interrupted) {				\
				__mc_left = -ERESTARTSYS;		\
				break;					\
			}						\
			if (__mc_choose(2)) {				\
				__mc_left = (condition) ? 1 : 0;	\
				break;					\
			}						\
			__mc_now = __mc_wait_join(&(wq_head), 1);	\
			__mc_assume(__mc_now != __mc_seen);		\
			__mc_seen = __mc_now;				\
			__mc_left = 1;					\
		}							\
		__mc_leave_queue(&(wq_head));				\
	}								\
	__mc_left;							\
})

#define wait_event_lock_irq(wq_head, condition, lock) \
	wait_event_cmd(wq_head, condition, spin_unlock_irq(&(lock)), spin_lock_irq(&(lock)))

/* Waiting in steps: an entry on the queue, a state, schedule(), and off the queue. */
typedef struct wait_queue_entry {
	wait_queue_head_t *__mc_ends_wait_entry; /* the queue that it is on; of a local, mc/intrinsics.h says what the name does */
	struct task_struct *private;
	bool __leaves;                           /* being woken takes it off */
} wait_queue_t, wait_queue_entry_t;

/* One that is left on its queue is no variable any more when somebody wakes that, or goes onto it. */
static inline void __mc_ends_wait_entry(void *left)
{
	wait_queue_entry_t *wait = left;
	wait_queue_head_t *on = wait->__mc_ends_wait_entry;

	if (on)
		__mc_assert(wait->__leaves && __mc_wait_seq(on) != current->__queue_seq, "use-after-scope",
			    "the scope of a wait queue entry is left, and it is still on the queue");
}

#define DEFINE_WAIT(name) wait_queue_entry_t name = { NULL, current, 1 }
#define DECLARE_WAITQUEUE(name, task) wait_queue_entry_t name = { NULL, task, 0 }
#define DEFINE_WAIT_FUNC(name, function) DEFINE_WAIT(name)
#define __mc_wait_entry_init(wait, task, leaves) do {			\
	wait_queue_entry_t *__mc_wait = (wait);				\
	__mc_wait->private = (task);					\
	__mc_wait->__mc_ends_wait_entry = NULL;						\
	__mc_wait->__leaves = (leaves);					\
} while (0)
#define init_wait(wait) __mc_wait_entry_init(wait, current, 1)
#define init_waitqueue_entry(wait, task) __mc_wait_entry_init(wait, task, 0)

void a_waiter_in_line_changes_how_it_sleeps(void);

/* Stays in line, or stands there again; who is alone may change how it sleeps. */
static inline void __mc_line_again(struct task_struct *task, unsigned long me)
{
	unsigned long line;

	if (task->__exclusive != me) {
		line = __mc_rmw(&task->__queue->__line, 8, "remove", task->__exclusive, "ACQUIRE", "RELEASE");
		if (line && line != task->__exclusive)
			a_waiter_in_line_changes_how_it_sleeps();
		task->__exclusive = me;
	}
	__mc_line_append(&task->__queue->__line, me);
}

#define __mc_state_now(value) do {					\
	unsigned int __mc_value = (value);				\
	if (__mc_exclusive_waits() && __mc_value && current->__queue && current->__exclusive) \
		__mc_line_again(current, __mc_entry(__mc_deaf_in(__mc_value))); \
	WRITE_ONCE(current->__state, __mc_value);			\
	__mc_fence("Mb");						\
	if (current->__queue)						\
		current->__queue_seq = __mc_wait_seq(current->__queue);	\
	if (__mc_light_wakes() && current->__queue)			\
		current->__light_seen = __mc_light_seen(current->__queue); \
} while (0)
#define __mc_off_queue(wq) do {						\
	if (__mc_exclusive_waits() && current->__exclusive)		\
		__mc_leave_line(wq, current->__exclusive);		\
	else								\
		__mc_leave_queue(wq);					\
	current->__queue = NULL;					\
} while (0)
#define add_wait_queue(wq, wait) do {					\
	(wait)->__mc_ends_wait_entry = (wq);						\
	current->__queue = (wq);					\
	current->__exclusive = 0;					\
	__mc_join_queue(current->__queue, 1, 0);			\
	current->__queue_seq = __mc_wait_seq(current->__queue);		\
	if (__mc_light_wakes())						\
		current->__light_seen = __mc_light_seen(current->__queue); \
} while (0)
#define add_wait_queue_exclusive(wq, wait) do {				\
	(wait)->__mc_ends_wait_entry = (wq);						\
	current->__queue = (wq);					\
	current->__exclusive = __mc_entry(0);				\
	__mc_join_line(current->__queue, current->__exclusive);		\
} while (0)
#define remove_wait_queue(wq, wait) do { (wait)->__mc_ends_wait_entry = NULL; __mc_off_queue(wq); } while (0)
#define prepare_to_wait(wq, wait, state) do {				\
	(wait)->__mc_ends_wait_entry = (wq);						\
	current->__queue = (wq);					\
	current->__exclusive = 0;					\
	__mc_join_queue(current->__queue, 0, __mc_deaf_in(state));	\
	__mc_state_now(state);						\
} while (0)
#define prepare_to_wait_exclusive(wq, wait, state) do {			\
	(wait)->__mc_ends_wait_entry = (wq);						\
	current->__queue = (wq);					\
	current->__exclusive = __mc_entry(__mc_deaf_in(state));		\
	__mc_join_line(current->__queue, current->__exclusive);		\
	__mc_state_now(state);						\
} while (0)
#define finish_wait(wq, wait) do {					\
	(wait)->__mc_ends_wait_entry = NULL;						\
	WRITE_ONCE(current->__state, 0);				\
	__mc_off_queue(wq);						\
} while (0)

/* Looks without the queue's lock: who does this after making a condition come true needs a full barrier between. */
#define waitqueue_active(wq) \
	(__mc_sleepers(wq) != 0 || (__mc_exclusive_waits() && READ_ONCE((wq)->__line) != 0))
#define wq_has_sleeper(wq) ({ __mc_fence("Mb"); waitqueue_active(wq); })

/* Declared, so that a call is refused: wakers that run to the end of a list. */
int autoremove_wake_function(wait_queue_entry_t *wait, unsigned int mode, int sync, void *key);

#endif
