/* SPDX-License-Identifier: MIT */
/*
 * struct page with the fields that pages change hands by, side by side where the kernel overlays them, and
 * 64 bytes long. The same structure serves as a folio of one page.
 */
#ifndef _LINUX_MM_TYPES_H
#define _LINUX_MM_TYPES_H

#include <linux/types.h>
#include <linux/spinlock_types.h>
#include <asm/page.h>

struct address_space;
struct inode;
struct mm_struct;

struct page {
	unsigned long flags;           /* PG_*, by atomic bit operations */
	struct address_space *mapping; /* low bit set: an anon_vma, not an address_space */
	unsigned long index;
	unsigned long private;
	struct list_head lru;
	atomic_t _count;               /* references; 0: free */
	atomic_t _mapcount;            /* mappings - 1 */
	void *freelist;                /* of a slab page */
};

/* Its name since v4.6. */
#define _refcount _count

struct folio {
	struct page page;
};

#endif
