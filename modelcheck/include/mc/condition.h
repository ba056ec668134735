/* SPDX-License-Identifier: MIT */
/*
 * Condition variables: a bit for each thread that waits. Signalling picks one waiter, any, and clears its bit;
 * nobody is woken who began to wait later, and a signal that finds no waiter is lost. The mutex gives the order.
 */
#ifndef MC_CONDITION_H
#define MC_CONDITION_H

#include <mc/slot.h>
#include <mc/intrinsics.h>
#include <mc/lock.h>

#ifndef MC_SPURIOUS_WAKEUPS
#define MC_SPURIOUS_WAKEUPS 0
#endif

struct __mc_condition {
	unsigned long __waiting;
	unsigned int __inside; /* threads that wait, or have been woken and still look; counted where such are destroyed */
};

static inline void __mc_condition_ends(void)
{
}
#define __mc_conditions_end() \
	(__mc_calls("__mc_condition_ends") || __mc_calls("pthread_cond_destroy") || __mc_calls("cnd_destroy"))
#define __mc_condition_inside(condition, op, tags) \
	((void)(__mc_conditions_end() && (__mc_rmw(&(condition)->__inside, 4, op, 1, "ONCE,RLX", tags), 1)))

/* What it holds once it was destroyed; who has been woken before may still find that he has. */
#define __MC_GONE (1UL << 63)
#define __mc_condition_used(waiting) \
	__mc_assert(((waiting) & __MC_GONE) == 0, "lock-misuse", "a condition variable is used that was destroyed")

static inline void __mc_condition_wait(struct __mc_condition *condition, unsigned int *mutex)
{
	unsigned long me = 1UL << __mc_slot();

	__mc_condition_used(__mc_rmw(&condition->__waiting, 8, "or", me, "ONCE,RLX", "ONCE,RLX"));
	__mc_condition_inside(condition, "add", "ONCE,RLX");
	__mc_unlock_word(mutex, "POSIX lock");
#if !MC_SPURIOUS_WAKEUPS
	__mc_assumes("no-spurious-wakeups");
#endif
	if (MC_SPURIOUS_WAKEUPS && __mc_choose(2))
		__mc_rmw(&condition->__waiting, 8, "andnot", me, "ONCE,RLX", "ONCE,RLX");
	else
		__mc_await(&condition->__waiting, 8, "clear", me, "ONCE,RLX");
	__mc_condition_inside(condition, "sub", "RELEASE,REL");
	__mc_lock(mutex, "POSIX lock");
}

/* As above, but the time may be up: false if it was before a signal came. */
static inline _Bool __mc_condition_wait_or_not(struct __mc_condition *condition, unsigned int *mutex)
{
	unsigned long me = 1UL << __mc_slot();
	_Bool signalled;

	__mc_condition_used(__mc_rmw(&condition->__waiting, 8, "or", me, "ONCE,RLX", "ONCE,RLX"));
	__mc_condition_inside(condition, "add", "ONCE,RLX");
	__mc_unlock_word(mutex, "POSIX lock");
	signalled = (__mc_rmw(&condition->__waiting, 8, "andnot", me, "ONCE,RLX", "ONCE,RLX") & me) == 0;
	__mc_condition_inside(condition, "sub", "RELEASE,REL");
	__mc_lock(mutex, "POSIX lock");
	return signalled;
}

static inline void __mc_condition_signal(struct __mc_condition *condition)
{
	unsigned long waiting = __mc_load(&condition->__waiting, 8, "ONCE,RLX");

	__mc_condition_used(waiting);
	/* An execution in which the one picked is woken by another meanwhile equals one that read the word later. */
	if (waiting) {
		unsigned long one = 1UL << __mc_choose(MC_NR_THREADS);

		__mc_assume((__mc_rmw(&condition->__waiting, 8, "andnot", one, "ONCE,RLX", "ONCE,RLX") & one) != 0);
	}
}

#define __mc_condition_init(condition) \
	((condition)->__inside = 0, __mc_reset(&(condition)->__waiting, 8, "initialise condition variable"))

/* Who has been woken no longer waits for it; until all such have left, who destroys it does, as in glibc: then it may be freed. */
#define __mc_condition_destroy(condition) ({				\
	unsigned long __mc_waiting =					\
		__mc_rmw(&(condition)->__waiting, 8, "xchg", __MC_GONE, "ONCE,RLX", "ONCE,RLX"); \
	__mc_condition_used(__mc_waiting);				\
	__mc_assert(__mc_waiting == 0, "lock-misuse",			\
		    "a condition variable is destroyed while a thread waits for it"); \
	__mc_condition_ends();						\
	__mc_await(&(condition)->__inside, 4, "eq", 0, "ACQUIRE,ACQ");	\
	(void)0;							\
})

#define __mc_condition_broadcast(condition) \
	__mc_condition_used(__mc_rmw(&(condition)->__waiting, 8, "xchg", 0, "ONCE,RLX", "ONCE,RLX"))

#endif
