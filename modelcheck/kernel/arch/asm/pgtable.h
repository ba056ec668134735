/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_PGTABLE_H
#define MC_ARCH_ASM_PGTABLE_H

#include <linux/types.h>
#include <asm/page.h>

/* Page tables are data of some form; nothing walks them here. */
#define PTRS_PER_PTE 512
#define PTRS_PER_PMD 512
#define PTRS_PER_PUD 512
#define MAX_PTRS_PER_P4D 1
#define PTRS_PER_P4D 1
#define PTRS_PER_PGD 512
#define P4D_SHIFT 39
#define PGDIR_SHIFT 39
#define PUD_SHIFT 30
#define PMD_SHIFT 21
#define P4D_SIZE (1UL << P4D_SHIFT)
#define PGDIR_SIZE (1UL << PGDIR_SHIFT)
#define PUD_SIZE (1UL << PUD_SHIFT)
#define PMD_SIZE (1UL << PMD_SHIFT)
#define P4D_MASK (~(P4D_SIZE - 1))
#define PGDIR_MASK (~(PGDIR_SIZE - 1))
#define PUD_MASK (~(PUD_SIZE - 1))
#define PMD_MASK (~(PMD_SIZE - 1))
#define FIRST_USER_ADDRESS 0UL
#define USER_PTRS_PER_PGD 256
#define VMALLOC_START 0xffffc90000000000UL
#define VMALLOC_END 0xffffe8ffffffffffUL
#define MODULES_VADDR 0xffffffffa0000000UL
#define MODULES_END 0xffffffffff000000UL

#define __MC_PTE_PRESENT 1UL
#define __MC_PTE_WRITE 2UL
#define __MC_PTE_ACCESSED 32UL
#define __MC_PTE_DIRTY 64UL
#define __MC_PTE_SPECIAL 512UL
#define PAGE_NONE __pgprot(0)
#define PAGE_SHARED __pgprot(7)
#define PAGE_COPY __pgprot(5)
#define PAGE_READONLY __pgprot(5)
#define PAGE_READONLY_EXEC __pgprot(5)
#define PAGE_SHARED_EXEC __pgprot(7)
#define PAGE_KERNEL __pgprot(3)
#define PAGE_KERNEL_EXEC __pgprot(3)
#define PAGE_KERNEL_RO __pgprot(1)
#define pgprot_noncached(prot) (prot)
#define pgprot_writecombine(prot) (prot)
#define pgprot_device(prot) (prot)

extern pgd_t swapper_pg_dir[];
extern unsigned long empty_zero_page[512];
struct page;
struct mm_struct;
struct vm_area_struct;
#define ZERO_PAGE(address) virt_to_page(empty_zero_page)

