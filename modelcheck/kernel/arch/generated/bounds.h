/* SPDX-License-Identifier: MIT */
/* Widths of fields in the flags of a page: those of a kernel with this many flags and zones. */
#ifndef MC_ARCH_GENERATED_BOUNDS_H
#define MC_ARCH_GENERATED_BOUNDS_H

#define NR_PAGEFLAGS 26
#if defined(CONFIG_ZONE_DMA) && defined(CONFIG_ZONE_DEVICE)
#define MAX_NR_ZONES 5
#elif defined(CONFIG_ZONE_DMA) || defined(CONFIG_ZONE_DEVICE)
#define MAX_NR_ZONES 4
#else
#define MAX_NR_ZONES 3
#endif
#define NR_CPUS_BITS 6
/* Those that are checked or sleep are larger than a word. */
#if defined(CONFIG_DEBUG_SPINLOCK) || defined(CONFIG_DEBUG_LOCK_ALLOC) || defined(CONFIG_PREEMPT_RT)
#define SPINLOCK_SIZE 64
#else
#define SPINLOCK_SIZE 4
#endif
#ifdef CONFIG_LRU_GEN
#define LRU_GEN_WIDTH 3
#define __LRU_REFS_WIDTH 2
#else
#define LRU_GEN_WIDTH 0
#define __LRU_REFS_WIDTH 0
#endif

#endif
