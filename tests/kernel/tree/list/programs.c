/* SPDX-License-Identifier: MIT */
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <mc/check.h>
struct thing { struct list_head list; };
static LIST_HEAD(things);
static LIST_HEAD(others);
static DEFINE_SPINLOCK(lock);
static struct thing one, two;
static void make(void) { list_add(&one.list, &things); list_add_tail(&two.list, &things); }
static void deletes_one(void) { spin_lock(&lock); list_del(&one.list); spin_unlock(&lock); }
static void deletes_two(void) { spin_lock(&lock); list_del(&two.list); spin_unlock(&lock); }
static void deletes_two_without_lock(void) { list_del(&two.list); }
static void adds_twice(void) { list_add(&one.list, &things); list_add(&one.list, &things); }
static void adds_to_both(void) { list_add(&one.list, &others); list_del(&two.list); }
static void deletes_twice(void) { list_del(&one.list); list_del(&one.list); }
static void deletes_and_adds(void) { list_del(&one.list); list_add(&one.list, &things); list_move(&two.list, &others); list_del_init(&two.list); list_del_init(&two.list); }
static void goes_behind(void) { things.next->prev = &two.list; list_del(&one.list); }
static void empty(void) { MC_ASSERT("assertion", list_empty(&things), "both are gone"); }
