/* SPDX-License-Identifier: MIT */
/* Memory that is contiguous by address alone: vfree() and kvfree() free it, kfree() does not. */
#ifndef _LINUX_VMALLOC_H
#define _LINUX_VMALLOC_H

#include <linux/slab.h>

#define __mc_vmalloc(size, flags, zeroed) __mc_kmalloc_to(LONG_MAX, size, flags, zeroed, "vmalloc")
#define vmalloc(size) __mc_vmalloc(size, GFP_KERNEL, 0)
#define vzalloc(size) __mc_vmalloc(size, GFP_KERNEL, 1)
#define vmalloc_node(size, node) vmalloc(size)
#define vzalloc_node(size, node) vzalloc(size)
#define vmalloc_array(n, size) vmalloc(size_mul(size, n))
#define vcalloc(n, size) vzalloc(size_mul(size, n))

#define vfree(object) __mc_free(object, "vmalloc")
#define vfree_atomic(object) vfree(object)

#endif
