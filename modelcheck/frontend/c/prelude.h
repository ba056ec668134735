/* SPDX-License-Identifier: MIT */
/*
 * The compiler's atomic builtins in terms of modelcheck's intrinsics; read before every C file. Memory orders are
 * C11's numbers. Tags are literals, so each order is an arm of its own: those that are not chosen are never reached.
 */
#ifndef MC_PRELUDE_H
#define MC_PRELUDE_H

#define __mc_b_type(p) __typeof__((void)0, *(p))
#define __mc_b_order(o, rlx, con, acq, rel, both, sc) \
	((o) == 0 ? (rlx) : (o) == 1 ? (con) : (o) == 2 ? (acq) : (o) == 3 ? (rel) : (o) == 4 ? (both) : (sc))
#define __mc_b_word(p, v) ((unsigned long)(__mc_b_type(p))(v))

#define __mc_b_load(p, tags) __mc_load((p), sizeof(*(p)), tags)
#define __atomic_load_n(p, o) ((__mc_b_type(p))__mc_b_order(o, \
	__mc_b_load(p, "RLX,ONCE"), __mc_b_load(p, "CON,ACQUIRE"), __mc_b_load(p, "ACQ,ACQUIRE"), \
	__mc_b_load(p, "RLX,ONCE"), __mc_b_load(p, "ACQ,ACQUIRE"), __mc_b_load(p, "SC,MB,ACQUIRE")))
#define __atomic_load(p, to, o) ((void)(*(to) = __atomic_load_n(p, o)))

#define __mc_b_store(p, v, tags) __mc_store((p), sizeof(*(p)), __mc_b_word(p, v), tags)
#define __atomic_store_n(p, v, o) __mc_b_order(o, \
	__mc_b_store(p, v, "RLX,ONCE"), __mc_b_store(p, v, "RLX,ONCE"), __mc_b_store(p, v, "RLX,ONCE"), \
	__mc_b_store(p, v, "REL,RELEASE"), __mc_b_store(p, v, "REL,RELEASE"), \
	(__mc_b_store(p, v, "SC,MB,RELEASE"), __mc_fence("Mb")))
#define __atomic_store(p, from, o) __atomic_store_n(p, *(from), o)
#define __atomic_clear(p, o) __atomic_store_n(p, 0, o)

#define __mc_b_rmw(p, op, v, o) ((__mc_b_type(p))__mc_b_order(o, \
	__mc_rmw((p), sizeof(*(p)), op, __mc_b_word(p, v), "RLX,ONCE", "RLX,ONCE"), \
	__mc_rmw((p), sizeof(*(p)), op, __mc_b_word(p, v), "CON,ACQUIRE", "RLX,ONCE"), \
	__mc_rmw((p), sizeof(*(p)), op, __mc_b_word(p, v), "ACQ,ACQUIRE", "RLX,ONCE"), \
	__mc_rmw((p), sizeof(*(p)), op, __mc_b_word(p, v), "RLX,ONCE", "REL,RELEASE"), \
	__mc_rmw((p), sizeof(*(p)), op, __mc_b_word(p, v), "ACQ_REL,ACQUIRE", "ACQ_REL,RELEASE"), \
	__mc_rmw((p), sizeof(*(p)), op, __mc_b_word(p, v), "SC,MB", "SC,MB")))
#define __atomic_exchange_n(p, v, o) __mc_b_rmw(p, "xchg", v, o)
#define __atomic_exchange(p, v, to, o) ((void)(*(to) = __atomic_exchange_n(p, *(v), o)))
#define __atomic_fetch_add(p, v, o) __mc_b_rmw(p, "add", v, o)
#define __atomic_fetch_sub(p, v, o) __mc_b_rmw(p, "sub", v, o)
#define __atomic_fetch_and(p, v, o) __mc_b_rmw(p, "and", v, o)
#define __atomic_fetch_or(p, v, o) __mc_b_rmw(p, "or", v, o)
#define __atomic_fetch_xor(p, v, o) __mc_b_rmw(p, "xor", v, o)
#define __mc_b_after(p, how, op, v, o) ({ \
	__mc_b_type(p) __mc_b_v = (__mc_b_type(p))(v); \
	(__mc_b_type(p))(__mc_b_rmw(p, how, __mc_b_v, o) op __mc_b_v); })
#define __atomic_add_fetch(p, v, o) __mc_b_after(p, "add", +, v, o)
#define __atomic_sub_fetch(p, v, o) __mc_b_after(p, "sub", -, v, o)
#define __atomic_and_fetch(p, v, o) __mc_b_after(p, "and", &, v, o)
#define __atomic_or_fetch(p, v, o) __mc_b_after(p, "or", |, v, o)
#define __atomic_xor_fetch(p, v, o) __mc_b_after(p, "xor", ^, v, o)
#define __atomic_test_and_set(p, o) ((_Bool)__mc_b_order(o, \
	__mc_rmw((p), 1, "xchg", 1, "RLX,ONCE", "RLX,ONCE"), __mc_rmw((p), 1, "xchg", 1, "CON,ACQUIRE", "RLX,ONCE"), \
	__mc_rmw((p), 1, "xchg", 1, "ACQ,ACQUIRE", "RLX,ONCE"), __mc_rmw((p), 1, "xchg", 1, "RLX,ONCE", "REL,RELEASE"), \
	__mc_rmw((p), 1, "xchg", 1, "ACQ_REL,ACQUIRE", "ACQ_REL,RELEASE"), \
	__mc_rmw((p), 1, "xchg", 1, "SC,MB", "SC,MB")))

