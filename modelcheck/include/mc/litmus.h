/* SPDX-License-Identifier: MIT */
/*
 * The primitives of C litmus tests. A test is untyped: every variable is one word of 8 bytes, every location too, and
 * a parameter is the address of a location. So atomics, locks and SRCU structures are plain words here; a pointer
 * is dereferenced by a cast that the reader of litmus tests writes into the body.
 *
 * Order: no suffix on a value-returning operation is a full barrier (MB) when it writes; a conditional operation that
 * does not write orders nothing; void operations order nothing and are NORETURN.
 */

long __mc_load();
void __mc_store();
long __mc_rmw();
long __mc_rmw_if();
void __mc_rmw_await();
void __mc_fence();
void __mc_fence_at();
void __mc_unlock();
void __mc_assume();
long __mc_choose();
long __mc_self();
void __mc_relax();

#define char long
#define int long
#define short
#define signed
#define volatile
#define const
#define struct
#define bool long
#define _Bool long
#define __user
#define __rcu
typedef long intptr_t, ssize_t, ptrdiff_t, int8_t, int16_t, int32_t, int64_t;
typedef long s8, s16, s32, s64, __s8, __s16, __s32, __s64, ktime_t, loff_t;
typedef unsigned long uintptr_t, size_t, uint8_t, uint16_t, uint32_t, uint64_t, uint, ulong;
typedef unsigned long u8, u16, u32, u64, __u8, __u16, __u32, __u64;
typedef long atomic_t, atomic64_t, atomic_long_t, spinlock_t, raw_spinlock_t, srcu_struct, mutex;
#define true 1
#define false 0
#define NULL 0

#define READ_ONCE(x) __mc_load(&(x), 8, "ONCE")
#define WRITE_ONCE(x, v) __mc_store(&(x), 8, (v), "ONCE")
#define ACCESS_ONCE(x) READ_ONCE(x)
#define smp_load_acquire(p) __mc_load((p), 8, "ACQUIRE")
#define smp_store_release(p, v) __mc_store((p), 8, (v), "RELEASE")
#define smp_store_mb(x, v) (WRITE_ONCE(x, v), smp_mb())
#define rcu_dereference(p) READ_ONCE(p)
#define lockless_dereference(p) READ_ONCE(p)
#define rcu_dereference_check(p, c) READ_ONCE(p)
#define rcu_dereference_protected(p, c) READ_ONCE(p)
#define rcu_dereference_raw(p) READ_ONCE(p)
#define srcu_dereference(p, s) READ_ONCE(p)
#define rcu_access_pointer(p) READ_ONCE(p)
#define rcu_assign_pointer(p, v) __mc_store(&(p), 8, (v), "RELEASE")

#define smp_mb() __mc_fence("Mb")
#define smp_rmb() __mc_fence("Rmb")
#define smp_wmb() __mc_fence("Wmb")
#define barrier() __mc_fence("Barrier")
#define smp_mb__before_atomic() __mc_fence("Before-atomic")
#define smp_mb__after_atomic() __mc_fence("After-atomic")
#define smp_mb__after_spinlock() __mc_fence("After-spinlock")
#define smp_mb__after_unlock_lock() __mc_fence("After-unlock-lock")
#define smp_mb__after_srcu_read_unlock() __mc_fence("After-srcu-read-unlock")
#define smp_read_barrier_depends() __mc_relax()
#define cpu_relax() __mc_relax()

#define rcu_read_lock() __mc_fence("Rcu-lock")
#define rcu_read_unlock() __mc_fence("Rcu-unlock")
#define synchronize_rcu() __mc_fence("Sync-rcu")
#define synchronize_rcu_expedited() __mc_fence("Sync-rcu")
#define srcu_read_lock(s) __mc_load((s), 8, "Srcu-lock")
#define srcu_read_unlock(s, c) __mc_store((s), 8, (c), "Srcu-unlock")
#define srcu_down_read(s) srcu_read_lock(s)
#define srcu_up_read(s, c) srcu_read_unlock(s, c)
#define synchronize_srcu(s) __mc_fence_at("Sync-srcu", (s))
#define synchronize_srcu_expedited(s) synchronize_srcu(s)

