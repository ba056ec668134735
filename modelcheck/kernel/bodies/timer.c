/* SPDX-License-Identifier: MIT */
/*
 * Timers: starting one that is not pending starts a thread that calls its function, at any time from then on: an interval may be
 * none. What belongs to a timer runs by itself, never twice at a time. Once the function has begun the timer is its own. At
 * most MC_NR_TIMERS are started in all. Deferring, shutting down, slack and timers of high resolution are not there. Time
 * stands still: jiffies and the clocks say 0.
 */
#include <linux/timer.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/timekeeping.h>
#include <linux/sched/clock.h>
#include <linux/version.h>

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
};
static struct __mc_timing __mc_timings[MC_NR_TIMERS];
static unsigned int __mc_nr_timings;

void more_timers_than_MC_NR_TIMERS(void);

/* Pending timers are linked to themselves: what timer_pending() asks is whether the entry is linked. */
#define __mc_timer_word(timer) (&(timer)->entry.pprev)
#define __mc_timer_mark(timer) ((unsigned long)&(timer)->entry.next)

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
		void (*function)(struct timer_list *) = timer->function;

		__mc_rmw(__mc_timer_word(timer), 8, "xchg", 0, "MB", "MB");
		function(timer);
	}
	smp_store_release(&one->running, NULL);
	return NULL;
}

/* Whether it was pending; it runs some time, once, in any case. */
int mod_timer(struct timer_list *timer, unsigned long expires)
{
	struct __mc_timing *one;
	unsigned long number;

	__mc_assumes("timeouts-expire");
	if (__mc_rmw(__mc_timer_word(timer), 8, "xchg", __mc_timer_mark(timer), "MB", "MB"))
		return 1;
	timer->expires = expires;
	number = __mc_rmw(&__mc_nr_timings, 4, "add", 1, "ONCE", "ONCE");
	if (number >= MC_NR_TIMERS)
		more_timers_than_MC_NR_TIMERS();
	one = &__mc_timings[number];
	smp_store_release(&one->item, timer);
	__mc_spawn(__mc_timer_main, one);
	return 0;
}

void add_timer(struct timer_list *timer)
{
	mod_timer(timer, timer->expires);
}

void add_timer_on(struct timer_list *timer, int cpu)
{
	mod_timer(timer, timer->expires);
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

/* And runs no more. */
static int __mc_timer_stop_sync(struct timer_list *timer)
{
	int was = __mc_timer_stop(timer);

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
