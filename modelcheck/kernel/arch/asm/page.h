/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_PAGE_H
#define MC_ARCH_ASM_PAGE_H

#include <linux/const.h>
#include <linux/version.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE (_AC(1, UL) << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))

#ifndef __ASSEMBLY__
#include <linux/types.h>

typedef struct { unsigned long pte; } pte_t;
typedef struct { unsigned long pmd; } pmd_t;
typedef struct { unsigned long pud; } pud_t;
typedef struct { unsigned long pgd; } pgd_t;
typedef struct { unsigned long pgprot; } pgprot_t;
typedef struct page *pgtable_t;
#define pte_val(x) ((x).pte)
#define pmd_val(x) ((x).pmd)
#define pud_val(x) ((x).pud)
#define pgd_val(x) ((x).pgd)
#define pgprot_val(x) ((x).pgprot)
#define __pte(x) ((pte_t) { (x) })
#define __pmd(x) ((pmd_t) { (x) })
#define __pud(x) ((pud_t) { (x) })
#define __pgd(x) ((pgd_t) { (x) })
#define __pgprot(x) ((pgprot_t) { (x) })

/* Memory of pages is an array, in the order of their struct page: see bodies/pages.c. */
extern unsigned char __mc_memory[];
#define PAGE_OFFSET ((unsigned long)__mc_memory)
#define __pa(x) ((unsigned long)(x) - PAGE_OFFSET)
#define __va(x) ((void *)((unsigned long)(x) + PAGE_OFFSET))
#define __pa_symbol(x) __pa(x)
#define ARCH_PFN_OFFSET 0UL
#define virt_to_page(address) pfn_to_page(__pa(address) >> PAGE_SHIFT)
#define page_to_virt(page) __va(page_to_pfn(page) << PAGE_SHIFT)
#define page_to_phys(page) ((phys_addr_t)page_to_pfn(page) << PAGE_SHIFT)
#define phys_to_page(phys) pfn_to_page((phys) >> PAGE_SHIFT)
#define virt_to_pfn(address) (__pa(address) >> PAGE_SHIFT)
#define pfn_to_virt(pfn) __va((unsigned long)(pfn) << PAGE_SHIFT)
#define pfn_to_kaddr(pfn) pfn_to_virt(pfn)
#define virt_addr_valid(address) pfn_valid(virt_to_pfn(address))
#define VM_DATA_DEFAULT_FLAGS 0x77UL
#define HPAGE_SHIFT 21
#define HPAGE_SIZE (1UL << HPAGE_SHIFT)
#define HPAGE_MASK (~(HPAGE_SIZE - 1))
#define HUGETLB_PAGE_ORDER (HPAGE_SHIFT - PAGE_SHIFT)
#define HUGE_MAX_HSTATE 2
#define clear_page(address) __builtin_memset((address), 0, PAGE_SIZE)
#define copy_page(to, from) __builtin_memcpy((to), (from), PAGE_SIZE)
#define clear_user_page(address, vaddr, page) clear_page(address)
#define copy_user_page(to, from, vaddr, page) copy_page(to, from)

#ifdef CONFIG_FLATMEM
extern unsigned long max_mapnr;
static inline int pfn_valid(unsigned long pfn) { return pfn < max_mapnr; }
#define pfn_valid pfn_valid
#endif
#include <asm-generic/memory_model.h>
#ifdef CONFIG_FLATMEM
/* No variable leads to the first page: that would keep it from being lost. */
struct page *__mc_pages(void);
#undef __pfn_to_page
#undef __page_to_pfn
#define __pfn_to_page(pfn) (__mc_pages() + (pfn))
#define __page_to_pfn(page) ((unsigned long)((page) - __mc_pages()))
#endif
#include <asm-generic/getorder.h>
#endif

#endif
