/* SPDX-License-Identifier: MIT */
/* Lists that two threads change: under a lock, and without. */
#include <linux/list.h>
#include <linux/rculist.h>
#include <linux/spinlock.h>

static LIST_HEAD(head);
static LIST_HEAD(elsewhere);
static struct list_head a, b;
static DEFINE_SPINLOCK(lock);

static void has_a(void) { list_add(&a, &head); }
static void has_both(void) { list_add(&a, &head); list_add_tail(&b, &head); }

static void add_a(void) { list_add(&a, &head); }
static void add_b(void) { list_add(&b, &head); }
static void append_b(void) { list_add_tail(&b, &head); }
static void add_b_rcu(void) { list_add_rcu(&b, &head); }
static void locked_add_a(void) { spin_lock(&lock); list_add(&a, &head); spin_unlock(&lock); }
static void locked_add_b(void) { spin_lock(&lock); list_add_tail(&b, &head); spin_unlock(&lock); }
static void delete_a(void) { list_del(&a); }
static void delete_b(void) { list_del(&b); }
static void locked_delete_a(void) { spin_lock(&lock); list_del(&a); spin_unlock(&lock); }
static void locked_delete_b(void) { spin_lock(&lock); list_del_init(&b); spin_unlock(&lock); }
static void locked_move_a(void) { spin_lock(&lock); list_move(&a, &elsewhere); spin_unlock(&lock); }
static void add_twice(void) { list_add(&a, &head); list_add(&a, &head); }
