/* SPDX-License-Identifier: MIT */
/*
 * C11 atomics. Each access bears its C11 tag (RLX, CON, ACQ, REL, ACQ_REL, SC) and the nearest of the kernel's
 * model, no stronger: ONCE, ACQUIRE, RELEASE. Sequentially consistent accesses are MB as well, and such a store
 * ends with a full fence, as compilers for machines with store buffers do it.
 * An order is a constant where the call stands, or of an inlined caller: what it is not is never reached.
 */
#ifndef _STDATOMIC_H
#define _STDATOMIC_H

#include <mc/once.h>
#include <mc/stdtypes.h>

typedef enum {
	memory_order_relaxed,
	memory_order_consume,
	memory_order_acquire,
	memory_order_release,
	memory_order_acq_rel,
	memory_order_seq_cst,
} memory_order;

typedef _Atomic _Bool atomic_bool;
typedef _Atomic char atomic_char;
typedef _Atomic signed char atomic_schar;
typedef _Atomic unsigned char atomic_uchar;
typedef _Atomic short atomic_short;
typedef _Atomic unsigned short atomic_ushort;
typedef _Atomic int atomic_int;
typedef _Atomic unsigned int atomic_uint;
typedef _Atomic long atomic_long;
typedef _Atomic unsigned long atomic_ulong;
typedef _Atomic long long atomic_llong;
typedef _Atomic unsigned long long atomic_ullong;
typedef _Atomic int8_t atomic_int_least8_t, atomic_int_fast8_t;
typedef _Atomic uint8_t atomic_uint_least8_t, atomic_uint_fast8_t;
typedef _Atomic int16_t atomic_int_least16_t;
typedef _Atomic uint16_t atomic_uint_least16_t;
typedef _Atomic int32_t atomic_int_least32_t;
typedef _Atomic uint32_t atomic_uint_least32_t;
typedef _Atomic int64_t atomic_int_least64_t, atomic_int_fast16_t, atomic_int_fast32_t, atomic_int_fast64_t;
typedef _Atomic uint64_t atomic_uint_least64_t, atomic_uint_fast16_t, atomic_uint_fast32_t, atomic_uint_fast64_t;
typedef _Atomic intptr_t atomic_intptr_t;
typedef _Atomic uintptr_t atomic_uintptr_t;
typedef _Atomic size_t atomic_size_t;
typedef _Atomic ptrdiff_t atomic_ptrdiff_t;
typedef _Atomic int64_t atomic_intmax_t;
typedef _Atomic uint64_t atomic_uintmax_t;

#define ATOMIC_BOOL_LOCK_FREE 2
#define ATOMIC_CHAR_LOCK_FREE 2
#define ATOMIC_SHORT_LOCK_FREE 2
#define ATOMIC_INT_LOCK_FREE 2
#define ATOMIC_LONG_LOCK_FREE 2
#define ATOMIC_LLONG_LOCK_FREE 2
#define ATOMIC_POINTER_LOCK_FREE 2
#define ATOMIC_VAR_INIT(value) (value)
#define atomic_is_lock_free(p) ((void)(p), 1)
#define kill_dependency(y) (y)

/*
 * Picks by the order one of six forms: relaxed, consume, acquire, release, acq_rel, seq_cst. An order that is named
 * where it stands is picked while preprocessing, so that only its form is parsed; another expression by comparing.
 */
