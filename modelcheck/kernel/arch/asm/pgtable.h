/* SPDX-License-Identifier: MIT */
/*
 * Page tables of four levels, as data: nothing walks them but what the sources have. What the tree has a definition of its
 * own for, where the architecture has none, is left to it.
 */
#ifndef MC_ARCH_ASM_PGTABLE_H
#define MC_ARCH_ASM_PGTABLE_H

#include <linux/types.h>
#include <asm/page.h>
#include <mc/cmpxchg.h>

#define PTRS_PER_PTE 512
#define PTRS_PER_PMD 512
#define PTRS_PER_PUD 512
#define MAX_PTRS_PER_P4D 1
#define PTRS_PER_PGD 512
#define PGDIR_SHIFT 39
#define PUD_SHIFT 30
#define PMD_SHIFT 21
#define PGDIR_SIZE (1UL << PGDIR_SHIFT)
#define PUD_SIZE (1UL << PUD_SHIFT)
#define PMD_SIZE (1UL << PMD_SHIFT)
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
#define __MC_PTE_EXCLUSIVE 4UL
#define __MC_PTE_ACCESSED 32UL
#define __MC_PTE_DIRTY 64UL
#define __MC_PTE_HUGE 128UL
#define __MC_PTE_SPECIAL 512UL
#define __MC_PTE_FLAGS 4095UL
#define PAGE_NONE __pgprot(0)
#define PAGE_SHARED __pgprot(7)
#define PAGE_COPY __pgprot(5)
#define PAGE_READONLY __pgprot(5)
#define PAGE_READONLY_EXEC __pgprot(5)
#define PAGE_SHARED_EXEC __pgprot(7)
#define PAGE_KERNEL __pgprot(3)
#define PAGE_KERNEL_EXEC __pgprot(3)
#define PAGE_KERNEL_RO __pgprot(1)
#define PAGE_KERNEL_NOCACHE PAGE_KERNEL
#define __P000 PAGE_NONE
#define __P001 PAGE_READONLY
#define __P010 PAGE_COPY
#define __P011 PAGE_COPY
#define __P100 PAGE_READONLY
#define __P101 PAGE_READONLY
#define __P110 PAGE_COPY
#define __P111 PAGE_COPY
#define __S000 PAGE_NONE
#define __S001 PAGE_READONLY
#define __S010 PAGE_SHARED
#define __S011 PAGE_SHARED
#define __S100 PAGE_READONLY
#define __S101 PAGE_READONLY
#define __S110 PAGE_SHARED
#define __S111 PAGE_SHARED
#define pgprot_noncached(prot) (prot)
#define pgprot_writecombine(prot) (prot)
#define pgprot_device(prot) (prot)
#define pgd_ERROR(x) ((void)(x))
#define pud_ERROR(x) ((void)(x))
#define pmd_ERROR(x) ((void)(x))
#define pte_ERROR(x) ((void)(x))

struct page;
struct mm_struct;
struct vm_area_struct;
extern pgd_t swapper_pg_dir[];
#if !MC_TREE_HAS_ZERO_PAGE
extern unsigned long empty_zero_page[512];
#define ZERO_PAGE(address) virt_to_page(empty_zero_page)
#endif
#ifdef CONFIG_SPARSEMEM_VMEMMAP
extern struct page *vmemmap;
#endif

#if __has_include(<asm-generic/pgtable-nop4d.h>)
#include <asm-generic/pgtable-nop4d.h>
#define __mc_p4d(pgd) ((p4d_t) { pgd })
#define set_p4d(p, value) __mc_set_pgd((pgd_t *)(p), (value).pgd)
#else
typedef pgd_t p4d_t;
#define p4d_val(x) pgd_val(x)
#define set_p4d(p, value) __mc_set_pgd(p, value)
#define set_pgd(p, value) __mc_set_pgd(p, value)
#define pgd_none(x) p4d_none(x)
#define pgd_bad(x) p4d_bad(x)
#define pgd_present(x) p4d_present(x)
#define pgd_clear(p) p4d_clear(p)
#define pgd_page(x) p4d_page(x)
#define pgd_page_vaddr(x) ((unsigned long)p4d_pgtable(x))
#endif

