/* SPDX-License-Identifier: MIT */
#include <linux/kernel.h>
#include <linux/timer.h>
#include <linux/slab.h>
#include <linux/delay.h>
#include <linux/version.h>
#include <mc/check.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define del_timer timer_delete
#define del_timer_sync timer_delete_sync
#define try_to_del_timer_sync timer_delete_sync_try
#endif

struct clock { struct timer_list timer; int n; };
static struct clock *clock;
static void ticks(struct timer_list *t) { container_of(t, struct clock, timer)->n++; }
static void make_clock(void) { clock = kzalloc(sizeof(*clock), GFP_KERNEL); timer_setup(&clock->timer, ticks, 0); }
static void timer_ok(void) { mod_timer(&clock->timer, 1); del_timer_sync(&clock->timer); kfree(clock); }
static void timer_kept(void) { mod_timer(&clock->timer, 1); kfree(clock); }
static void timer_del(void) { mod_timer(&clock->timer, 1); del_timer(&clock->timer); kfree(clock); }
static void rearms(struct timer_list *t) { struct clock *c = container_of(t, struct clock, timer); if (c->n++ < 1) mod_timer(t, 1); }
static void make_rearm(void) { clock = kzalloc(sizeof(*clock), GFP_KERNEL); timer_setup(&clock->timer, rearms, 0); }
static void timer_twice(void) { mod_timer(&clock->timer, 1); del_timer_sync(&clock->timer); MC_ASSERT("assertion", !del_timer_sync(&clock->timer), "gone"); kfree(clock); }
static void timer_idle(void) { MC_ASSERT("assertion", !del_timer_sync(&clock->timer), "idle"); kfree(clock); }
static void timer_add_twice(void) { clock->timer.expires = 1; add_timer(&clock->timer); add_timer(&clock->timer); del_timer_sync(&clock->timer); kfree(clock); }
static void timer_red(void) { timer_reduce(&clock->timer, 1); del_timer_sync(&clock->timer); kfree(clock); }
static void timer_tries(void) { mod_timer(&clock->timer, 1); while (try_to_del_timer_sync(&clock->timer) < 0) cpu_relax(); kfree(clock); }
static void timer_tries_once(void) { mod_timer(&clock->timer, 1); try_to_del_timer_sync(&clock->timer); kfree(clock); }
static void shuts(void) { mod_timer(&clock->timer, 1); timer_shutdown_sync(&clock->timer); mod_timer(&clock->timer, 1); kfree(clock); }
static void deletes(void) { mod_timer(&clock->timer, 1); del_timer_sync(&clock->timer); mod_timer(&clock->timer, 1); kfree(clock); }
static void shuts_only(void) { mod_timer(&clock->timer, 1); timer_shutdown(&clock->timer); kfree(clock); }
static void shuts_keeps(void) { timer_shutdown_sync(&clock->timer); }
static void arms(void) { mod_timer(&clock->timer, 1); }
static void frees(void) { kfree(clock); }
