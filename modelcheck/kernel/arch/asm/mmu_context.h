/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_MMU_CONTEXT_H
#define MC_ARCH_ASM_MMU_CONTEXT_H

#define switch_mm(was, now, task) ((void)(was), (void)(now), (void)(task))
#define switch_mm_irqs_off(was, now, task) switch_mm(was, now, task)
#if __has_include(<asm-generic/mm_hooks.h>)
#include <asm-generic/mm_hooks.h>
#endif
#if __has_include(<asm-generic/mmu_context.h>)
#include <asm-generic/mmu_context.h>
#endif

#endif