/* What a level's entry is, and is made into: the same for each. */
#define __MC_ENTRY(level)						\
static inline int level##_none(level##_t x) { return !level##_val(x); }	\
static inline int level##_present(level##_t x) { return (level##_val(x) & __MC_PTE_PRESENT) != 0; }
#define __MC_TABLE(level)						\
__MC_ENTRY(level)							\
static inline int level##_bad(level##_t x) { return 0; }		\
static inline int level##_large(level##_t x) { return (level##_val(x) & __MC_PTE_HUGE) != 0; } \
static inline unsigned long level##_pfn(level##_t x) { return level##_val(x) >> PAGE_SHIFT; }
#define __MC_LEAF(level)						\
static inline int level##_write(level##_t x) { return (level##_val(x) & __MC_PTE_WRITE) != 0; } \
static inline int level##_dirty(level##_t x) { return (level##_val(x) & __MC_PTE_DIRTY) != 0; } \
static inline int level##_young(level##_t x) { return (level##_val(x) & __MC_PTE_ACCESSED) != 0; } \
static inline level##_t level##_wrprotect(level##_t x) { level##_val(x) &= ~__MC_PTE_WRITE; return x; } \
static inline level##_t level##_mkwrite_novma(level##_t x) { level##_val(x) |= __MC_PTE_WRITE; return x; } \
static inline level##_t level##_mkdirty(level##_t x) { level##_val(x) |= __MC_PTE_DIRTY; return x; } \
static inline level##_t level##_mkclean(level##_t x) { level##_val(x) &= ~__MC_PTE_DIRTY; return x; } \
static inline level##_t level##_mkyoung(level##_t x) { level##_val(x) |= __MC_PTE_ACCESSED; return x; } \
static inline level##_t level##_mkold(level##_t x) { level##_val(x) &= ~__MC_PTE_ACCESSED; return x; } \
static inline level##_t pfn_##level(unsigned long pfn, pgprot_t prot)	\
{									\
	return __##level(pfn << PAGE_SHIFT | pgprot_val(prot));		\
}									\
static inline level##_t level##_modify(level##_t x, pgprot_t prot)	\
{									\
	return __##level((level##_val(x) & ~__MC_PTE_FLAGS) | pgprot_val(prot)); \
}

__MC_ENTRY(pte)
__MC_LEAF(pte)
__MC_TABLE(pmd)
__MC_LEAF(pmd)
__MC_TABLE(pud)
__MC_LEAF(pud)
__MC_TABLE(p4d)
#define pmd_write pmd_write
#define __HAVE_ARCH_PMD_WRITE
#define pmd_dirty pmd_dirty
#define pmd_young pmd_young
#define pud_write pud_write
#define pud_young pud_young
#define pud_pfn pud_pfn
#define pmd_leaf pmd_large
#define pud_leaf pud_large
#define p4d_leaf(x) 0
static inline pmd_t pmd_mkhuge(pmd_t x) { pmd_val(x) |= __MC_PTE_HUGE; return x; }
static inline pud_t pud_mkhuge(pud_t x) { pud_val(x) |= __MC_PTE_HUGE; return x; }
static inline pmd_t pmd_mkinvalid(pmd_t x) { pmd_val(x) &= ~__MC_PTE_PRESENT; return x; }
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define pte_mkwrite(x) pte_mkwrite_novma(x)
#define pmd_mkwrite(x) pmd_mkwrite_novma(x)
#endif
#define pud_mkwrite(x) pud_mkwrite_novma(x)
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
static inline int pmd_trans_huge(pmd_t x) { return pmd_large(x); }
#ifdef CONFIG_HAVE_ARCH_TRANSPARENT_HUGEPAGE_PUD
static inline int pud_trans_huge(pud_t x) { return pud_large(x); }
pud_t pudp_invalidate(struct vm_area_struct *vma, unsigned long address, pud_t *p);
#endif
#define pmdp_establish(vma, address, p, value) ((pmd_t) { xchg(&(p)->pmd, pmd_val(value)) })
static inline int has_transparent_hugepage(void) { return 1; }
#define has_transparent_hugepage has_transparent_hugepage
#endif

