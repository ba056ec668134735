/* SPDX-License-Identifier: MIT */
/* Whether a page can be read is no matter here. */
#ifndef MC_ARCH_ASM_SET_MEMORY_H
#define MC_ARCH_ASM_SET_MEMORY_H

#define set_memory_ro(address, pages) 0
#define set_memory_rw(address, pages) 0
#define set_memory_x(address, pages) 0
#define set_memory_nx(address, pages) 0
#define set_memory_rox(address, pages) 0
#define set_memory_valid(address, pages, enable) 0
#define set_direct_map_invalid_noflush(...) 0
#define set_direct_map_default_noflush(...) 0
#define set_direct_map_valid_noflush(...) 0
#define can_set_direct_map() 1
#define kernel_page_present(page) 1

#endif
