/* SPDX-License-Identifier: MIT */
/* Widths of fields in the flags of a page: those of a kernel with this many flags and zones. */
#ifndef MC_ARCH_GENERATED_BOUNDS_H
#define MC_ARCH_GENERATED_BOUNDS_H

#define NR_PAGEFLAGS 26
#define MAX_NR_ZONES 4
#define NR_CPUS_BITS 6
#define SPINLOCK_SIZE 4
#define LRU_GEN_WIDTH 0
#define __LRU_REFS_WIDTH 0

#endif
