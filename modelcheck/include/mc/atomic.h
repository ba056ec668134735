/* SPDX-License-Identifier: MIT */
/*
 * The operations on types with a member `counter`. Each is one step of the model, so each is a macro: the step then lies at
 * the caller's line. They rest on <mc/barrier.h> and <mc/cmpxchg.h>.
 * Order: no suffix on a value-returning operation is a full barrier (MB) when it writes; a conditional
 * operation that does not write orders nothing; void operations order nothing and their read is NORETURN.
 */
#ifndef MC_ATOMIC_H
#define MC_ATOMIC_H

#include <mc/barrier.h>
#include <mc/cmpxchg.h>

#define __mc_counter(v) &(v)->counter, sizeof((v)->counter)
#define __mc_value(v) __typeof__(+(v)->counter)

#define __mc_atomic(op, i, v) ((void)__mc_rmw(__mc_counter(v), op, (unsigned long)(i), "NORETURN", "NORETURN"))
#define __mc_fetch(op, i, v, read, write) \
	((__mc_value(v))__mc_rmw(__mc_counter(v), op, (unsigned long)(i), read, write))
#define __mc_add_return(i, v, read, write) ({				\
	__mc_value(v) __mc_i = (i);					\
	(__mc_value(v))(__mc_rmw(__mc_counter(v), "add", (unsigned long)__mc_i, read, write) + (unsigned long)__mc_i); \
})
#define __mc_sub_return(i, v, read, write) ({				\
	__mc_value(v) __mc_i = (i);					\
	(__mc_value(v))(__mc_rmw(__mc_counter(v), "sub", (unsigned long)__mc_i, read, write) - (unsigned long)__mc_i); \
})
#define __mc_inc_return(v, read, write) ((__mc_value(v))(__mc_rmw(__mc_counter(v), "add", 1, read, write) + 1))
#define __mc_dec_return(v, read, write) ((__mc_value(v))(__mc_rmw(__mc_counter(v), "sub", 1, read, write) - 1))
#define __mc_fetch_if(op, i, v, rel, bound, read, write) \
	((__mc_value(v))__mc_rmw_if(__mc_counter(v), op, (unsigned long)(i), rel, (unsigned long)(bound), \
				    read, write, "ONCE"))

#define atomic_read(v) READ_ONCE((v)->counter)
#define atomic_read_acquire(v) smp_load_acquire(&(v)->counter)
#define atomic_set(v, i) ((void)WRITE_ONCE((v)->counter, (i)))
#define atomic_set_release(v, i) smp_store_release(&(v)->counter, (i))
#define atomic_cond_read_relaxed(v, c) smp_cond_load_relaxed(&(v)->counter, c)
#define atomic_cond_read_acquire(v, c) smp_cond_load_acquire(&(v)->counter, c)

#define atomic_add(i, v) __mc_atomic("add", i, v)
#define atomic_sub(i, v) __mc_atomic("sub", i, v)
#define atomic_inc(v) __mc_atomic("add", 1, v)
#define atomic_dec(v) __mc_atomic("sub", 1, v)
#define atomic_and(i, v) __mc_atomic("and", i, v)
#define atomic_or(i, v) __mc_atomic("or", i, v)
#define atomic_xor(i, v) __mc_atomic("xor", i, v)
#define atomic_andnot(i, v) __mc_atomic("andnot", i, v)
#define atomic_clear_mask(mask, v) atomic_andnot(mask, v)
#define atomic_set_mask(mask, v) atomic_or(mask, v)

