/* SPDX-License-Identifier: MIT */
/* Marked accesses, and the annotations of the kernel's compilers and static checkers, which say nothing here. */
#ifndef _LINUX_COMPILER_H
#define _LINUX_COMPILER_H

#include <linux/stddef.h>
#include <mc/once.h>
#include <asm/barrier.h>

#define __unqual_scalar_typeof(x) __mc_typeof(x)
#define __READ_ONCE(x) READ_ONCE(x)
#define __WRITE_ONCE(x, v) WRITE_ONCE(x, v)
#define READ_ONCE_NOCHECK(x) READ_ONCE(x)
/* data_race() says that the racing accesses inside are meant; they stay plain. */
#define data_race(expr) ({ __auto_type __mc_racy = (expr); __mc_racy; })

#define likely(x) (!!(x))
#define unlikely(x) (!!(x))
#define likely_notrace(x) likely(x)
#define unlikely_notrace(x) unlikely(x)
#define barrier_data(p) barrier()
#define OPTIMIZER_HIDE_VAR(var) ((void)0)
#define RELOC_HIDE(p, offset) ((__typeof__(p))((unsigned long)(p) + (offset)))
#define uninitialized_var(x) x
#define unreachable() __mc_halt()

#define __user
#define __kernel
#define __iomem
#define __percpu
#define __rcu
#define __safe
#define __force
#define __nocast
#define __bitwise
#define __bitwise__
#define __private
#define __chk_user_ptr(x) ((void)0)
#define __chk_io_ptr(x) ((void)0)
#define __must_hold(x)
#define __acquires(x)
#define __releases(x)
#define __acquire(x) ((void)0)
#define __release(x) ((void)0)
#define __cond_lock(x, c) (c)
#define __cond_acquires(...)
#define __guarded_by(...)
#define __context__(...)
#define ACCESS_PRIVATE(p, member) ((p)->member)

#undef __always_inline
#undef noinline
#undef inline
#define __always_inline inline
#define __inline inline
#define __inline__ inline
#define noinline
#define noinline_for_stack
#define notrace
#define noinstr
#define asmlinkage
#define fastcall
#define __noreturn __attribute__((__noreturn__))
#define __must_check
#define __deprecated
#define __used __attribute__((unused))
#define __maybe_unused __attribute__((unused))
#define __always_unused __attribute__((unused))
#define __attribute_const__
#define __pure
#define __cold
#define __hot
#define __malloc
#define __weak __attribute__((weak))
#define __packed __attribute__((packed))
#define __aligned(x) __attribute__((aligned(x)))
#define __printf(a, b)
#define __scanf(a, b)
#define __section(s)
#define __visible
#define __flatten
#define __no_kcsan
#define __no_kasan_or_inline inline
#define __no_sanitize_address
#define __nonstring
#define __counted_by(member)
#define __alloc_size(...)
#define __assume_aligned(...)
#define __read_mostly
#define __ro_after_init
#define __cacheline_aligned
#define __cacheline_aligned_in_smp
#define ____cacheline_aligned
#define ____cacheline_aligned_in_smp
#define ____cacheline_internodealigned_in_smp
#define __randomize_layout
#define __designated_init
#define fallthrough __attribute__((fallthrough))
#define __same_type(a, b) __builtin_types_compatible_p(__typeof__(a), __typeof__(b))
#define __is_constexpr(x) __builtin_constant_p(x)
#define __must_be_array(a) 0

#define compiletime_assert(condition, message) _Static_assert(condition, message)
#define compiletime_assert_atomic_type(t) ((void)0)

#endif
