/* SPDX-License-Identifier: MIT */
/* Locks that are given back where their scope ends are not modelled: a scope that takes one is refused where it is reached. */
#ifndef _LINUX_CLEANUP_H
#define _LINUX_CLEANUP_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#define __mc_unique(name) __mc_paste(name, __COUNTER__)

int scope_guard_is_not_modelled(const volatile void *lock);
#define guard(name) int __mc_unique(__mc_guard_) __attribute__((unused)) = scope_guard_is_not_modelled
#define scoped_guard(name, lock) if (scope_guard_is_not_modelled(lock))

#endif