#ifdef CONFIG_ARCH_HAS_PTE_DEVMAP
#define __MC_PTE_DEVMAP 1024UL
static inline int pte_devmap(pte_t x) { return (pte_val(x) & __MC_PTE_DEVMAP) != 0; }
static inline pte_t pte_mkdevmap(pte_t x) { return __pte(pte_val(x) | __MC_PTE_DEVMAP | __MC_PTE_SPECIAL); }
static inline pmd_t pmd_mkdevmap(pmd_t x) { return __pmd(pmd_val(x) | __MC_PTE_DEVMAP); }
static inline pud_t pud_mkdevmap(pud_t x) { return __pud(pud_val(x) | __MC_PTE_DEVMAP); }
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
static inline int pmd_devmap(pmd_t x) { return (pmd_val(x) & __MC_PTE_DEVMAP) != 0; }
static inline int pud_devmap(pud_t x) { return (pud_val(x) & __MC_PTE_DEVMAP) != 0; }
static inline int pgd_devmap(pgd_t x) { return 0; }
#endif
#endif
static inline bool pte_user_accessible_page(pte_t x) { return pte_present(x); }
static inline bool pmd_user_accessible_page(pmd_t x) { return pmd_large(x); }
static inline bool pud_user_accessible_page(pud_t x) { return pud_large(x); }
static inline int pte_special(pte_t x) { return (pte_val(x) & __MC_PTE_SPECIAL) != 0; }
static inline pte_t pte_mkspecial(pte_t x) { return __pte(pte_val(x) | __MC_PTE_SPECIAL); }
static inline pte_t pte_mkhuge(pte_t x) { return __pte(pte_val(x) | __MC_PTE_HUGE); }
static inline int pte_huge(pte_t x) { return (pte_val(x) & __MC_PTE_HUGE) != 0; }
static inline int pte_exec(pte_t x) { return 1; }
static inline unsigned long pte_pfn(pte_t x) { return pte_val(x) >> PAGE_SHIFT; }
#define pte_pgprot(x) __pgprot(pte_val(x) & __MC_PTE_FLAGS)
#define pmd_pgprot(x) __pgprot(pmd_val(x) & __MC_PTE_FLAGS)
#define pud_pgprot(x) __pgprot(pud_val(x) & __MC_PTE_FLAGS)
#define pte_page(x) pfn_to_page(pte_pfn(x))
#if !MC_TREE_HAS_MK_PTE
#define mk_pte(page, prot) pfn_pte(page_to_pfn(page), prot)
#endif
#define mk_pmd(page, prot) pfn_pmd(page_to_pfn(page), prot)

/* Whoever changes an entry writes it at once, and who reads one without its lock reads it at once. */
#define set_pte(p, value) ((void)WRITE_ONCE((p)->pte, pte_val(value)))
#define set_pmd(p, value) ((void)WRITE_ONCE((p)->pmd, pmd_val(value)))
#define set_pud(p, value) ((void)WRITE_ONCE((p)->pud, pud_val(value)))
#define __mc_set_pgd(p, value) ((void)WRITE_ONCE((p)->pgd, pgd_val(value)))
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define set_pte_at(mm, address, p, value) ((void)(mm), (void)(address), set_pte(p, value))
#endif
#define set_pmd_at(mm, address, p, value) ((void)(mm), (void)(address), set_pmd(p, value))
#define set_pud_at(mm, address, p, value) ((void)(mm), (void)(address), set_pud(p, value))
#define pte_clear(mm, address, p) set_pte(p, __pte(0))
#define pmd_clear(p) set_pmd(p, __pmd(0))
#define pud_clear(p) set_pud(p, __pud(0))
#define p4d_clear(p) __mc_set_pgd((pgd_t *)(p), __pgd(0))
#define PFN_PTE_SHIFT PAGE_SHIFT

