/* SPDX-License-Identifier: MIT */
/*
 * What KCSAN is asked to look at. An assertion of exclusive access comes true (property "warning") when another thread's
 * access, a marked one too, is concurrent with it by the memory model: racing with it as with a plain access, or where the
 * model knows no races, right before or behind it. Those of a scope are not modelled.
 */
#ifndef _LINUX_KCSAN_CHECKS_H
#define _LINUX_KCSAN_CHECKS_H

#include <linux/compiler.h>

#define ASSERT_EXCLUSIVE_WRITER(var) __mc_watch(&(var), sizeof(var), "Watch-writes")
#define ASSERT_EXCLUSIVE_ACCESS(var) __mc_watch(&(var), sizeof(var), "Watch-all")
/* Which bits another thread changes is not looked at: where there is such a write, there is no answer. */
#define ASSERT_EXCLUSIVE_BITS(var, mask) ((void)(mask), __mc_watch(&(var), sizeof(var), "Watch-writes,Watch-bits"))

void exclusive_access_in_a_scope_is_not_modelled(void);
#define ASSERT_EXCLUSIVE_WRITER_SCOPED(var) exclusive_access_in_a_scope_is_not_modelled()
#define ASSERT_EXCLUSIVE_ACCESS_SCOPED(var) exclusive_access_in_a_scope_is_not_modelled()

#define kcsan_disable_current() ((void)0)
#define kcsan_enable_current() ((void)0)
#define kcsan_nestable_atomic_begin() ((void)0)
#define kcsan_nestable_atomic_end() ((void)0)
#define kcsan_flat_atomic_begin() ((void)0)
#define kcsan_flat_atomic_end() ((void)0)
#define kcsan_atomic_next(n) ((void)(n))
#define __kcsan_disable_current() ((void)0)
#define __kcsan_enable_current() ((void)0)

#endif
