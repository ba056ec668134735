/* SPDX-License-Identifier: MIT */
/*
 * RCU. A reader's section is between two markers, and synchronize_rcu() waits for the sections that it may
 * not overlap. call_rcu() starts a thread that waits for a grace period and then calls: the caller goes on at once.
 */
#ifndef _LINUX_RCUPDATE_H
#define _LINUX_RCUPDATE_H

#include <linux/lockdep.h>
#include <linux/types.h>
#include <asm/barrier.h>
#include <mc/kfree.h>
#include <mc/region.h>

#define __mc_rcu_lock() __mc_fence("Rcu-lock")
#define __mc_rcu_unlock() __mc_fence("Rcu-unlock")
/*
 * Each flavour is left as it was entered: lockdep keeps them apart, though all are one to a grace period. Where the program names no
 * flavour but one, the markers say it.
 */
#define __mc_rcu_flavored() \
	(__mc_mentions("rcu_read_lock_bh") || __mc_mentions("rcu_read_unlock_bh") || \
	 __mc_mentions("rcu_read_lock_sched") || __mc_mentions("rcu_read_unlock_sched"))
#define __mc_rcu_begins(flavor) ((void)(__mc_rcu_flavored() && (__mc_depth_rcu.flavor++, 1)))
#define __mc_rcu_ends(flavor, what)					\
	((void)(__mc_rcu_flavored() &&					\
		(__mc_assert(__mc_depth_rcu.flavor > 0, "lock-misuse", what " outside of a section of its kind"), \
		 __mc_depth_rcu.flavor--, 1)))
#define rcu_read_lock() (__mc_deeper(rcu, 1), __mc_rcu_begins(plain), __mc_rcu_lock())
#define rcu_read_unlock() (__mc_rcu_ends(plain, "rcu_read_unlock()"), __mc_deeper(rcu, -1), __mc_rcu_unlock())
#if MC_RCU_FLAVORS
#define __mc_grace() __mc_fence("Sync-rcu")
#else
#define __mc_grace() (__mc_assumes("grace-periods-since-5.0"), __mc_fence("Sync-rcu"))
#endif
#define synchronize_rcu() __mc_grace()
/* As a function too, for those who pass it on. */
static inline void (synchronize_rcu)(void)
{
	synchronize_rcu();
}
#define synchronize_rcu_expedited() __mc_grace()
#define synchronize_rcu_mult(...) __mc_grace()
#define synchronize_net() __mc_grace()
/*
 * One flavour since v5.0: the grace period waits for all of these sections. Before, bh and sched had their own, which are not
 * modelled: those of RCU do not wait for them, and asking for theirs is refused.
 */
#if MC_RCU_FLAVORS
#define rcu_read_lock_bh() (__mc_deeper(bottom_halves, 1), __mc_rcu_begins(bh))
#define rcu_read_unlock_bh() (__mc_rcu_ends(bh, "rcu_read_unlock_bh()"), __mc_deeper(bottom_halves, -1))
#define rcu_read_lock_sched() (__mc_deeper(preemption, 1), __mc_rcu_begins(sched))
#define rcu_read_unlock_sched() (__mc_rcu_ends(sched, "rcu_read_unlock_sched()"), __mc_deeper(preemption, -1))
void synchronize_rcu_bh(void);
void synchronize_sched(void);
void synchronize_sched_expedited(void);
#else
#define rcu_read_lock_bh() (__mc_deeper(bottom_halves, 1), __mc_rcu_begins(bh), __mc_rcu_lock())
#define rcu_read_unlock_bh() (__mc_rcu_ends(bh, "rcu_read_unlock_bh()"), __mc_deeper(bottom_halves, -1), __mc_rcu_unlock())
#define rcu_read_lock_sched() (__mc_deeper(preemption, 1), __mc_rcu_begins(sched), __mc_rcu_lock())
#define rcu_read_unlock_sched() (__mc_rcu_ends(sched, "rcu_read_unlock_sched()"), __mc_deeper(preemption, -1), __mc_rcu_unlock())
#define synchronize_rcu_bh() synchronize_rcu()
#define synchronize_sched() synchronize_rcu()
#define synchronize_sched_expedited() synchronize_rcu()
#endif
#define rcu_read_lock_sched_notrace() rcu_read_lock_sched()
#define rcu_read_unlock_sched_notrace() rcu_read_unlock_sched()
#define synchronize_kernel() synchronize_rcu()

/* As with CONFIG_PROVE_RCU and preemption that is counted. */
#define rcu_read_lock_held() (__mc_deep()->rcu > 0)
#define rcu_read_lock_bh_held() (__mc_bottom_halves_are_off() || __mc_interrupts_are_off())
#define rcu_read_lock_sched_held() (!__mc_preemptible())
#define rcu_read_lock_any_held() (rcu_read_lock_held() || rcu_read_lock_sched_held())
#define __mc_rcu_check(condition, what) __mc_assert((condition), "warning", what)
#define RCU_LOCKDEP_WARN(condition, text) __mc_rcu_check(!(condition), "RCU_LOCKDEP_WARN(" #condition ")")
#define lockdep_assert_in_rcu_read_lock() __mc_rcu_check(rcu_read_lock_held(), "lockdep_assert_in_rcu_read_lock()")
#define lockdep_assert_in_rcu_read_lock_bh() \
	__mc_rcu_check(rcu_read_lock_bh_held(), "lockdep_assert_in_rcu_read_lock_bh()")
#define lockdep_assert_in_rcu_read_lock_sched() \
	__mc_rcu_check(rcu_read_lock_sched_held(), "lockdep_assert_in_rcu_read_lock_sched()")