#define spin_lock(l) __mc_rmw_await((l), 8, "xchg", __mc_self() + 1, "eq", 0, "LKR", "LKW")
#define spin_trylock(l) (__mc_rmw_if((l), 8, "xchg", __mc_self() + 1, "eq", 0, "LKR", "LKW", "LF") == 0)
#define spin_unlock(l) __mc_unlock((l), 8, 0, "UL")
/* One read whose tag depends on what it sees: locked (RL) or not (RU). So either is tried, and kept if it fits. */
#define spin_is_locked(l) ({						\
	long __mc_word;							\
	if (__mc_choose(2)) {						\
		__mc_word = __mc_load((l), 8, "RL");			\
		__mc_assume(__mc_word != 0);				\
	} else {							\
		__mc_word = __mc_load((l), 8, "RU");			\
		__mc_assume(__mc_word == 0);				\
	}								\
	(long)(__mc_word != 0);						\
})

#define __mc_xchg(p, v, r, w) __mc_rmw((p), 8, "xchg", (v), r, w)
#define xchg(p, v) __mc_xchg(p, v, "MB", "MB")
#define xchg_relaxed(p, v) __mc_xchg(p, v, "ONCE", "ONCE")
#define xchg_acquire(p, v) __mc_xchg(p, v, "ACQUIRE", "ONCE")
#define xchg_release(p, v) __mc_xchg(p, v, "ONCE", "RELEASE")

#define __mc_cmpxchg(p, o, n, r, w) __mc_rmw_if((p), 8, "xchg", (n), "eq", (o), r, w, "ONCE")
#define cmpxchg(p, o, n) __mc_cmpxchg(p, o, n, "MB", "MB")
#define cmpxchg_relaxed(p, o, n) __mc_cmpxchg(p, o, n, "ONCE", "ONCE")
#define cmpxchg_acquire(p, o, n) __mc_cmpxchg(p, o, n, "ACQUIRE", "ONCE")
#define cmpxchg_release(p, o, n) __mc_cmpxchg(p, o, n, "ONCE", "RELEASE")

#define __mc_try_cmpxchg(p, o, n, r, w) ({				\
	long __mc_old = __mc_cmpxchg(p, *(o), n, r, w);			\
	long __mc_done = __mc_old == *(o);				\
	*(o) = __mc_old;						\
	__mc_done;							\
})
#define try_cmpxchg(p, o, n) __mc_try_cmpxchg(p, o, n, "MB", "MB")
#define try_cmpxchg_relaxed(p, o, n) __mc_try_cmpxchg(p, o, n, "ONCE", "ONCE")
#define try_cmpxchg_acquire(p, o, n) __mc_try_cmpxchg(p, o, n, "ACQUIRE", "ONCE")
#define try_cmpxchg_release(p, o, n) __mc_try_cmpxchg(p, o, n, "ONCE", "RELEASE")

#define atomic_read(v) __mc_load((v), 8, "ONCE")
#define atomic_read_acquire(v) smp_load_acquire(v)
#define atomic_set(v, i) __mc_store((v), 8, (i), "ONCE")
#define atomic_set_release(v, i) smp_store_release(v, i)

#define __mc_atomic(op, i, v) ((void)__mc_rmw((v), 8, op, (i), "NORETURN", "NORETURN"))
#define atomic_add(i, v) __mc_atomic("add", i, v)
#define atomic_sub(i, v) __mc_atomic("sub", i, v)
#define atomic_inc(v) __mc_atomic("add", 1, v)
#define atomic_dec(v) __mc_atomic("sub", 1, v)
#define atomic_and(i, v) __mc_atomic("and", i, v)
#define atomic_or(i, v) __mc_atomic("or", i, v)
#define atomic_xor(i, v) __mc_atomic("xor", i, v)
#define atomic_andnot(i, v) __mc_atomic("andnot", i, v)