#define __mc_by_order(order, ...) __mc_second_of(__mc_form_##order, __mc_form_any, ~)(order, __VA_ARGS__)
#define __mc_second_of(...) __mc_second_of_(__VA_ARGS__)
#define __mc_second_of_(a, b, ...) b
#define __mc_form_memory_order_relaxed ~, __mc_form_rlx
#define __mc_form_memory_order_consume ~, __mc_form_con
#define __mc_form_memory_order_acquire ~, __mc_form_acq
#define __mc_form_memory_order_release ~, __mc_form_rel
#define __mc_form_memory_order_acq_rel ~, __mc_form_acqrel
#define __mc_form_memory_order_seq_cst ~, __mc_form_sc
#define __mc_form_0 ~, __mc_form_rlx
#define __mc_form_1 ~, __mc_form_con
#define __mc_form_2 ~, __mc_form_acq
#define __mc_form_3 ~, __mc_form_rel
#define __mc_form_4 ~, __mc_form_acqrel
#define __mc_form_5 ~, __mc_form_sc
#define __mc_form_rlx(order, rlx, con, acq, rel, acqrel, sc) (rlx)
#define __mc_form_con(order, rlx, con, acq, rel, acqrel, sc) (con)
#define __mc_form_acq(order, rlx, con, acq, rel, acqrel, sc) (acq)
#define __mc_form_rel(order, rlx, con, acq, rel, acqrel, sc) (rel)
#define __mc_form_acqrel(order, rlx, con, acq, rel, acqrel, sc) (acqrel)
#define __mc_form_sc(order, rlx, con, acq, rel, acqrel, sc) (sc)
#define __mc_form_any(order, rlx, con, acq, rel, acqrel, sc) \
	((order) == memory_order_relaxed ? (rlx) : (order) == memory_order_consume ? (con) : \
	 (order) == memory_order_acquire ? (acq) : (order) == memory_order_release ? (rel) : \
	 (order) == memory_order_acq_rel ? (acqrel) : (sc))

/*
 * A structure of 16 bytes is accessed at once as well; no cast knows it. Each form is parsed for either kind of type: what
 * would not fit one of them is replaced by a number there.
 */
#define __mc_c11_pick(p, pair, scalar) __builtin_choose_expr(sizeof(*(p)) == 16, pair, scalar)
#define __mc_c11_scalar(p, value) __mc_c11_pick(p, 0UL, value)
#define __mc_c11_get(p, access) ({ __mc_typeof(*(p)) __mc_pair; access; __mc_pair; })
#define __mc_c11_put(p, value, access) ({ __mc_typeof(*(p)) __mc_new = (value); access; })
#define __mc_c11_get_pair(p, tags) __mc_load_pair((p), &__mc_pair, tags)
#define __mc_c11_put_pair(p, tags) __mc_store_pair((p), &__mc_new, tags)
#define __mc_c11_swap_pair(p, read, write) __mc_swap_pair((p), &__mc_pair, &__mc_new, read, write)

#define __mc_c11_value(p) __mc_typeof(__mc_c11_scalar(p, *(p)))
#define __mc_c11_word(p, value) ((unsigned long)(__mc_c11_value(p))__mc_c11_scalar(p, value))
#define __mc_c11_load(p, tags) __mc_load((p), sizeof(*(p)), tags)
#define __mc_c11_store(p, value, tags) __mc_store((p), sizeof(*(p)), __mc_c11_word(p, value), tags)

#define __mc_c11_load_by(load, p, order) __mc_by_order(order, \
	load(p, "RLX,ONCE"), load(p, "CON,ACQUIRE"), load(p, "ACQ,ACQUIRE"), \
	load(p, "RLX,ONCE"), load(p, "ACQ,ACQUIRE"), load(p, "SC,MB,ACQUIRE"))
#define atomic_load(p) __mc_c11_pick(p, \
	__mc_c11_get(p, __mc_c11_get_pair(p, "SC,MB,ACQUIRE")), \
	((__mc_c11_value(p))__mc_c11_load(p, "SC,MB,ACQUIRE")))
#define atomic_load_explicit(p, order) __mc_c11_pick(p, \
	__mc_c11_get(p, __mc_c11_load_by(__mc_c11_get_pair, p, order)), \
	((__mc_c11_value(p))__mc_c11_load_by(__mc_c11_load, p, order)))

#define __mc_c11_store_sc(p, value) (__mc_c11_store(p, value, "SC,MB,RELEASE"), __mc_fence("Mb"))
#define __mc_c11_store_pair_sc(p) (__mc_c11_put_pair(p, "SC,MB,RELEASE"), __mc_fence("Mb"))
#define atomic_store(p, value) __mc_c11_pick(p, \
	__mc_c11_put(p, value, __mc_c11_store_pair_sc(p)), __mc_c11_store_sc(p, value))