#define atomic_add_return(i, v) __mc_add_return(i, v, "MB", "MB")
#define atomic_add_return_relaxed(i, v) __mc_add_return(i, v, "ONCE", "ONCE")
#define atomic_add_return_acquire(i, v) __mc_add_return(i, v, "ACQUIRE", "ONCE")
#define atomic_add_return_release(i, v) __mc_add_return(i, v, "ONCE", "RELEASE")
#define atomic_sub_return(i, v) __mc_sub_return(i, v, "MB", "MB")
#define atomic_sub_return_relaxed(i, v) __mc_sub_return(i, v, "ONCE", "ONCE")
#define atomic_sub_return_acquire(i, v) __mc_sub_return(i, v, "ACQUIRE", "ONCE")
#define atomic_sub_return_release(i, v) __mc_sub_return(i, v, "ONCE", "RELEASE")
#define atomic_inc_return(v) __mc_inc_return(v, "MB", "MB")
#define atomic_inc_return_relaxed(v) __mc_inc_return(v, "ONCE", "ONCE")
#define atomic_inc_return_acquire(v) __mc_inc_return(v, "ACQUIRE", "ONCE")
#define atomic_inc_return_release(v) __mc_inc_return(v, "ONCE", "RELEASE")
#define atomic_dec_return(v) __mc_dec_return(v, "MB", "MB")
#define atomic_dec_return_relaxed(v) __mc_dec_return(v, "ONCE", "ONCE")
#define atomic_dec_return_acquire(v) __mc_dec_return(v, "ACQUIRE", "ONCE")
#define atomic_dec_return_release(v) __mc_dec_return(v, "ONCE", "RELEASE")

/* C11 has five of these names with the arguments the other way round; whichever header comes first keeps them. */
#ifndef atomic_fetch_add
#define atomic_fetch_add(i, v) __mc_fetch("add", i, v, "MB", "MB")
#define atomic_fetch_sub(i, v) __mc_fetch("sub", i, v, "MB", "MB")
#define atomic_fetch_and(i, v) __mc_fetch("and", i, v, "MB", "MB")
#define atomic_fetch_or(i, v) __mc_fetch("or", i, v, "MB", "MB")
#define atomic_fetch_xor(i, v) __mc_fetch("xor", i, v, "MB", "MB")
#endif
#define atomic_fetch_add_relaxed(i, v) __mc_fetch("add", i, v, "ONCE", "ONCE")
#define atomic_fetch_add_acquire(i, v) __mc_fetch("add", i, v, "ACQUIRE", "ONCE")
#define atomic_fetch_add_release(i, v) __mc_fetch("add", i, v, "ONCE", "RELEASE")
#define atomic_fetch_sub_relaxed(i, v) __mc_fetch("sub", i, v, "ONCE", "ONCE")
#define atomic_fetch_sub_acquire(i, v) __mc_fetch("sub", i, v, "ACQUIRE", "ONCE")
#define atomic_fetch_sub_release(i, v) __mc_fetch("sub", i, v, "ONCE", "RELEASE")
#define atomic_fetch_and_relaxed(i, v) __mc_fetch("and", i, v, "ONCE", "ONCE")
#define atomic_fetch_and_acquire(i, v) __mc_fetch("and", i, v, "ACQUIRE", "ONCE")
#define atomic_fetch_and_release(i, v) __mc_fetch("and", i, v, "ONCE", "RELEASE")
#define atomic_fetch_or_relaxed(i, v) __mc_fetch("or", i, v, "ONCE", "ONCE")
#define atomic_fetch_or_acquire(i, v) __mc_fetch("or", i, v, "ACQUIRE", "ONCE")
#define atomic_fetch_or_release(i, v) __mc_fetch("or", i, v, "ONCE", "RELEASE")
#define atomic_fetch_xor_relaxed(i, v) __mc_fetch("xor", i, v, "ONCE", "ONCE")
#define atomic_fetch_xor_acquire(i, v) __mc_fetch("xor", i, v, "ACQUIRE", "ONCE")
#define atomic_fetch_xor_release(i, v) __mc_fetch("xor", i, v, "ONCE", "RELEASE")
#define atomic_fetch_andnot(i, v) __mc_fetch("andnot", i, v, "MB", "MB")
#define atomic_fetch_andnot_relaxed(i, v) __mc_fetch("andnot", i, v, "ONCE", "ONCE")
#define atomic_fetch_andnot_acquire(i, v) __mc_fetch("andnot", i, v, "ACQUIRE", "ONCE")
#define atomic_fetch_andnot_release(i, v) __mc_fetch("andnot", i, v, "ONCE", "RELEASE")
#define atomic_fetch_inc(v) __mc_fetch("add", 1, v, "MB", "MB")
#define atomic_fetch_inc_relaxed(v) __mc_fetch("add", 1, v, "ONCE", "ONCE")
#define atomic_fetch_inc_acquire(v) __mc_fetch("add", 1, v, "ACQUIRE", "ONCE")
#define atomic_fetch_inc_release(v) __mc_fetch("add", 1, v, "ONCE", "RELEASE")
#define atomic_fetch_dec(v) __mc_fetch("sub", 1, v, "MB", "MB")
#define atomic_fetch_dec_relaxed(v) __mc_fetch("sub", 1, v, "ONCE", "ONCE")
#define atomic_fetch_dec_acquire(v) __mc_fetch("sub", 1, v, "ACQUIRE", "ONCE")
#define atomic_fetch_dec_release(v) __mc_fetch("sub", 1, v, "ONCE", "RELEASE")

