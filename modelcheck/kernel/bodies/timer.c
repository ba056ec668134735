/* SPDX-License-Identifier: MIT */
/*
 * Timers: starting one that is not pending starts a thread that calls its function, at any time from then on: an interval may be
 * none. What belongs to a timer runs by itself, never twice at a time. Once the function has begun the timer is its own. At
 * most MC_NR_TIMERS are started in all. Deferring, slack and timers of high resolution are not there. Time stands still:
 * jiffies and the clocks say 0.
 */
#include <linux/timer.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/timekeeping.h>
#include <linux/sched/clock.h>
#include <linux/version.h>
#include <mc/lock.h>

#ifndef MC_NR_TIMERS
#define MC_NR_TIMERS 4
#endif

unsigned long volatile jiffies;
u64 jiffies_64;

ktime_t ktime_get(void)
{
	__mc_assumes("delays-are-nothing");
	return 0;
}

/* One start. Whoever finds itself in `item` and takes it out is who runs it, or keeps it from running. */
struct __mc_timing {
	struct timer_list *item;
	struct timer_list *running;
	void (*function)(struct timer_list *); /* what a timer that may be shut down is to call */
};
static struct __mc_timing __mc_timings[MC_NR_TIMERS] MC_UNITS;
static unsigned int __mc_nr_timings;

void more_timers_than_MC_NR_TIMERS(void);

/* A timer that is shut down is not started any more. */
#define __mc_shuts_down() (__mc_calls("timer_shutdown") || __mc_calls("timer_shutdown_sync"))
static unsigned int __mc_timer_lock;

/* Pending timers are linked to themselves: what timer_pending() asks is whether the entry is linked. */
#define __mc_timer_word(timer) (&(timer)->entry.pprev)
#define __mc_timer_mark(timer) ((unsigned long)&(timer)->entry.next)

#if MC_TREE_NAMES_TIMERS_FIRST
#define init_timer_key timer_init_key
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 15, 0)
void init_timer_key(struct timer_list *timer, void (*function)(struct timer_list *), unsigned int flags, const char *name,
		    struct lock_class_key *key)
{
	timer->entry.pprev = NULL;
	timer->function = function;
	timer->flags = flags;
}
#endif

static bool __mc_take_timing(struct __mc_timing *one, struct timer_list *timer)
{
	unsigned long item = (unsigned long)timer;

	return __mc_rmw_if(&one->item, 8, "xchg", 0, "eq", item, "MB", "MB", "ONCE") == item;
}

static void __mc_timer_ended(struct timer_list *timer)
{
	for (int i = 0; i < MC_NR_TIMERS; i++)
		__mc_await(&__mc_timings[i].running, 8, "ne", (unsigned long)timer, "ACQUIRE");
}

static void *__mc_timer_main(void *argument)
{
	struct __mc_timing *one = argument;
	struct timer_list *timer = READ_ONCE(one->item);

	if (!timer)
		return NULL;
	__mc_timer_ended(timer);
	WRITE_ONCE(one->running, timer);
	if (__mc_take_timing(one, timer)) {
		void (*function)(struct timer_list *) = __mc_shuts_down() ? one->function : timer->function;

		__mc_rmw(__mc_timer_word(timer), 8, "xchg", 0, "MB", "MB");
		function(timer);
	}
	smp_store_release(&one->running, NULL);
	return NULL;
}

static int __mc_timer_start(struct timer_list *timer, unsigned long expires)
{
	struct __mc_timing *one;
	unsigned long number;

	if (__mc_rmw(__mc_timer_word(timer), 8, "xchg", __mc_timer_mark(timer), "MB", "MB"))
		return 1;
	timer->expires = expires;
	number = __mc_rmw(&__mc_nr_timings, 4, "add", 1, "ONCE", "ONCE");
	if (number >= MC_NR_TIMERS)
		more_timers_than_MC_NR_TIMERS();
	one = &__mc_timings[number];
	if (__mc_shuts_down())
		one->function = timer->function;
	smp_store_release(&one->item, timer);
	__mc_spawn(__mc_timer_main, one);
	return 0;
}