#define atomic_store_explicit(p, value, order) __mc_c11_pick(p, \
	__mc_c11_put(p, value, __mc_by_order(order, \
		__mc_c11_put_pair(p, "RLX,ONCE"), __mc_c11_put_pair(p, "RLX,ONCE"), \
		__mc_c11_put_pair(p, "RLX,ONCE"), __mc_c11_put_pair(p, "REL,RELEASE"), \
		__mc_c11_put_pair(p, "REL,RELEASE"), __mc_c11_store_pair_sc(p))), \
	__mc_by_order(order, \
		__mc_c11_store(p, value, "RLX,ONCE"), __mc_c11_store(p, value, "RLX,ONCE"), \
		__mc_c11_store(p, value, "RLX,ONCE"), __mc_c11_store(p, value, "REL,RELEASE"), \
		__mc_c11_store(p, value, "REL,RELEASE"), __mc_c11_store_sc(p, value)))
#define atomic_init(p, value) __mc_c11_pick(p, \
	__mc_c11_put(p, value, __mc_c11_put_pair(p, "")), ((void)__mc_c11_store(p, value, "")))

#define __mc_c11_rmw(op, p, value, order) ((__mc_c11_value(p))__mc_by_order(order, \
	__mc_rmw((p), sizeof(*(p)), op, value, "RLX,ONCE", "RLX,ONCE"), \
	__mc_rmw((p), sizeof(*(p)), op, value, "CON,ACQUIRE", "RLX,ONCE"), \
	__mc_rmw((p), sizeof(*(p)), op, value, "ACQ,ACQUIRE", "RLX,ONCE"), \
	__mc_rmw((p), sizeof(*(p)), op, value, "RLX,ONCE", "REL,RELEASE"), \
	__mc_rmw((p), sizeof(*(p)), op, value, "ACQ_REL,ACQUIRE", "ACQ_REL,RELEASE"), \
	__mc_rmw((p), sizeof(*(p)), op, value, "SC,MB", "SC,MB")))
#define __mc_c11_rmw_sc(op, p, value) \
	((__mc_c11_value(p))__mc_rmw((p), sizeof(*(p)), op, value, "SC,MB", "SC,MB"))
/* An atomic pointer moves by what it points to: the step from the null pointer to its next is 1 for an integer type. */
#define __mc_c11_step(p, value) ((unsigned long)(value) * (unsigned long)((__mc_c11_value(p))0 + 1))

#define atomic_exchange_explicit(p, value, order) __mc_c11_pick(p, \
	__mc_c11_put(p, value, __mc_c11_get(p, __mc_by_order(order, \
		__mc_c11_swap_pair(p, "RLX,ONCE", "RLX,ONCE"), __mc_c11_swap_pair(p, "CON,ACQUIRE", "RLX,ONCE"), \
		__mc_c11_swap_pair(p, "ACQ,ACQUIRE", "RLX,ONCE"), __mc_c11_swap_pair(p, "RLX,ONCE", "REL,RELEASE"), \
		__mc_c11_swap_pair(p, "ACQ_REL,ACQUIRE", "ACQ_REL,RELEASE"), \
		__mc_c11_swap_pair(p, "SC,MB", "SC,MB")))), \
	__mc_c11_rmw("xchg", p, __mc_c11_word(p, value), order))
#define atomic_exchange(p, value) __mc_c11_pick(p, \
	__mc_c11_put(p, value, __mc_c11_get(p, __mc_c11_swap_pair(p, "SC,MB", "SC,MB"))), \
	__mc_c11_rmw_sc("xchg", p, __mc_c11_word(p, value)))