#define pmd_page(x) pfn_to_page(pmd_pfn(x))
#define pmd_page_vaddr(x) ((unsigned long)__va(pmd_val(x) & PAGE_MASK))
#define pmd_pgtable(x) pmd_page(x)
#define p4d_page_vaddr(x) ((unsigned long)p4d_pgtable(x))
#define pud_page(x) pfn_to_page(pud_pfn(x))
#define pud_page_vaddr(x) ((unsigned long)pud_pgtable(x))
#define pud_pgtable(x) ((pmd_t *)__va(pud_val(x) & PAGE_MASK))
#define p4d_page(x) pfn_to_page(p4d_pfn(x))
#define p4d_pgtable(x) ((pud_t *)__va(p4d_val(x) & PAGE_MASK))
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 8, 0)
#define pte_index(address) ((address) >> PAGE_SHIFT & (PTRS_PER_PTE - 1))
#define pmd_index(address) ((address) >> PMD_SHIFT & (PTRS_PER_PMD - 1))
#define pud_index(address) ((address) >> PUD_SHIFT & (PTRS_PER_PUD - 1))
#define pgd_index(address) ((address) >> PGDIR_SHIFT & (PTRS_PER_PGD - 1))
#define pgd_offset(mm, address) ((mm)->pgd + pgd_index(address))
#define pgd_offset_k(address) pgd_offset(&init_mm, (address))
#define pud_offset(p, address) ((pud_t *)__va(pgd_val(*(pgd_t *)(p)) & PAGE_MASK) + pud_index(address))
#define pmd_offset(p, address) (pud_pgtable(*(p)) + pmd_index(address))
#define pte_offset_kernel(p, address) ((pte_t *)pmd_page_vaddr(*(p)) + pte_index(address))
#define pte_offset_map(p, address) pte_offset_kernel(p, address)
#define pte_unmap(p) ((void)(p))
#endif

#define update_mmu_cache(...) ((void)0)
#define update_mmu_cache_range(...) ((void)0)
#define update_mmu_cache_pmd(...) ((void)0)
#define update_mmu_cache_pud(...) ((void)0)
#define kern_addr_valid(address) 1
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 8, 0) && !MC_TREE_DECLARES_PGTABLE_CACHE_INIT
#define pgtable_cache_init() ((void)0)
#endif
#if !MC_TREE_ASKS_FOR_PFN_OF_IO
#define io_remap_pfn_range(vma, address, pfn, size, prot) remap_pfn_range(vma, address, pfn, size, prot)
#endif
extern void paging_init(void);

#define __swp_type(x) ((unsigned int)((x).val >> 5 & 31))
#define __swp_offset(x) ((x).val >> 10)
#define __swp_entry(type, offset) ((swp_entry_t) { (unsigned long)(type) << 5 | (unsigned long)(offset) << 10 })
#define __pte_to_swp_entry(x) ((swp_entry_t) { pte_val(x) })
#define __swp_entry_to_pte(x) __pte((x).val)
#define __pmd_to_swp_entry(x) ((swp_entry_t) { pmd_val(x) })
#define __swp_entry_to_pmd(x) __pmd((x).val)
#define __HAVE_ARCH_PTE_SWP_EXCLUSIVE
static inline int pte_swp_exclusive(pte_t x) { return (pte_val(x) & __MC_PTE_EXCLUSIVE) != 0; }
static inline pte_t pte_swp_mkexclusive(pte_t x) { return __pte(pte_val(x) | __MC_PTE_EXCLUSIVE); }
static inline pte_t pte_swp_clear_exclusive(pte_t x) { return __pte(pte_val(x) & ~__MC_PTE_EXCLUSIVE); }

#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 0, 0)
/* Pages of a file that are mapped out of their order: there are none. */
#define PTE_FILE_MAX_BITS 29
#define pte_file(x) 0
#define pte_to_pgoff(x) 0UL
#define pgoff_to_pte(offset) __pte((offset) << PAGE_SHIFT)
#endif
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 18, 0)
#define __HAVE_ARCH_PTE_SPECIAL
#endif
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 8, 0)
#include <asm-generic/pgtable.h>
#endif

#endif