#define __mc_add(i, v, r, w) __mc_rmw((v), 8, "add", (i), r, w)
#define __mc_sub(i, v, r, w) __mc_rmw((v), 8, "sub", (i), r, w)
#define __mc_plus(i, v, r, w) ({ long __mc_i = (i); __mc_add(__mc_i, v, r, w) + __mc_i; })
#define __mc_minus(i, v, r, w) ({ long __mc_i = (i); __mc_sub(__mc_i, v, r, w) - __mc_i; })
#define atomic_add_return(i, v) __mc_plus(i, v, "MB", "MB")
#define atomic_add_return_relaxed(i, v) __mc_plus(i, v, "ONCE", "ONCE")
#define atomic_add_return_acquire(i, v) __mc_plus(i, v, "ACQUIRE", "ONCE")
#define atomic_add_return_release(i, v) __mc_plus(i, v, "ONCE", "RELEASE")
#define atomic_sub_return(i, v) __mc_minus(i, v, "MB", "MB")
#define atomic_sub_return_relaxed(i, v) __mc_minus(i, v, "ONCE", "ONCE")
#define atomic_sub_return_acquire(i, v) __mc_minus(i, v, "ACQUIRE", "ONCE")
#define atomic_sub_return_release(i, v) __mc_minus(i, v, "ONCE", "RELEASE")
#define atomic_inc_return(v) (__mc_add(1, v, "MB", "MB") + 1)
#define atomic_inc_return_relaxed(v) (__mc_add(1, v, "ONCE", "ONCE") + 1)
#define atomic_inc_return_acquire(v) (__mc_add(1, v, "ACQUIRE", "ONCE") + 1)
#define atomic_inc_return_release(v) (__mc_add(1, v, "ONCE", "RELEASE") + 1)
#define atomic_dec_return(v) (__mc_sub(1, v, "MB", "MB") - 1)
#define atomic_dec_return_relaxed(v) (__mc_sub(1, v, "ONCE", "ONCE") - 1)
#define atomic_dec_return_acquire(v) (__mc_sub(1, v, "ACQUIRE", "ONCE") - 1)
#define atomic_dec_return_release(v) (__mc_sub(1, v, "ONCE", "RELEASE") - 1)
#define atomic_inc_and_test(v) (__mc_add(1, v, "MB", "MB") == -1)
#define atomic_dec_and_test(v) (__mc_sub(1, v, "MB", "MB") == 1)
#define atomic_sub_and_test(i, v) (atomic_sub_return(i, v) == 0)
#define atomic_add_negative(i, v) (atomic_add_return(i, v) < 0)
#define atomic_add_negative_relaxed(i, v) (atomic_add_return_relaxed(i, v) < 0)
#define atomic_add_negative_acquire(i, v) (atomic_add_return_acquire(i, v) < 0)
#define atomic_add_negative_release(i, v) (atomic_add_return_release(i, v) < 0)

