/* SPDX-License-Identifier: MIT */
/*
 * Completions: a count that complete() raises and wait_for_completion() waits for and lowers, each in one step. Nobody stands
 * in the queue; who waits first need not be served first.
 */
#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/version.h>
#include <mc/lock.h>

/* Enough for everyone who will ever wait. */
#define MC_DONE_FOR_ALL 0x7fffffffU

void complete(struct completion *x)
{
	__mc_rmw(&x->done, 4, "add", 1, "ONCE", "RELEASE");
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
void complete_on_current_cpu(struct completion *x)
{
	complete(x);
}
#endif

void complete_all(struct completion *x)
{
	__mc_rmw(&x->done, 4, "xchg", MC_DONE_FOR_ALL, "ONCE", "RELEASE");
}

void wait_for_completion(struct completion *x)
{
	__mc_assumes("sleeping-anywhere");
	__mc_rmw_await(&x->done, 4, "sub", 1, "ne", 0, "ACQUIRE", "ONCE");
}

void wait_for_completion_io(struct completion *x)
{
	wait_for_completion(x);
}

int wait_for_completion_interruptible(struct completion *x)
{
	return __mc_interruptibly(try_wait_for_completion(x), wait_for_completion(x), -ERESTARTSYS);
}

int wait_for_completion_killable(struct completion *x)
{
	return wait_for_completion_interruptible(x);
}

int wait_for_completion_state(struct completion *x, unsigned int state)
{
	if (state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL))
		return wait_for_completion_interruptible(x);
	wait_for_completion(x);
	return 0;
}

bool try_wait_for_completion(struct completion *x)
{
	return __mc_rmw_if(&x->done, 4, "sub", 1, "ne", 0, "ACQUIRE", "ONCE", "ONCE") != 0;
}

bool completion_done(struct completion *x)
{
	return smp_load_acquire(&x->done) != 0;
}

/* The time may be up at any moment at which it is not done: 0 then; else what is left, all of it or, after a sleep, 1. */
#define __mc_completion_timeout(x, limit, interrupted) ({		\
	long __mc_left = __mc_choose(3);				\
	__mc_assumes("timeouts-expire");				\
	if (__mc_left != 2)						\
		__mc_guess(__mc_load(&(x)->done, 4, "ONCE") == 0);	\
	if (__mc_left != 2 && (interrupted))				\
		__mc_left = -ERESTARTSYS;				\
	else if (__mc_left)						\
		__mc_guess(try_wait_for_completion(x));			\
	__mc_left == 2 ? (limit) ? (long)(limit) : 1 : __mc_left;	\
})

unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout)
{
	return __mc_completion_timeout(x, timeout, 0);
}

unsigned long wait_for_completion_io_timeout(struct completion *x, unsigned long timeout)
{
	return wait_for_completion_timeout(x, timeout);
}

long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout)
{
	return __mc_completion_timeout(x, timeout, __mc_interrupted());
}

long wait_for_completion_killable_timeout(struct completion *x, unsigned long timeout)
{
	return wait_for_completion_interruptible_timeout(x, timeout);
}