#define pte_none(x) (!pte_val(x))
#define pte_present(x) ((int)(pte_val(x) & __MC_PTE_PRESENT))
#define pte_write(x) ((int)((pte_val(x) & __MC_PTE_WRITE) != 0))
#define pte_dirty(x) ((int)((pte_val(x) & __MC_PTE_DIRTY) != 0))
#define pte_young(x) ((int)((pte_val(x) & __MC_PTE_ACCESSED) != 0))
#define pte_special(x) ((int)((pte_val(x) & __MC_PTE_SPECIAL) != 0))
#define pte_wrprotect(x) __pte(pte_val(x) & ~__MC_PTE_WRITE)
#define __mc_pte_with(x, bit) __pte(pte_val(x) | (bit))
#define pte_mkdirty(x) __mc_pte_with(x, __MC_PTE_DIRTY)
#define pte_mkclean(x) __pte(pte_val(x) & ~__MC_PTE_DIRTY)
#define pte_mkyoung(x) __mc_pte_with(x, __MC_PTE_ACCESSED)
#define pte_mkold(x) __pte(pte_val(x) & ~__MC_PTE_ACCESSED)
#define pte_mkspecial(x) __mc_pte_with(x, __MC_PTE_SPECIAL)
#define pte_accessible(mm, x) ((void)(mm), pte_present(x))
#define pte_protnone(x) 0
#define pmd_protnone(x) 0
#define pte_pfn(x) (pte_val(x) >> PAGE_SHIFT)
#define pfn_pte(pfn, prot) __pte((unsigned long)(pfn) << PAGE_SHIFT | pgprot_val(prot))
#define pfn_pmd(pfn, prot) __pmd((unsigned long)(pfn) << PAGE_SHIFT | pgprot_val(prot))
#define pfn_pud(pfn, prot) __pud((unsigned long)(pfn) << PAGE_SHIFT | pgprot_val(prot))
#define pte_page(x) pfn_to_page(pte_pfn(x))
#define mk_pte(page, prot) pfn_pte(page_to_pfn(page), prot)
#define mk_pmd(page, prot) pfn_pmd(page_to_pfn(page), prot)
static inline pte_t pte_mkwrite_novma(pte_t pte) { return __pte(pte_val(pte) | __MC_PTE_WRITE); }
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
static inline pte_t pte_mkwrite(pte_t pte) { return __pte(pte_val(pte) | __MC_PTE_WRITE); }
#endif
static inline pte_t pte_modify(pte_t pte, pgprot_t prot)
{
	return __pte((pte_val(pte) & ~4095UL) | pgprot_val(prot));
}
#define set_pte(p, pte) ((void)WRITE_ONCE((p)->pte, pte_val(pte)))
#define set_pte_at(mm, address, p, pte) set_pte(p, pte)
#define pte_clear(mm, address, p) set_pte(p, __pte(0))
#define set_pmd(p, value) ((void)WRITE_ONCE((p)->pmd, pmd_val(value)))
#define set_pud(p, value) ((void)WRITE_ONCE((p)->pud, pud_val(value)))
#define set_p4d(p, value) ((void)WRITE_ONCE((p)->p4d, p4d_val(value)))
#define set_pgd(p, value) ((void)WRITE_ONCE((p)->pgd, pgd_val(value)))
#define pmd_none(x) (!pmd_val(x))
#define pmd_bad(x) ((void)(x), 0)
#define pmd_present(x) ((int)(pmd_val(x) & 1))
#define pmd_leaf(x) ((void)(x), 0)
#define pmd_clear(p) set_pmd(p, __pmd(0))
#define pmd_page(x) pfn_to_page(pmd_val(x) >> PAGE_SHIFT)
#define pmd_pfn(x) (pmd_val(x) >> PAGE_SHIFT)
#define pmd_page_vaddr(x) ((unsigned long)__va(pmd_val(x) & PAGE_MASK))
#define pmd_pgtable(x) pmd_page(x)
#define pmd_write(x) ((int)((pmd_val(x) & 2) != 0))
#define pmd_young(x) ((int)((pmd_val(x) & 32) != 0))
#define pmd_dirty(x) ((int)((pmd_val(x) & 64) != 0))
#define pud_none(x) (!pud_val(x))
#define pud_bad(x) ((void)(x), 0)
#define pud_present(x) ((int)(pud_val(x) & 1))
#define pud_leaf(x) ((void)(x), 0)
#define pud_clear(p) set_pud(p, __pud(0))
#define pud_page(x) pfn_to_page(pud_val(x) >> PAGE_SHIFT)
#define pud_pfn(x) (pud_val(x) >> PAGE_SHIFT)
#define pud_pgtable(x) ((pmd_t *)__va(pud_val(x) & PAGE_MASK))
#define pud_write(x) ((int)((pud_val(x) & 2) != 0))
#define p4d_none(x) (!p4d_val(x))
#define p4d_bad(x) ((void)(x), 0)
#define p4d_present(x) ((int)(p4d_val(x) & 1))
#define p4d_leaf(x) ((void)(x), 0)
#define p4d_clear(p) set_p4d(p, __p4d(0))
#define p4d_pgtable(x) ((pud_t *)__va(p4d_val(x) & PAGE_MASK))
#define p4d_page(x) pfn_to_page(p4d_val(x) >> PAGE_SHIFT)
#define pgd_none(x) (!pgd_val(x))
#define pgd_bad(x) ((void)(x), 0)
#define pgd_present(x) ((int)(pgd_val(x) & 1))
#define pgd_leaf(x) ((void)(x), 0)
#define pgd_clear(p) set_pgd(p, __pgd(0))
static inline pud_t *pud_offset(p4d_t *p4d, unsigned long address)
{
	return (pud_t *)__va(p4d_val(*p4d) & PAGE_MASK) + (address >> PUD_SHIFT & (PTRS_PER_PUD - 1));
}
#define pud_offset pud_offset
static inline p4d_t *p4d_offset(pgd_t *pgd, unsigned long address)
{
	return (p4d_t *)pgd;
}
#define p4d_offset p4d_offset
#define update_mmu_cache(...) ((void)0)
#define update_mmu_cache_range(...) ((void)0)
#define update_mmu_cache_pmd(...) ((void)0)
#define kern_addr_valid(address) 1
#define pgtable_cache_init() ((void)0)

#define __swp_type(x) ((x).val >> 5 & 31)
#define __swp_offset(x) ((x).val >> 10)
#define __swp_entry(type, offset) ((swp_entry_t) { (unsigned long)(type) << 5 | (unsigned long)(offset) << 10 })
#define __pte_to_swp_entry(x) ((swp_entry_t) { pte_val(x) })
#define __swp_entry_to_pte(x) __pte((x).val)
#define pte_swp_exclusive(x) ((int)((pte_val(x) & 4) != 0))
#define pte_swp_mkexclusive(x) __pte(pte_val(x) | 4)
#define pte_swp_clear_exclusive(x) __pte(pte_val(x) & ~4UL)

#endif
