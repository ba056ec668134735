/* SPDX-License-Identifier: MIT */
/* A timer that is set by several at once, is told when the clock is set, and is closed. */
#include "fs/timerfd.c"
#include <mc/check.h>

static struct timerfd_ctx *timer;
static struct file opened;

/* By the clock of the day. */
static void open(void)
{
	timer = kzalloc(sizeof(*timer), GFP_KERNEL);
	init_waitqueue_head(&timer->wqh);
	spin_lock_init(&timer->cancel_lock);
	timer->clockid = CLOCK_REALTIME;
	timer->moffs = 1;
	opened.private_data = timer;
}

/* What timerfd_settime() does first: the timer is to be cancelled when the clock is set, or not. */
static void set_to_cancel(void)
{
	timerfd_setup_cancel(timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET);
}

static void set_plainly(void)
{
	timerfd_setup_cancel(timer, 0);
}

static void open_to_cancel(void)
{
	open();
	set_to_cancel();
}

static void close(void)
{
	timerfd_release(NULL, &opened);
	timer = NULL;
}

static void clock_is_set(void)
{
	timerfd_clock_was_set();
}

/* The list of those that are to be cancelled has it once, or not at all. */
static void at_rest(void)
{
	bool listed = cancel_list.next == &timer->clist && cancel_list.prev == &timer->clist;

	mc_list(timer->might_cancel ? listed : list_empty(&cancel_list));
	close();
	mc_list(list_empty(&cancel_list));
	rcu_barrier();
}

static void closed(void)
{
	mc_list(list_empty(&cancel_list));
	rcu_barrier();
}

/* The clock is set once more, later. */
static void closed_and_set(void)
{
	close();
	rcu_barrier();
	clock_is_set();
}
