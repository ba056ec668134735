/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_TLB_H
#define MC_ARCH_ASM_TLB_H

#define __pte_free_tlb(tlb, pte, address) tlb_remove_page(tlb, pte)
#define __pmd_free_tlb(tlb, pmd, address) tlb_remove_page(tlb, virt_to_page(pmd))
#define __pud_free_tlb(tlb, pud, address) tlb_remove_page(tlb, virt_to_page(pud))
#define tlb_flush(tlb) ((void)(tlb))
#include <asm-generic/tlb.h>

#endif
