/* SPDX-License-Identifier: MIT */
/* There is no cache of page tables. */
#ifndef MC_ARCH_ASM_TLBFLUSH_H
#define MC_ARCH_ASM_TLBFLUSH_H

#define flush_tlb() ((void)0)
#define flush_tlb_all() ((void)0)
#define flush_tlb_mm(mm) ((void)(mm))
#define flush_tlb_page(vma, address) ((void)(vma), (void)(address))
#define flush_tlb_range(vma, start, end) ((void)(vma), (void)(start), (void)(end))
#define flush_tlb_kernel_range(start, end) ((void)(start), (void)(end))
#define flush_pmd_tlb_range(vma, start, end) flush_tlb_range(vma, start, end)
#define flush_pud_tlb_range(vma, start, end) flush_tlb_range(vma, start, end)
#define flush_tlb_fix_spurious_fault(...) ((void)0)
#define local_flush_tlb_page(vma, address) flush_tlb_page(vma, address)

#endif
