/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MM_INLINE_H
#define _LINUX_MM_INLINE_H

#include <linux/mm.h>

static inline int page_is_file_cache(struct page *page)
{
	return !PageSwapBacked(page);
}

#define page_is_file_lru(page) page_is_file_cache(page)

#endif
