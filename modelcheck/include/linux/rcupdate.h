/* SPDX-License-Identifier: MIT */
/*
 * RCU. A reader's section is between two markers, and synchronize_rcu() waits for the sections that it may
 * not overlap. call_rcu() starts a thread that waits for a grace period and then calls: the caller goes on at once.
 */
#ifndef _LINUX_RCUPDATE_H
#define _LINUX_RCUPDATE_H

#include <linux/types.h>
#include <asm/barrier.h>
#include <mc/region.h>

#define rcu_read_lock() __mc_fence("Rcu-lock")
#define rcu_read_unlock() __mc_fence("Rcu-unlock")
#define synchronize_rcu() __mc_fence("Sync-rcu")
#define synchronize_rcu_expedited() __mc_fence("Sync-rcu")
#define synchronize_rcu_mult(...) __mc_fence("Sync-rcu")
#define synchronize_net() __mc_fence("Sync-rcu")
/*
 * One flavour since v5.0: the grace period waits for all of these sections. Before, bh and sched had their own, which are not
 * modelled: those of RCU do not wait for them, and asking for theirs is refused.
 */
#if MC_RCU_FLAVORS
#define rcu_read_lock_bh() ((void)0)
#define rcu_read_unlock_bh() ((void)0)
#define rcu_read_lock_sched() ((void)0)
#define rcu_read_unlock_sched() ((void)0)
void synchronize_rcu_bh(void);
void synchronize_sched(void);
void synchronize_sched_expedited(void);
#else
#define rcu_read_lock_bh() rcu_read_lock()
#define rcu_read_unlock_bh() rcu_read_unlock()
#define rcu_read_lock_sched() rcu_read_lock()
#define rcu_read_unlock_sched() rcu_read_unlock()
#define synchronize_rcu_bh() synchronize_rcu()
#define synchronize_sched() synchronize_rcu()
#define synchronize_sched_expedited() synchronize_rcu()
#endif
#define rcu_read_lock_sched_notrace() rcu_read_lock_sched()
#define rcu_read_unlock_sched_notrace() rcu_read_unlock_sched()
#define synchronize_kernel() synchronize_rcu()

#define rcu_read_lock_held() 1
#define rcu_read_lock_bh_held() 1
#define rcu_read_lock_sched_held() 1
#define rcu_read_lock_any_held() 1
#define RCU_LOCKDEP_WARN(condition, text) ((void)0)
#define rcu_sleep_check() ((void)0)
#define rcu_is_watching() 1

#define rcu_dereference(p) READ_ONCE(p)
#define rcu_dereference_raw(p) READ_ONCE(p)
#define rcu_dereference_raw_check(p) READ_ONCE(p)
#define rcu_dereference_check(p, condition) READ_ONCE(p)
#define rcu_dereference_bh(p) READ_ONCE(p)
#define rcu_dereference_bh_check(p, condition) READ_ONCE(p)
#define rcu_dereference_sched(p) READ_ONCE(p)
#define rcu_dereference_sched_check(p, condition) READ_ONCE(p)
#define rcu_dereference_all(p) READ_ONCE(p)
#define rcu_access_pointer(p) READ_ONCE(p)
/* The caller's lock keeps the pointer as it is, so the kernel reads it plainly. */
#define rcu_dereference_protected(p, condition) (p)
#define rcu_pointer_handoff(p) (p)
#define unrcu_pointer(p) (p)
#define rcu_assign_pointer(p, v) smp_store_release(&(p), v)
#define RCU_INIT_POINTER(p, v) ((void)WRITE_ONCE(p, (__typeof__(p))(v)))
#define RCU_INITIALIZER(v) (v)
#define RCU_POINTER_INITIALIZER(p, v) .p = (v)
#define rcu_replace_pointer(p, v, condition) ({				\
	__mc_typeof(p) __mc_replaced = rcu_dereference_protected(p, condition); \
	rcu_assign_pointer(p, v);					\
	__mc_replaced;							\
})
#define rcu_swap_protected(p, v, condition) do {			\
	__mc_typeof(p) __mc_replaced = rcu_dereference_protected(p, condition); \
	rcu_assign_pointer(p, v);					\
	(v) = __mc_replaced;						\
} while (0)

#define init_rcu_head(head) ((void)(head))
#define destroy_rcu_head(head) ((void)(head))

/* Callbacks asked for and not yet run; rcu_barrier() waits until there are none. */
__attribute__((weak)) unsigned int __mc_rcu_pending;

static inline void *__mc_rcu_callback(void *argument)
{
	struct rcu_head *head = argument;

	synchronize_rcu();
	head->func(head);
	__mc_rmw(&__mc_rcu_pending, 4, "sub", 1, "ONCE", "RELEASE");
	return NULL;
}

static inline void *__mc_rcu_free(void *object)
{
	synchronize_rcu();
	__mc_free(object);
	__mc_rmw(&__mc_rcu_pending, 4, "sub", 1, "ONCE", "RELEASE");
	return NULL;
}

static inline void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	__mc_assumes("callbacks-run-apart");
	head->func = func;
	__mc_rmw(&__mc_rcu_pending, 4, "add", 1, "ONCE", "ONCE");
	__mc_spawn(__mc_rcu_callback, head);
}

static inline void __mc_kfree_rcu(void *object)
{
	__mc_rmw(&__mc_rcu_pending, 4, "add", 1, "ONCE", "ONCE");
	__mc_spawn(__mc_rcu_free, object);
}

#define call_rcu_hurry(head, func) call_rcu(head, func)
#if MC_RCU_FLAVORS
void call_rcu_bh(struct rcu_head *head, rcu_callback_t func);
void call_rcu_sched(struct rcu_head *head, rcu_callback_t func);
#else
#define call_rcu_bh(head, func) call_rcu(head, func)
#define call_rcu_sched(head, func) call_rcu(head, func)
#endif
#define kfree_rcu(p, ...) __mc_kfree_rcu(p)
#define kvfree_rcu(p, ...) __mc_kfree_rcu(p)
#define kfree_rcu_mightsleep(p) do { synchronize_rcu(); __mc_free(p); } while (0)
#define kvfree_rcu_mightsleep(p) kfree_rcu_mightsleep(p)
#define rcu_barrier() ((void)__mc_await(&__mc_rcu_pending, 4, "eq", 0, "ACQUIRE"))
#define rcu_barrier_bh() rcu_barrier()
#define rcu_barrier_sched() rcu_barrier()

/* Grace periods asked for by number, and the tasks flavours, are not modelled: declared, so that a call is refused. */
unsigned long get_state_synchronize_rcu(void);
unsigned long start_poll_synchronize_rcu(void);
bool poll_state_synchronize_rcu(unsigned long cookie);
void cond_synchronize_rcu(unsigned long cookie);
void synchronize_rcu_tasks(void);
void call_rcu_tasks(struct rcu_head *head, rcu_callback_t func);

#endif
