/* SPDX-License-Identifier: MIT */
/* Completions: a count that complete() raises and wait_for_completion() waits for and lowers. */
#ifndef _LINUX_COMPLETION_H
#define _LINUX_COMPLETION_H

#include <linux/kernel.h>
#include <linux/types.h>
#include <linux/errno.h>
#include <asm/barrier.h>
#include <mc/lock.h>

struct completion {
	unsigned int done;
};

#define COMPLETION_INITIALIZER(name) { 0 }
#define COMPLETION_INITIALIZER_ONSTACK(name) { 0 }
#define DECLARE_COMPLETION(name) struct completion name = COMPLETION_INITIALIZER(name)
#define DECLARE_COMPLETION_ONSTACK(name) DECLARE_COMPLETION(name)
#define init_completion(x) ((void)((x)->done = 0))
#define reinit_completion(x) ((void)((x)->done = 0))
#define INIT_COMPLETION(x) ((void)((x).done = 0))

/* A function, for structures have members of this name that are called. */
static inline void complete(struct completion *x)
{
	__mc_rmw(&x->done, 4, "add", 1, "ONCE", "RELEASE");
}

/* Enough for everyone who will ever wait. */
#define complete_all(x) ((void)__mc_rmw(&(x)->done, 4, "xchg", 0x7fffffff, "ONCE", "RELEASE"))
#define wait_for_completion(x) ((void)__mc_rmw_await(&(x)->done, 4, "sub", 1, "ne", 0, "ACQUIRE", "ONCE"))
#define wait_for_completion_io(x) wait_for_completion(x)
#define wait_for_completion_interruptible(x) \
	__mc_interruptibly(try_wait_for_completion(x), wait_for_completion(x), -ERESTARTSYS)
#define wait_for_completion_killable(x) wait_for_completion_interruptible(x)
#define try_wait_for_completion(x) (__mc_rmw_if(&(x)->done, 4, "sub", 1, "ne", 0, "ACQUIRE", "ONCE", "ONCE") != 0)
/* Only who finds it done takes the lock that orders what comes behind. */
#define completion_done(x) ({						\
	_Bool __mc_done = READ_ONCE((x)->done) != 0;			\
	if (__mc_done)							\
		smp_acquire__after_ctrl_dep();				\
	__mc_done;							\
})
/* The time may be up at any moment at which it is not done: 0 then; else what is left, all of it or, after a sleep, 1. */
#define __mc_completion_timeout(x, timeout, interrupted) ({		\
	struct completion *__mc_x = (x);				\
	long __mc_limit = (timeout), __mc_left = __mc_choose(3);	\
	__mc_assumes("timeouts-expire");				\
	if (__mc_left != 2)						\
		__mc_guess(__mc_load(&__mc_x->done, 4, "ONCE") == 0);	\
	if (__mc_left != 2 && (interrupted))				\
		__mc_left = -ERESTARTSYS;				\
	else if (__mc_left)						\
		__mc_guess(try_wait_for_completion(__mc_x));		\
	__mc_left == 2 ? __mc_limit ? __mc_limit : 1 : __mc_left;	\
})
#define wait_for_completion_timeout(x, timeout) ((unsigned long)__mc_completion_timeout(x, timeout, 0))
#define wait_for_completion_interruptible_timeout(x, timeout) __mc_completion_timeout(x, timeout, __mc_interrupted())

#endif