#define lockdep_assert_in_rcu_reader() __mc_rcu_check(rcu_read_lock_any_held(), "lockdep_assert_in_rcu_reader()")
#define rcu_sleep_check() ((void)0)
#define rcu_is_watching() 1

/*
 * Where neither the condition holds, which says that the caller keeps the pointer as it is, nor the thread is in a section of that
 * kind, the kernel says "suspicious RCU usage". Being in one of another kind is not enough.
 */
#define __mc_rcu_dereference(p, held, what) \
	(__mc_rcu_check((held), what " outside of a read-side section"), READ_ONCE(p))
#define rcu_dereference(p) __mc_rcu_dereference(p, rcu_read_lock_held(), "rcu_dereference(" #p ")")
#define rcu_dereference_bh(p) __mc_rcu_dereference(p, rcu_read_lock_bh_held(), "rcu_dereference_bh(" #p ")")
#define rcu_dereference_sched(p) __mc_rcu_dereference(p, rcu_read_lock_sched_held(), "rcu_dereference_sched(" #p ")")
#define rcu_dereference_all(p) __mc_rcu_dereference(p, rcu_read_lock_any_held(), "rcu_dereference_all(" #p ")")
#define rcu_dereference_raw(p) READ_ONCE(p)
#define rcu_dereference_raw_check(p) READ_ONCE(p)
#define __mc_rcu_dereference_if(p, condition, held, what) \
	(__mc_rcu_check((condition) || (held), what "(" #p ", " #condition ")"), READ_ONCE(p))
#define rcu_dereference_check(p, condition) \
	__mc_rcu_dereference_if(p, condition, rcu_read_lock_held(), "rcu_dereference_check")
#define rcu_dereference_bh_check(p, condition) \
	__mc_rcu_dereference_if(p, condition, rcu_read_lock_bh_held(), "rcu_dereference_bh_check")
#define rcu_dereference_sched_check(p, condition) \
	__mc_rcu_dereference_if(p, condition, rcu_read_lock_sched_held(), "rcu_dereference_sched_check")
#define rcu_dereference_all_check(p, condition) \
	__mc_rcu_dereference_if(p, condition, rcu_read_lock_any_held(), "rcu_dereference_all_check")
#define rcu_access_pointer(p) READ_ONCE(p)
/* The caller's lock keeps the pointer as it is, so the kernel reads it plainly. */
#define rcu_dereference_protected(p, condition) \
	(__mc_rcu_check((condition), "rcu_dereference_protected(" #p ", " #condition ")"), (p))
#define rcu_pointer_handoff(p) (p)
#define unrcu_pointer(p) (p)
/* Nothing is behind NULL: where it is a constant, it is stored without an order. */
#define rcu_assign_pointer(p, v) \
	(__builtin_constant_p(v) && !(v) ? (void)WRITE_ONCE(p, NULL) : smp_store_release(&(p), v))
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

/*
 * Callbacks asked for and not yet run, a bit each by the number of its thread. rcu_barrier() waits for those that there are
 * when it is called: not for what a callback asks for meanwhile. kfree_rcu() counts as one.
 */
__attribute__((weak)) unsigned long __mc_rcu_pending;
#define __mc_callback_asked(pending, thread) \
	((void)__mc_rmw(pending, 8, "or", 1UL << (thread), "ONCE", "ONCE"))
#define __mc_callback_begins(pending) ((void)__mc_await(pending, 8, "set", __mc_own_bit(), "ONCE"))
#define __mc_callback_ended(pending) \
	((void)__mc_rmw(pending, 8, "andnot", __mc_own_bit(), "ONCE", "RELEASE"))
#define __mc_callbacks_awaited(pending) do {				\
	unsigned long __mc_before = __mc_load(pending, 8, "ONCE");	\
	(void)__mc_await(pending, 8, "clear", __mc_before, "ACQUIRE");	\
} while (0)

static inline void *__mc_rcu_callback(void *argument)
{
	struct rcu_head *head = argument;

	__mc_callback_begins(&__mc_rcu_pending);
	synchronize_rcu();
	__mc_deeper(bottom_halves, 1);
	head->func(head);
	__mc_callback_ended(&__mc_rcu_pending);
	return NULL;
}

/* What kfree_rcu() frees: since v5.9 what kvfree() does, before what kfree() did. */
#if MC_KERNEL_VERSION < 0x050900
#define __MC_KFREE_RCU "kmalloc,kmem_cache_alloc"
#else
#define __MC_KFREE_RCU "kmalloc,kmem_cache_alloc,vmalloc,kvmalloc"
#endif

static inline void *__mc_rcu_free(void *object)
{
	__mc_callback_begins(&__mc_rcu_pending);
	synchronize_rcu();
	__mc_kernel_free(object, __MC_KFREE_RCU);
	__mc_callback_ended(&__mc_rcu_pending);
	return NULL;
}

static inline void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	__mc_assumes("callbacks-run-apart");
	head->func = func;
	__mc_callback_asked(&__mc_rcu_pending, __mc_spawn(__mc_rcu_callback, head));
}

static inline void __mc_kfree_rcu(void *object)
{
	__mc_assumes("callbacks-run-apart");
	__mc_callback_asked(&__mc_rcu_pending, __mc_spawn(__mc_rcu_free, object));
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
#define kfree_rcu_mightsleep(p) do { synchronize_rcu(); __mc_kernel_free(p, __MC_KFREE_RCU); } while (0)
#define kvfree_rcu_mightsleep(p) kfree_rcu_mightsleep(p)
#define rcu_barrier() __mc_callbacks_awaited(&__mc_rcu_pending)
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
