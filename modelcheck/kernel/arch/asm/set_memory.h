/* SPDX-License-Identifier: MIT */
/* Whether a page can be read is no matter here. */
#ifndef MC_ARCH_ASM_SET_MEMORY_H
#define MC_ARCH_ASM_SET_MEMORY_H

#include <linux/types.h>

struct page;
static inline int set_memory_ro(unsigned long address, int pages) { return 0; }
static inline int set_memory_rw(unsigned long address, int pages) { return 0; }
static inline int set_memory_x(unsigned long address, int pages) { return 0; }
static inline int set_memory_nx(unsigned long address, int pages) { return 0; }
static inline int set_memory_rox(unsigned long address, int pages) { return 0; }
static inline int set_memory_valid(unsigned long address, int pages, int enable) { return 0; }
static inline int set_direct_map_invalid_noflush(struct page *page) { return 0; }
static inline int set_direct_map_default_noflush(struct page *page) { return 0; }
static inline int set_direct_map_valid_noflush(struct page *page, unsigned nr, bool valid) { return 0; }
static inline bool can_set_direct_map(void) { return 1; }
static inline bool kernel_page_present(struct page *page) { return 1; }
#define set_memory_rox set_memory_rox
#define can_set_direct_map can_set_direct_map

#endif