/* *(expected) is written out each time: through a copy of the pointer the caller's local would become shared memory. */
#define __mc_c11_cas(p, expected, cas) ({				\
	__mc_c11_value(p) __mc_seen = (__mc_c11_value(p))(cas);		\
	_Bool __mc_done = __mc_seen == __mc_c11_scalar(p, *(expected));	\
	if (!__mc_done)							\
		__mc_c11_kept(p, expected) = __mc_seen;			\
	__mc_done;							\
})
#define __mc_c11_kept(p, expected) (*__mc_c11_pick(p, (unsigned long *)0, expected))
#define __mc_c11_try_pair(p, expected, read, write, failed) \
	__mc_try_pair((p), (expected), &__mc_new, read, write, failed)
#define __mc_c11_cas_pair(p, expected, desired, success, failed) \
	__mc_c11_put(p, desired, __mc_by_order(success, \
		__mc_c11_try_pair(p, expected, "RLX,ONCE", "RLX,ONCE", failed), \
		__mc_c11_try_pair(p, expected, "CON,ACQUIRE", "RLX,ONCE", failed), \
		__mc_c11_try_pair(p, expected, "ACQ,ACQUIRE", "RLX,ONCE", failed), \
		__mc_c11_try_pair(p, expected, "RLX,ONCE", "REL,RELEASE", failed), \
		__mc_c11_try_pair(p, expected, "ACQ_REL,ACQUIRE", "ACQ_REL,RELEASE", failed), \
		__mc_c11_try_pair(p, expected, "SC,MB", "SC,MB", failed)) != 0)
#define __mc_c11_try(p, expected, desired, read, write, failed) \
	__mc_rmw_if((p), sizeof(*(p)), "xchg", __mc_c11_word(p, desired), "eq", __mc_c11_word(p, *(expected)), \
		    read, write, failed)
#define __mc_c11_try_by(p, expected, desired, success, failed) __mc_by_order(success, \
	__mc_c11_try(p, expected, desired, "RLX,ONCE", "RLX,ONCE", failed), \
	__mc_c11_try(p, expected, desired, "CON,ACQUIRE", "RLX,ONCE", failed), \
	__mc_c11_try(p, expected, desired, "ACQ,ACQUIRE", "RLX,ONCE", failed), \
	__mc_c11_try(p, expected, desired, "RLX,ONCE", "REL,RELEASE", failed), \
	__mc_c11_try(p, expected, desired, "ACQ_REL,ACQUIRE", "ACQ_REL,RELEASE", failed), \
	__mc_c11_try(p, expected, desired, "SC,MB", "SC,MB", failed))
#define atomic_compare_exchange_strong(p, expected, desired) __mc_c11_pick(p, \
	__mc_c11_put(p, desired, (_Bool)__mc_c11_try_pair(p, expected, "SC,MB", "SC,MB", "SC,MB,ACQUIRE")), \
	__mc_c11_cas(p, expected, __mc_c11_try(p, expected, desired, "SC,MB", "SC,MB", "SC,MB,ACQUIRE")))
#define atomic_compare_exchange_strong_explicit(p, expected, desired, success, failure) __mc_c11_pick(p, \
	__mc_by_order(failure, \
		__mc_c11_cas_pair(p, expected, desired, success, "RLX,ONCE"), \
		__mc_c11_cas_pair(p, expected, desired, success, "CON,ACQUIRE"), \
		__mc_c11_cas_pair(p, expected, desired, success, "ACQ,ACQUIRE"), \
		__mc_c11_cas_pair(p, expected, desired, success, "RLX,ONCE"), \
		__mc_c11_cas_pair(p, expected, desired, success, "ACQ,ACQUIRE"), \
		__mc_c11_cas_pair(p, expected, desired, success, "SC,MB,ACQUIRE")), \
	__mc_c11_cas(p, expected, __mc_by_order(failure, \
		__mc_c11_try_by(p, expected, desired, success, "RLX,ONCE"), \
		__mc_c11_try_by(p, expected, desired, success, "CON,ACQUIRE"), \
		__mc_c11_try_by(p, expected, desired, success, "ACQ,ACQUIRE"), \
		__mc_c11_try_by(p, expected, desired, success, "RLX,ONCE"), \
		__mc_c11_try_by(p, expected, desired, success, "ACQ,ACQUIRE"), \
		__mc_c11_try_by(p, expected, desired, success, "SC,MB,ACQUIRE"))))

