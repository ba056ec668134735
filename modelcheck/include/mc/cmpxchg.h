/* SPDX-License-Identifier: MIT */
/* xchg() and cmpxchg() on any scalar. Without a suffix they are full barriers when they write. */
#ifndef MC_CMPXCHG_H
#define MC_CMPXCHG_H

#include <mc/once.h>

#define __mc_xchg(p, v, read, write) \
	((__typeof__(*(p)))__mc_rmw((p), sizeof(*(p)), "xchg", (unsigned long)(v), read, write))
#define __mc_cmpxchg(p, o, n, read, write) \
	((__typeof__(*(p)))__mc_rmw_if((p), sizeof(*(p)), "xchg", (unsigned long)(n), "eq", \
				       (unsigned long)(o), read, write, "ONCE"))
/* *(old) is written out each time: through a copy of the pointer the caller's local would become shared memory. */
#define __mc_try_cmpxchg(p, old, n, read, write) ({			\
	__mc_typeof(*(p)) __mc_seen = __mc_cmpxchg(p, *(old), n, read, write); \
	_Bool __mc_done = __mc_seen == *(old);				\
	if (!__mc_done)							\
		*(old) = __mc_seen;					\
	__mc_done;							\
})

#define xchg(p, v) __mc_xchg(p, v, "MB", "MB")
#define xchg_relaxed(p, v) __mc_xchg(p, v, "ONCE", "ONCE")
#define xchg_acquire(p, v) __mc_xchg(p, v, "ACQUIRE", "ONCE")
#define xchg_release(p, v) __mc_xchg(p, v, "ONCE", "RELEASE")

#define cmpxchg(p, o, n) __mc_cmpxchg(p, o, n, "MB", "MB")
#define cmpxchg_relaxed(p, o, n) __mc_cmpxchg(p, o, n, "ONCE", "ONCE")
#define cmpxchg_acquire(p, o, n) __mc_cmpxchg(p, o, n, "ACQUIRE", "ONCE")
#define cmpxchg_release(p, o, n) __mc_cmpxchg(p, o, n, "ONCE", "RELEASE")
#define cmpxchg_local(p, o, n) cmpxchg_relaxed(p, o, n)
#define sync_cmpxchg(p, o, n) cmpxchg(p, o, n)
#define cmpxchg64(p, o, n) cmpxchg(p, o, n)
#define cmpxchg64_relaxed(p, o, n) cmpxchg_relaxed(p, o, n)
#define cmpxchg64_acquire(p, o, n) cmpxchg_acquire(p, o, n)
#define cmpxchg64_release(p, o, n) cmpxchg_release(p, o, n)
#define cmpxchg64_local(p, o, n) cmpxchg_relaxed(p, o, n)

#define try_cmpxchg(p, old, n) __mc_try_cmpxchg(p, old, n, "MB", "MB")
#define try_cmpxchg_relaxed(p, old, n) __mc_try_cmpxchg(p, old, n, "ONCE", "ONCE")
#define try_cmpxchg_acquire(p, old, n) __mc_try_cmpxchg(p, old, n, "ACQUIRE", "ONCE")
#define try_cmpxchg_release(p, old, n) __mc_try_cmpxchg(p, old, n, "ONCE", "RELEASE")
#define try_cmpxchg64(p, old, n) try_cmpxchg(p, old, n)

#endif
