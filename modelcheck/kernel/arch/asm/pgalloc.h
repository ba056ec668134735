/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_PGALLOC_H
#define MC_ARCH_ASM_PGALLOC_H

#include <linux/mm.h>
#if __has_include(<asm-generic/pgalloc.h>)
#define __HAVE_ARCH_PGD_FREE
#include <asm-generic/pgalloc.h>
#endif

pgd_t *pgd_alloc(struct mm_struct *mm);
void pgd_free(struct mm_struct *mm, pgd_t *pgd);
#define pmd_populate_kernel(mm, pmd, pte) set_pmd(pmd, __pmd(__pa(pte) | __MC_PTE_PRESENT))
#define pmd_populate(mm, pmd, page) set_pmd(pmd, __pmd(page_to_phys(page) | __MC_PTE_PRESENT))
#define pud_populate(mm, pud, pmd) set_pud(pud, __pud(__pa(pmd) | __MC_PTE_PRESENT))
#define p4d_populate(mm, p4d, pud) __mc_set_pgd((pgd_t *)(p4d), __pgd(__pa(pud) | __MC_PTE_PRESENT))
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 12, 0)
#define pgd_populate(mm, pgd, pud) p4d_populate(mm, pgd, pud)
#endif

#endif