/* With -DMC_WEAK_CAS_FAILS=1 the weak form may fail though the value is the expected one. */
#ifndef MC_WEAK_CAS_FAILS
#define MC_WEAK_CAS_FAILS 0
#endif
#if MC_WEAK_CAS_FAILS
#define atomic_compare_exchange_weak(p, expected, desired) \
	(__mc_choose(2) ? (*(expected) = atomic_load(p), 0) : \
	 atomic_compare_exchange_strong(p, expected, desired))
#define atomic_compare_exchange_weak_explicit(p, expected, desired, success, failure) \
	(__mc_choose(2) ? (*(expected) = atomic_load_explicit(p, failure), 0) : \
	 atomic_compare_exchange_strong_explicit(p, expected, desired, success, failure))
#else
#define atomic_compare_exchange_weak(p, expected, desired) \
	(__mc_assumes("weak-cas-is-strong"), atomic_compare_exchange_strong(p, expected, desired))
#define atomic_compare_exchange_weak_explicit(p, expected, desired, success, failure) \
	(__mc_assumes("weak-cas-is-strong"), atomic_compare_exchange_strong_explicit(p, expected, desired, success, failure))
#endif

/* The kernel has five of these names with the arguments the other way round; whichever header comes first keeps them. */
#ifndef atomic_fetch_add
#define atomic_fetch_add(p, value) __mc_c11_rmw_sc("add", p, __mc_c11_step(p, value))
#define atomic_fetch_sub(p, value) __mc_c11_rmw_sc("sub", p, __mc_c11_step(p, value))
#define atomic_fetch_or(p, value) __mc_c11_rmw_sc("or", p, (unsigned long)(value))
#define atomic_fetch_xor(p, value) __mc_c11_rmw_sc("xor", p, (unsigned long)(value))
#define atomic_fetch_and(p, value) __mc_c11_rmw_sc("and", p, (unsigned long)(value))
#endif
#define atomic_fetch_add_explicit(p, value, order) __mc_c11_rmw("add", p, __mc_c11_step(p, value), order)
#define atomic_fetch_sub_explicit(p, value, order) __mc_c11_rmw("sub", p, __mc_c11_step(p, value), order)
#define atomic_fetch_or_explicit(p, value, order) __mc_c11_rmw("or", p, (unsigned long)(value), order)
#define atomic_fetch_xor_explicit(p, value, order) __mc_c11_rmw("xor", p, (unsigned long)(value), order)
#define atomic_fetch_and_explicit(p, value, order) __mc_c11_rmw("and", p, (unsigned long)(value), order)

/*
 * The kernel's model has no acquire or release fence: the read barrier and the write barrier are the nearest that are
 * not stronger.
 */
#define __mc_nearest(tags) (__mc_assumes("c11-fences-as-barriers"), __mc_fence(tags))
#define atomic_thread_fence(order) __mc_by_order(order, \
	(void)0, __mc_nearest("CON,Rmb"), __mc_nearest("ACQ,Rmb"), __mc_nearest("REL,Wmb"), __mc_nearest("ACQ_REL,Rmb,Wmb"), \
	__mc_fence("SC,Mb"))
#define atomic_signal_fence(order) ((void)0)

typedef struct {
	unsigned int __set;
} atomic_flag;

#define ATOMIC_FLAG_INIT { 0 }
#define atomic_flag_test_and_set(flag) (__mc_c11_rmw_sc("xchg", &(flag)->__set, 1) != 0)
#define atomic_flag_test_and_set_explicit(flag, order) (__mc_c11_rmw("xchg", &(flag)->__set, 1, order) != 0)
#define atomic_flag_clear(flag) atomic_store(&(flag)->__set, 0)
#define atomic_flag_clear_explicit(flag, order) atomic_store_explicit(&(flag)->__set, 0, order)

#endif
