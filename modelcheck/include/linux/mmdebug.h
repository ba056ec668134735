/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MMDEBUG_H
#define _LINUX_MMDEBUG_H

#include <linux/bug.h>

#define VM_BUG_ON(condition) BUG_ON(condition)
#define VM_BUG_ON_PAGE(condition, page) BUG_ON(condition)
#define VM_BUG_ON_FOLIO(condition, folio) BUG_ON(condition)
#define VM_BUG_ON_MM(condition, mm) BUG_ON(condition)
#define VM_BUG_ON_VMA(condition, vma) BUG_ON(condition)
#define VM_BUG_ON_PGFLAGS(condition, page) BUG_ON(condition)
#define VIRTUAL_BUG_ON(condition) BUG_ON(condition)
#define VM_WARN_ON(condition) __mc_warn(condition, "VM_WARN_ON(" #condition ")")
#define VM_WARN_ON_ONCE(condition) __mc_warn(condition, "VM_WARN_ON_ONCE(" #condition ")")
#define VM_WARN_ON_PAGE(condition, page) __mc_warn(condition, "VM_WARN_ON_PAGE(" #condition ")")
#define VM_WARN_ON_ONCE_PAGE(condition, page) __mc_warn(condition, "VM_WARN_ON_ONCE_PAGE(" #condition ")")
#define VM_WARN_ON_FOLIO(condition, folio) __mc_warn(condition, "VM_WARN_ON_FOLIO(" #condition ")")
#define VM_WARN_ON_ONCE_FOLIO(condition, folio) __mc_warn(condition, "VM_WARN_ON_ONCE_FOLIO(" #condition ")")
#define VM_WARN_ON_ONCE_MM(condition, mm) __mc_warn(condition, "VM_WARN_ON_ONCE_MM(" #condition ")")
#define VM_WARN_ON_ONCE_VMA(condition, vma) __mc_warn(condition, "VM_WARN_ON_ONCE_VMA(" #condition ")")
#define VM_WARN_ON_VMG(condition, vmg) __mc_warn(condition, "VM_WARN_ON_VMG(" #condition ")")
#define VM_WARN(condition, ...) ((void)WARN(condition, __VA_ARGS__))
#define VM_WARN_ONCE(condition, ...) ((void)WARN_ONCE(condition, __VA_ARGS__))

#endif