#define atomic_xchg(v, n) xchg(&(v)->counter, n)
#define atomic_xchg_relaxed(v, n) xchg_relaxed(&(v)->counter, n)
#define atomic_xchg_acquire(v, n) xchg_acquire(&(v)->counter, n)
#define atomic_xchg_release(v, n) xchg_release(&(v)->counter, n)
#define atomic_cmpxchg(v, o, n) cmpxchg(&(v)->counter, o, n)
#define atomic_cmpxchg_relaxed(v, o, n) cmpxchg_relaxed(&(v)->counter, o, n)
#define atomic_cmpxchg_acquire(v, o, n) cmpxchg_acquire(&(v)->counter, o, n)
#define atomic_cmpxchg_release(v, o, n) cmpxchg_release(&(v)->counter, o, n)
#define atomic_try_cmpxchg(v, old, n) try_cmpxchg(&(v)->counter, old, n)
#define atomic_try_cmpxchg_relaxed(v, old, n) try_cmpxchg_relaxed(&(v)->counter, old, n)
#define atomic_try_cmpxchg_acquire(v, old, n) try_cmpxchg_acquire(&(v)->counter, old, n)
#define atomic_try_cmpxchg_release(v, old, n) try_cmpxchg_release(&(v)->counter, old, n)

#define atomic_sub_and_test(i, v) (atomic_sub_return(i, v) == 0)
#define atomic_dec_and_test(v) (__mc_fetch("sub", 1, v, "MB", "MB") == 1)
#define atomic_inc_and_test(v) (__mc_fetch("add", 1, v, "MB", "MB") == -1)
#define atomic_add_negative(i, v) (__mc_add_return(i, v, "MB", "MB") < 0)
#define atomic_add_negative_relaxed(i, v) (__mc_add_return(i, v, "ONCE", "ONCE") < 0)
#define atomic_add_negative_acquire(i, v) (__mc_add_return(i, v, "ACQUIRE", "ONCE") < 0)
#define atomic_add_negative_release(i, v) (__mc_add_return(i, v, "ONCE", "RELEASE") < 0)

#define atomic_fetch_add_unless(v, a, u) __mc_fetch_if("add", a, v, "ne", u, "MB", "MB")
#define atomic_add_unless(v, a, u) ({					\
	__mc_value(v) __mc_u = (u);					\
	__mc_fetch_if("add", a, v, "ne", __mc_u, "MB", "MB") != __mc_u;	\
})
#define atomic_inc_not_zero(v) (__mc_fetch_if("add", 1, v, "ne", 0, "MB", "MB") != 0)
#define atomic_inc_not_zero_hint(v, hint) atomic_inc_not_zero(v)
#define atomic_inc_unless_negative(v) (__mc_fetch_if("add", 1, v, "ge", 0, "MB", "MB") >= 0)
#define atomic_dec_unless_positive(v) (__mc_fetch_if("sub", 1, v, "le", 0, "MB", "MB") <= 0)
#define atomic_dec_if_positive(v) ((__mc_value(v))(__mc_fetch_if("sub", 1, v, "gt", 0, "MB", "MB") - 1))

#endif
