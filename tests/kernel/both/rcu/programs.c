/* SPDX-License-Identifier: MIT */
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/srcu.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <mc/check.h>
struct thing { int a; struct rcu_head rcu; struct list_head list; };
static struct thing __rcu *shared;
static LIST_HEAD(things);
static DEFINE_SPINLOCK(lock);
static int x, y;
static void make(void) { struct thing *t = kzalloc(sizeof(*t), GFP_KERNEL); t->a = 1; rcu_assign_pointer(shared, t); list_add(&t->list, &things); }
static void reads(void) { struct thing *t; rcu_read_lock(); t = rcu_dereference(shared); if (t) MC_ASSERT("assertion", t->a == 1, "made"); rcu_read_unlock(); }
static void replaces(void) { struct thing *t = rcu_dereference_protected(shared, 1); list_del(&t->list); rcu_assign_pointer(shared, NULL); synchronize_rcu(); kfree(t); }
static void frees(void) { struct thing *t = rcu_dereference_protected(shared, 1); list_del(&t->list); rcu_assign_pointer(shared, NULL); kfree(t); }
static void reads_late(void) { struct thing *t; rcu_read_lock(); t = rcu_dereference(shared); rcu_read_unlock(); if (t) MC_ASSERT("assertion", t->a == 1, "made"); }
static void cb(struct rcu_head *h) { kfree(container_of(h, struct thing, rcu)); }
static void calls(void) { struct thing *t = rcu_dereference_protected(shared, 1); list_del(&t->list); rcu_assign_pointer(shared, NULL); call_rcu(&t->rcu, cb); }
static void calls_twice(void) { struct thing *t = rcu_dereference_protected(shared, 1); list_del(&t->list); rcu_assign_pointer(shared, NULL); call_rcu(&t->rcu, cb); call_rcu(&t->rcu, cb); }
static void kfrees(void) { struct thing *t = rcu_dereference_protected(shared, 1); list_del(&t->list); rcu_assign_pointer(shared, NULL); kfree_rcu(t, rcu); }
static void kfrees_uses(void) { struct thing *t = rcu_dereference_protected(shared, 1); list_del(&t->list); rcu_assign_pointer(shared, NULL); kfree_rcu(t, rcu); t->a = 2; }
static int ran;
static void cb_ran(struct rcu_head *h) { WRITE_ONCE(ran, 1); kfree(container_of(h, struct thing, rcu)); }
static void calls_barrier(void) { struct thing *t = rcu_dereference_protected(shared, 1); list_del(&t->list); rcu_assign_pointer(shared, NULL); call_rcu(&t->rcu, cb_ran); rcu_barrier(); MC_ASSERT("assertion", READ_ONCE(ran), "ran"); }
static void calls_no_barrier(void) { struct thing *t = rcu_dereference_protected(shared, 1); list_del(&t->list); rcu_assign_pointer(shared, NULL); call_rcu(&t->rcu, cb_ran); synchronize_rcu(); MC_ASSERT("assertion", READ_ONCE(ran), "ran"); }
static void walks(void) { struct thing *t; rcu_read_lock(); list_for_each_entry_rcu(t, &things, list) MC_ASSERT("assertion", t->a == 1, "made"); rcu_read_unlock(); }
static void removes(void) { struct thing *t = rcu_dereference_protected(shared, 1); RCU_INIT_POINTER(shared, NULL); spin_lock(&lock); list_del_rcu(&t->list); spin_unlock(&lock); synchronize_rcu(); kfree(t); }
static void removes_now(void) { struct thing *t = rcu_dereference_protected(shared, 1); RCU_INIT_POINTER(shared, NULL); spin_lock(&lock); list_del_rcu(&t->list); spin_unlock(&lock); kfree(t); }
static void unlocks(void) { rcu_read_unlock(); }
static void locks(void) { rcu_read_lock(); }
static void syncs_inside(void) { rcu_read_lock(); synchronize_rcu(); rcu_read_unlock(); }
static void reads_preempt(void) { struct thing *t; preempt_disable(); t = rcu_dereference_sched(shared); if (t) MC_ASSERT("assertion", t->a == 1, "made"); preempt_enable(); }
DEFINE_STATIC_SRCU(srcu);
static void srcu_reads(void) { struct thing *t; int i = srcu_read_lock(&srcu); t = srcu_dereference(shared, &srcu); if (t) MC_ASSERT("assertion", t->a == 1, "made"); srcu_read_unlock(&srcu, i); }
DEFINE_STATIC_SRCU(another);
static void srcu_leaves_another(void) { int i = srcu_read_lock(&srcu); srcu_read_unlock(&another, i); }
static void srcu_leaves_twice(void) { int i = srcu_read_lock(&srcu); srcu_read_unlock(&srcu, i); if (READ_ONCE(shared->a)) srcu_read_unlock(&srcu, i); }
static void srcu_replaces(void) { struct thing *t = rcu_dereference_protected(shared, 1); list_del(&t->list); rcu_assign_pointer(shared, NULL); synchronize_srcu(&srcu); kfree(t); }
static void srcu_calls(void) { struct thing *t = rcu_dereference_protected(shared, 1); list_del(&t->list); rcu_assign_pointer(shared, NULL); call_srcu(&srcu, &t->rcu, cb); srcu_barrier(&srcu); }
static void publishes(void) { make(); }
static void publishes_plain(void) { struct thing *t = kzalloc(sizeof(*t), GFP_KERNEL); t->a = 1; WRITE_ONCE(*(struct thing **)&shared, t); }