#define atomic_fetch_add(i, v) __mc_add(i, v, "MB", "MB")
#define atomic_fetch_add_relaxed(i, v) __mc_add(i, v, "ONCE", "ONCE")
#define atomic_fetch_add_acquire(i, v) __mc_add(i, v, "ACQUIRE", "ONCE")
#define atomic_fetch_add_release(i, v) __mc_add(i, v, "ONCE", "RELEASE")
#define atomic_fetch_sub(i, v) __mc_sub(i, v, "MB", "MB")
#define atomic_fetch_sub_relaxed(i, v) __mc_sub(i, v, "ONCE", "ONCE")
#define atomic_fetch_sub_acquire(i, v) __mc_sub(i, v, "ACQUIRE", "ONCE")
#define atomic_fetch_sub_release(i, v) __mc_sub(i, v, "ONCE", "RELEASE")
#define atomic_fetch_inc(v) __mc_add(1, v, "MB", "MB")
#define atomic_fetch_inc_relaxed(v) __mc_add(1, v, "ONCE", "ONCE")
#define atomic_fetch_inc_acquire(v) __mc_add(1, v, "ACQUIRE", "ONCE")
#define atomic_fetch_inc_release(v) __mc_add(1, v, "ONCE", "RELEASE")
#define atomic_fetch_dec(v) __mc_sub(1, v, "MB", "MB")
#define atomic_fetch_dec_relaxed(v) __mc_sub(1, v, "ONCE", "ONCE")
#define atomic_fetch_dec_acquire(v) __mc_sub(1, v, "ACQUIRE", "ONCE")
#define atomic_fetch_dec_release(v) __mc_sub(1, v, "ONCE", "RELEASE")
#define __mc_bits(op, i, v, r, w) __mc_rmw((v), 8, op, (i), r, w)
#define atomic_fetch_and(i, v) __mc_bits("and", i, v, "MB", "MB")
#define atomic_fetch_and_relaxed(i, v) __mc_bits("and", i, v, "ONCE", "ONCE")
#define atomic_fetch_and_acquire(i, v) __mc_bits("and", i, v, "ACQUIRE", "ONCE")
#define atomic_fetch_and_release(i, v) __mc_bits("and", i, v, "ONCE", "RELEASE")
#define atomic_fetch_or(i, v) __mc_bits("or", i, v, "MB", "MB")
#define atomic_fetch_or_relaxed(i, v) __mc_bits("or", i, v, "ONCE", "ONCE")
#define atomic_fetch_or_acquire(i, v) __mc_bits("or", i, v, "ACQUIRE", "ONCE")
#define atomic_fetch_or_release(i, v) __mc_bits("or", i, v, "ONCE", "RELEASE")
#define atomic_fetch_xor(i, v) __mc_bits("xor", i, v, "MB", "MB")
#define atomic_fetch_xor_relaxed(i, v) __mc_bits("xor", i, v, "ONCE", "ONCE")
#define atomic_fetch_xor_acquire(i, v) __mc_bits("xor", i, v, "ACQUIRE", "ONCE")
#define atomic_fetch_xor_release(i, v) __mc_bits("xor", i, v, "ONCE", "RELEASE")
#define atomic_fetch_andnot(i, v) __mc_bits("andnot", i, v, "MB", "MB")
#define atomic_fetch_andnot_relaxed(i, v) __mc_bits("andnot", i, v, "ONCE", "ONCE")
#define atomic_fetch_andnot_acquire(i, v) __mc_bits("andnot", i, v, "ACQUIRE", "ONCE")
#define atomic_fetch_andnot_release(i, v) __mc_bits("andnot", i, v, "ONCE", "RELEASE")

#define atomic_xchg(v, n) xchg(v, n)
#define atomic_xchg_relaxed(v, n) xchg_relaxed(v, n)
#define atomic_xchg_acquire(v, n) xchg_acquire(v, n)
#define atomic_xchg_release(v, n) xchg_release(v, n)
#define atomic_cmpxchg(v, o, n) cmpxchg(v, o, n)
#define atomic_cmpxchg_relaxed(v, o, n) cmpxchg_relaxed(v, o, n)
#define atomic_cmpxchg_acquire(v, o, n) cmpxchg_acquire(v, o, n)
#define atomic_cmpxchg_release(v, o, n) cmpxchg_release(v, o, n)
#define atomic_try_cmpxchg(v, o, n) try_cmpxchg(v, o, n)
#define atomic_try_cmpxchg_relaxed(v, o, n) try_cmpxchg_relaxed(v, o, n)
#define atomic_try_cmpxchg_acquire(v, o, n) try_cmpxchg_acquire(v, o, n)
#define atomic_try_cmpxchg_release(v, o, n) try_cmpxchg_release(v, o, n)

#define __mc_add_unless(v, a, u, r, w) ({				\
	long __mc_u = (u);						\
	long __mc_was = __mc_rmw_if((v), 8, "add", (a), "ne", __mc_u, r, w, "ONCE"); \
	(long)(__mc_was != __mc_u);					\
})
#define atomic_add_unless(v, a, u) __mc_add_unless(v, a, u, "MB", "MB")
#define atomic_add_unless_relaxed(v, a, u) __mc_add_unless(v, a, u, "ONCE", "ONCE")
#define atomic_add_unless_acquire(v, a, u) __mc_add_unless(v, a, u, "ACQUIRE", "ONCE")
#define atomic_add_unless_release(v, a, u) __mc_add_unless(v, a, u, "ONCE", "RELEASE")
#define atomic_fetch_add_unless(v, a, u) __mc_rmw_if((v), 8, "add", (a), "ne", (u), "MB", "MB", "ONCE")
#define atomic_inc_not_zero(v) atomic_add_unless(v, 1, 0)