#define __mc_b_try(p, seen, v, read, write, failed) \
	__mc_rmw_if((p), sizeof(*(p)), "xchg", __mc_b_word(p, v), "eq", __mc_b_word(p, seen), read, write, failed)
#define __mc_b_swap(p, seen, v, o, failed) __mc_b_order(o, \
	__mc_b_try(p, seen, v, "RLX,ONCE", "RLX,ONCE", failed), \
	__mc_b_try(p, seen, v, "CON,ACQUIRE", "RLX,ONCE", failed), \
	__mc_b_try(p, seen, v, "ACQ,ACQUIRE", "RLX,ONCE", failed), \
	__mc_b_try(p, seen, v, "RLX,ONCE", "REL,RELEASE", failed), \
	__mc_b_try(p, seen, v, "ACQ_REL,ACQUIRE", "ACQ_REL,RELEASE", failed), \
	__mc_b_try(p, seen, v, "SC,MB", "SC,MB", failed))
#define __atomic_compare_exchange_n(p, expected, v, weak, success, failure) ({ \
	__mc_b_type(p) __mc_b_new = (__mc_b_type(p))(v); \
	__mc_b_type(p) __mc_b_old = (__mc_b_type(p))__mc_b_order(failure, \
		__mc_b_swap(p, *(expected), __mc_b_new, success, "RLX,ONCE"), \
		__mc_b_swap(p, *(expected), __mc_b_new, success, "CON,ACQUIRE"), \
		__mc_b_swap(p, *(expected), __mc_b_new, success, "ACQ,ACQUIRE"), \
		__mc_b_swap(p, *(expected), __mc_b_new, success, "RLX,ONCE"), \
		__mc_b_swap(p, *(expected), __mc_b_new, success, "ACQ,ACQUIRE"), \
		__mc_b_swap(p, *(expected), __mc_b_new, success, "SC,MB,ACQUIRE")); \
	_Bool __mc_b_done = __mc_b_old == *(expected); \
	if (!__mc_b_done) \
		*(expected) = __mc_b_old; \
	__mc_b_done; })
#define __atomic_compare_exchange(p, expected, v, weak, success, failure) \
	__atomic_compare_exchange_n(p, expected, *(v), weak, success, failure)

#define __atomic_thread_fence(o) __mc_b_order(o, (void)0, __mc_fence("CON,Rmb"), __mc_fence("ACQ,Rmb"), \
	__mc_fence("REL,Wmb"), __mc_fence("ACQ_REL,Rmb,Wmb"), __mc_fence("SC,Mb"))
#define __atomic_signal_fence(o) __mc_fence("Barrier")

/* SV-COMP's, which its programs use with or without declaring them. */
_Bool __VERIFIER_nondet_bool(void);
char __VERIFIER_nondet_char(void);
signed char __VERIFIER_nondet_schar(void);
unsigned char __VERIFIER_nondet_uchar(void);
short __VERIFIER_nondet_short(void);
unsigned short __VERIFIER_nondet_ushort(void);
int __VERIFIER_nondet_int(void);
unsigned int __VERIFIER_nondet_uint(void);
unsigned int __VERIFIER_nondet_unsigned(void);
long __VERIFIER_nondet_long(void);
unsigned long __VERIFIER_nondet_ulong(void);
long long __VERIFIER_nondet_longlong(void);
unsigned long long __VERIFIER_nondet_ulonglong(void);
void __VERIFIER_assume(int holds);
void __VERIFIER_atomic_begin(void);
void __VERIFIER_atomic_end(void);
void __VERIFIER_error(void);

#define __sync_synchronize() __mc_fence("SC,Mb")
#define __sync_fetch_and_add(p, v, ...) __atomic_fetch_add(p, v, 5)
#define __sync_fetch_and_sub(p, v, ...) __atomic_fetch_sub(p, v, 5)
#define __sync_fetch_and_and(p, v, ...) __atomic_fetch_and(p, v, 5)
#define __sync_fetch_and_or(p, v, ...) __atomic_fetch_or(p, v, 5)
#define __sync_fetch_and_xor(p, v, ...) __atomic_fetch_xor(p, v, 5)
#define __sync_add_and_fetch(p, v, ...) __atomic_add_fetch(p, v, 5)
#define __sync_sub_and_fetch(p, v, ...) __atomic_sub_fetch(p, v, 5)
#define __sync_and_and_fetch(p, v, ...) __atomic_and_fetch(p, v, 5)
#define __sync_or_and_fetch(p, v, ...) __atomic_or_fetch(p, v, 5)
#define __sync_xor_and_fetch(p, v, ...) __atomic_xor_fetch(p, v, 5)
#define __sync_val_compare_and_swap(p, seen, v, ...) \
	((__mc_b_type(p))__mc_b_try(p, seen, v, "SC,MB", "SC,MB", "SC,MB,ACQUIRE"))
#define __sync_bool_compare_and_swap(p, seen, v, ...) ({ \
	__mc_b_type(p) __mc_b_seen = (__mc_b_type(p))(seen); \
	(__mc_b_type(p))__mc_b_try(p, __mc_b_seen, v, "SC,MB", "SC,MB", "SC,MB,ACQUIRE") == __mc_b_seen; })
#define __sync_lock_test_and_set(p, v, ...) __atomic_exchange_n(p, v, 2)
#define __sync_lock_release(p, ...) __atomic_store_n(p, 0, 3)

#endif
