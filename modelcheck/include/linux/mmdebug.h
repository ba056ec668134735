/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MMDEBUG_H
#define _LINUX_MMDEBUG_H

#include <linux/bug.h>

#define VM_BUG_ON(condition) BUG_ON(condition)
#define VM_BUG_ON_PAGE(condition, page) BUG_ON(condition)
#define VM_BUG_ON_FOLIO(condition, folio) BUG_ON(condition)
#define VM_BUG_ON_MM(condition, mm) BUG_ON(condition)
#define VM_BUG_ON_VMA(condition, vma) BUG_ON(condition)
#define VM_WARN_ON(condition) ((void)WARN_ON(condition))
#define VM_WARN_ON_ONCE(condition) ((void)WARN_ON(condition))
#define VM_WARN_ON_PAGE(condition, page) ((void)WARN_ON(condition))
#define VM_WARN_ON_ONCE_PAGE(condition, page) ((void)WARN_ON(condition))
#define VM_WARN_ON_ONCE_FOLIO(condition, folio) ((void)WARN_ON(condition))

#endif