/* Whether it was pending; it runs some time, once, in any case but where it is shut down. */
int mod_timer(struct timer_list *timer, unsigned long expires)
{
	int was = 0;

	__mc_assumes("timeouts-expire");
	if (!__mc_shuts_down()) {
		BUG_ON(!timer->function);
		return __mc_timer_start(timer, expires);
	}
	__mc_lock(&__mc_timer_lock, "spinlock");
	if (timer->function)
		was = __mc_timer_start(timer, expires);
	__mc_unlock_word(&__mc_timer_lock, "spinlock");
	return was;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 16, 0)
int timer_reduce(struct timer_list *timer, unsigned long expires)
{
	return mod_timer(timer, expires);
}
#endif

/* It is not to be pending already: a BUG() until v5.15. */
void add_timer(struct timer_list *timer)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 16, 0)
	if (WARN_ON_ONCE(timer_pending(timer)))
		return;
#else
	BUG_ON(timer_pending(timer));
#endif
	mod_timer(timer, timer->expires);
}

void add_timer_on(struct timer_list *timer, int cpu)
{
	add_timer(timer);
}

/* Whether it was pending, and so does not run; it may be running. */
static int __mc_timer_stop(struct timer_list *timer)
{
	for (int i = 0; i < MC_NR_TIMERS; i++)
		if (__mc_take_timing(&__mc_timings[i], timer)) {
			__mc_rmw(__mc_timer_word(timer), 8, "xchg", 0, "MB", "MB");
			return 1;
		}
	return 0;
}

/* And runs no more. A start that it makes itself meanwhile is one of those that are still to be looked at. */
static int __mc_timer_stop_sync(struct timer_list *timer)
{
	int was = 0;

	for (int i = 0; i < MC_NR_TIMERS; i++) {
		if (__mc_take_timing(&__mc_timings[i], timer)) {
			__mc_rmw(__mc_timer_word(timer), 8, "xchg", 0, "MB", "MB");
			was = 1;
		} else {
			__mc_fence("Mb"); /* what is found begun is seen running */
			__mc_await(&__mc_timings[i].running, 8, "ne", (unsigned long)timer, "ACQUIRE");
		}
	}
	return was;
}

static bool __mc_timer_runs(struct timer_list *timer)
{
	for (int i = 0; i < MC_NR_TIMERS; i++)
		if (__mc_load(&__mc_timings[i].running, 8, "ACQUIRE") == (unsigned long)timer)
			return true;
	return false;
}

/* Nothing is done while it runs, and -1 says so. */
int try_to_del_timer_sync(struct timer_list *timer)
{
	if (__mc_timer_runs(timer))
		return -1;
	if (__mc_timer_stop(timer))
		return 1;
	__mc_fence("Mb");
	return __mc_timer_runs(timer) ? -1 : 0;
}

int timer_delete_sync_try(struct timer_list *timer)
{
	return try_to_del_timer_sync(timer);
}

int timer_shutdown(struct timer_list *timer)
{
	int was;

	__mc_lock(&__mc_timer_lock, "spinlock");
	was = __mc_timer_stop(timer);
	timer->function = NULL;
	__mc_unlock_word(&__mc_timer_lock, "spinlock");
	return was;
}

int timer_shutdown_sync(struct timer_list *timer)
{
	int was = timer_shutdown(timer);

	__mc_fence("Mb"); /* what is found begun is seen running */
	__mc_timer_ended(timer);
	return was;
}

/* Under the names of all versions: what the tree has itself counts. */
int timer_delete(struct timer_list *timer)
{
	return __mc_timer_stop(timer);
}

int timer_delete_sync(struct timer_list *timer)
{
	return __mc_timer_stop_sync(timer);
}

int del_timer(struct timer_list *timer)
{
	return __mc_timer_stop(timer);
}

int (del_timer_sync)(struct timer_list *timer)
{
	return __mc_timer_stop_sync(timer);
}
