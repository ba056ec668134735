/* SPDX-License-Identifier: MIT */
/*
 * The page allocator: MC_NR_PAGES pages (default 2), all free at first, each reused as soon as it is free.
 * A free page is held by the allocator's table, so that a page in nobody's hands is a leak. alloc_page() gives the first
 * free page; with -DMC_ALLOC_ANY=1 any of them. It fails when none is free, and with -DMC_FAIL_ALLOC_PAGE=1 at any time.
 * Findings: double-free (a reference dropped or a page freed that is free already), bad-free (freed with a flag or mapping that
 * the kernel's bad_page() complains of; MC_CHECK_FREE_PAGES=0 leaves that check out, and its reads).
 */
#ifndef _LINUX_GFP_H
#define _LINUX_GFP_H

#include <linux/types.h>
#include <linux/gfp_types.h>
#include <linux/mm_types.h>
#include <linux/page-flags.h>
#include <linux/atomic.h>

#ifndef MC_NR_PAGES
#define MC_NR_PAGES 2
#endif
#ifndef MC_FAIL_ALLOC_PAGE
#define MC_FAIL_ALLOC_PAGE 0
#endif
#ifndef MC_ALLOC_ANY
#define MC_ALLOC_ANY 0
#endif
#ifndef MC_CHECK_FREE_PAGES
#define MC_CHECK_FREE_PAGES 1
#endif

#define __MC_PAGES_1(item, n) item(n)
#define __MC_PAGES_2(item, n) __MC_PAGES_1(item, n), __MC_PAGES_1(item, n + 1)
#define __MC_PAGES_3(item, n) __MC_PAGES_2(item, n), __MC_PAGES_1(item, n + 2)
#define __MC_PAGES_4(item, n) __MC_PAGES_2(item, n), __MC_PAGES_2(item, n + 2)
#define __MC_PAGES_5(item, n) __MC_PAGES_4(item, n), __MC_PAGES_1(item, n + 4)
#define __MC_PAGES_6(item, n) __MC_PAGES_4(item, n), __MC_PAGES_2(item, n + 4)
#define __MC_PAGES_7(item, n) __MC_PAGES_4(item, n), __MC_PAGES_3(item, n + 4)
#define __MC_PAGES_8(item, n) __MC_PAGES_4(item, n), __MC_PAGES_4(item, n + 4)
#define __MC_PAGES__(item, count) __MC_PAGES_##count(item, 0)
#define __MC_PAGES_(item, count) __MC_PAGES__(item, count)
#define __MC_PAGES(item) __MC_PAGES_(item, MC_NR_PAGES)
#if MC_NR_PAGES < 1 || MC_NR_PAGES > 8
#error "MC_NR_PAGES must be a number from 1 to 8"
#endif

#define __MC_PAGE(n) { ._mapcount = { -1 } }
__attribute__((weak)) struct page mem_map[MC_NR_PAGES] MC_UNITS = { __MC_PAGES(__MC_PAGE) };

/* The page itself while it is free, else NULL. */
#define __MC_FREE_PAGE(n) &mem_map[n]
__attribute__((weak)) struct page *__mc_free_pages[MC_NR_PAGES] = { __MC_PAGES(__MC_FREE_PAGE) };

#define page_to_pfn(page) ((unsigned long)((page) - mem_map))
#define pfn_to_page(pfn) (&mem_map[pfn])
#define pfn_valid(pfn) ((unsigned long)(pfn) < MC_NR_PAGES)
#define pfn_valid_within(pfn) pfn_valid(pfn)
#define pfn_to_online_page(pfn) (pfn_valid(pfn) ? pfn_to_page(pfn) : NULL)
#define page_zone(page) ((struct zone *)NULL)
#define page_to_nid(page) 0
#define max_pfn ((unsigned long)MC_NR_PAGES)
__attribute__((weak)) unsigned long totalram_pages = MC_NR_PAGES;

static inline struct page *__mc_take_page(unsigned long i)
{
	struct page *page = (struct page *)__mc_rmw_if(&__mc_free_pages[i], 8, "xchg", 0, "ne", 0,
						       "ACQUIRE", "ONCE", "ONCE");

	if (page)
		atomic_set(&page->_count, 1);
	return page;
}

void more_than_one_page_at_a_time_is_not_modelled(void);

static inline struct page *alloc_pages(gfp_t flags, unsigned int order)
{
	struct page *page = NULL;

	(void)flags;
	if (order)
		more_than_one_page_at_a_time_is_not_modelled();
	if (MC_FAIL_ALLOC_PAGE && __mc_choose(2))
		return NULL;
	__mc_assumes("few-pages");
#if !MC_ALLOC_ANY
	__mc_assumes("lowest-page");
#endif
#if !MC_FAIL_ALLOC_PAGE
	__mc_assumes("allocation-succeeds");
#endif
	if (MC_ALLOC_ANY) {
		page = __mc_take_page(__mc_choose(MC_NR_PAGES));
		if (page)
			return page;
	}
	for (unsigned long i = 0; i < MC_NR_PAGES && !page; i++)
		page = __mc_take_page(i);
	return page;
}

/* What free_hot_cold_page() does: back to the allocator, whatever the count says. */
static inline void __mc_give_page(struct page *page)
{
	unsigned long i = page_to_pfn(page);

#if MC_CHECK_FREE_PAGES
	struct address_space *mapping = READ_ONCE(page->mapping);

	/* As free_pages_check() does: a bad page is told of, and not given back. */
	if (READ_ONCE(page->flags) & PAGE_FLAGS_CHECK_AT_FREE) {
		__mc_assert(0, "bad-free", "a page is freed with a flag set that says it is in use");
		return;
	}
	if ((unsigned long)mapping & PAGE_MAPPING_ANON) {
		WRITE_ONCE(page->mapping, NULL);
	} else if (mapping) {
		__mc_assert(0, "bad-free", "a page is freed that still has a mapping");
		return;
	}
#endif
	__mc_assert(__mc_rmw(&__mc_free_pages[i], 8, "xchg", (unsigned long)page, "ONCE", "RELEASE") == 0,
		    "double-free", "a page is freed that is free already");
}

static inline int put_page_testzero(struct page *page)
{
	int old = __mc_fetch("sub", 1, &page->_count, "MB", "MB");

	__mc_assert(old > 0, "double-free", "a reference of a page is dropped that nobody has");
	return old == 1;
}

/* Frees the page with its last reference. */
static inline void __free_pages(struct page *page, unsigned int order)
{
	__mc_assert(order == 0, "bad-free", "a page is freed as one of another order");
	if (put_page_testzero(page))
		__mc_give_page(page);
}

#define alloc_page(flags) alloc_pages(flags, 0)
#define alloc_pages_node(node, flags, order) alloc_pages(flags, order)
#define alloc_pages_exact_node(node, flags, order) alloc_pages(flags, order)
#define alloc_page_vma(flags, vma, address) alloc_pages(flags, 0)
#define folio_alloc(flags, order) ((struct folio *)alloc_pages(flags, order))
#define __free_page(page) __free_pages(page, 0)
#define free_hot_cold_page(page, cold) __mc_give_page(page)
#define free_unref_page(page) __mc_give_page(page)

/* Pages by address have no contents here: declared, so that a call is refused. */
unsigned long __get_free_pages(gfp_t flags, unsigned int order);
unsigned long get_zeroed_page(gfp_t flags);
void free_pages(unsigned long address, unsigned int order);
#define __get_free_page(flags) __get_free_pages(flags, 0)
#define free_page(address) free_pages(address, 0)

#endif
