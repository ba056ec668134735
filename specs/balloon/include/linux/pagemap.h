/* SPDX-License-Identifier: MIT */
/*
 * What the series adds to pagemap.h: one bit of an address space's flags says that it is a balloon's.
 */
#ifndef BALLOON_LINUX_PAGEMAP_H
#define BALLOON_LINUX_PAGEMAP_H

#include_next <linux/pagemap.h>
#include <linux/bitops.h>
#include <linux/mm_types.h>

/* The next bit behind those of v3.6. */
#define AS_BALLOON_MAP	(AS_UNEVICTABLE + 1)

static inline void mapping_set_balloon(struct address_space *mapping)
{
	set_bit(AS_BALLOON_MAP, &mapping->flags);
}

static inline void mapping_clear_balloon(struct address_space *mapping)
{
	clear_bit(AS_BALLOON_MAP, &mapping->flags);
}

static inline int mapping_balloon(struct address_space *mapping)
{
	if (mapping)
		return test_bit(AS_BALLOON_MAP, &mapping->flags);
	return !!mapping;
}

#endif
