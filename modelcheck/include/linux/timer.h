/* SPDX-License-Identifier: MIT */
/* Timers are not modelled: a program starts a thread for what one does. Declared, so that a call is refused. */
#ifndef _LINUX_TIMER_H
#define _LINUX_TIMER_H

#include <linux/types.h>
#include <linux/jiffies.h>
#include <linux/container_of.h>

struct timer_list {
	unsigned long expires;
	void (*function)(struct timer_list *timer);
	unsigned long data;
};

#define DEFINE_TIMER(name, callback) struct timer_list name = { .function = (callback) }
#define from_timer(object, timer, member) container_of(timer, __typeof__(*(object)), member)
#define timer_container_of(object, timer, member) container_of(timer, __typeof__(*(object)), member)
#define timer_setup(timer, callback, flags) ((void)((timer)->function = (callback)))
#define timer_pending(timer) timer_is_pending(timer)
void init_timer(struct timer_list *timer);
void add_timer(struct timer_list *timer);
int mod_timer(struct timer_list *timer, unsigned long expires);
int del_timer(struct timer_list *timer);
int del_timer_sync(struct timer_list *timer);
int timer_delete(struct timer_list *timer);
int timer_delete_sync(struct timer_list *timer);
int timer_is_pending(const struct timer_list *timer);

#endif
