/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_CMPXCHG_H
#define MC_ARCH_ASM_CMPXCHG_H

#include <mc/cmpxchg.h>

#define arch_xchg(p, v) xchg(p, v)
#define arch_xchg_relaxed(p, v) xchg_relaxed(p, v)
#define arch_cmpxchg(p, o, n) cmpxchg(p, o, n)
#define arch_cmpxchg_relaxed(p, o, n) cmpxchg_relaxed(p, o, n)
#define arch_cmpxchg_local(p, o, n) cmpxchg_local(p, o, n)
#define arch_cmpxchg64(p, o, n) cmpxchg(p, o, n)
#define arch_cmpxchg64_local(p, o, n) cmpxchg_local(p, o, n)
#define arch_try_cmpxchg(p, old, n) try_cmpxchg(p, old, n)
#define arch_sync_cmpxchg(p, o, n) cmpxchg(p, o, n)
#define sync_try_cmpxchg(p, old, n) try_cmpxchg(p, old, n)
#define raw_cmpxchg(p, o, n) cmpxchg(p, o, n)
#define raw_cmpxchg_relaxed(p, o, n) cmpxchg_relaxed(p, o, n)
#define raw_cmpxchg_acquire(p, o, n) cmpxchg_acquire(p, o, n)
#define raw_cmpxchg_release(p, o, n) cmpxchg_release(p, o, n)
#define raw_cmpxchg_local(p, o, n) cmpxchg_local(p, o, n)
#define raw_xchg(p, v) xchg(p, v)
#define raw_xchg_relaxed(p, v) xchg_relaxed(p, v)
#define raw_try_cmpxchg(p, old, n) try_cmpxchg(p, old, n)
#define try_cmpxchg_local(p, old, n) try_cmpxchg_relaxed(p, old, n)
#define try_cmpxchg64_relaxed(p, old, n) try_cmpxchg_relaxed(p, old, n)
#define try_cmpxchg64_acquire(p, old, n) try_cmpxchg_acquire(p, old, n)
#define try_cmpxchg64_release(p, old, n) try_cmpxchg_release(p, old, n)
#define try_cmpxchg64_local(p, old, n) try_cmpxchg_relaxed(p, old, n)

#endif
