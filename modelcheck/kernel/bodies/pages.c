/* SPDX-License-Identifier: MIT */
/*
 * The page allocator: MC_NR_PAGES pages (2), each an object of its own for the leak check, with their memory. Single pages
 * only; zones, migrate types, watermarks and reclaim are not there. alloc_page() takes the lowest free page, with
 * -DMC_ALLOC_ANY=1 any; it fails when none is free, and with -DMC_FAIL_ALLOC_PAGE=1 at any time. Findings: double-free, and
 * bad-free for what bad_page() complains of.
 */
#include <linux/mm.h>
#include <linux/gfp.h>
#include <linux/pagemap.h>
#include <linux/version.h>
#include <mc/lock.h>

/* Until 3.13. */
#ifndef VM_BUG_ON_PAGE
#define VM_BUG_ON_PAGE(condition, page) VM_BUG_ON(condition)
#endif

#ifndef MC_NR_PAGES
#define MC_NR_PAGES 2
#endif
#ifndef MC_FAIL_ALLOC_PAGE
#define MC_FAIL_ALLOC_PAGE 0
#endif
#ifndef MC_ALLOC_ANY
#define MC_ALLOC_ANY 0
#endif

struct pglist_data contig_page_data;
unsigned long max_mapnr = MC_NR_PAGES;
unsigned long max_low_pfn = MC_NR_PAGES;
unsigned long min_low_pfn;
unsigned long max_pfn = MC_NR_PAGES;
atomic_long_t _totalram_pages = ATOMIC_LONG_INIT(MC_NR_PAGES);
unsigned char __mc_memory[MC_NR_PAGES * PAGE_SIZE] __attribute__((aligned(4096)));
#if MC_TREE_HAS_REFCOUNTS_IN_PAGES
#define __mc_page_count _refcount
#else
#define __mc_page_count _count
#endif

static struct page memory_map[MC_NR_PAGES] MC_UNITS = { [0 ... MC_NR_PAGES - 1] = { ._mapcount = { -1 } } };

struct page *__mc_pages(void)
{
	return memory_map;
}

#define __mc_page_flags(page) ((unsigned long *)&(page)->flags)

/*
 * 0 while the page is free. A kernel's lists of free pages have locks, so that what was done with a page before it was given back
 * is seen by all who see what is done with it by the next one: a release and an acquire alone would not do that under LKMM.
 */
static unsigned int __mc_page_taken[MC_NR_PAGES];
static unsigned int __mc_page_lock[MC_NR_PAGES];

static unsigned int __mc_set_taken(unsigned long pfn, unsigned int taken)
{
	unsigned int was;

	__mc_lock(&__mc_page_lock[pfn], "lock of the free pages");
	was = __mc_page_taken[pfn];
	__mc_page_taken[pfn] = taken;
	__mc_unlock_word(&__mc_page_lock[pfn], "lock of the free pages");
	return was;
}

static bool __mc_take_page(unsigned long pfn)
{
	return __mc_set_taken(pfn, 1) == 0;
}

void more_than_one_page_at_a_time_is_not_modelled(void);

static struct page *__mc_get_page(gfp_t flags, unsigned int order)
{
	unsigned long pfn = MC_NR_PAGES;

	if (order)
		more_than_one_page_at_a_time_is_not_modelled();
	__mc_assumes("few-pages");
	if (MC_FAIL_ALLOC_PAGE && __mc_choose(2))
		return NULL;
	if (!MC_FAIL_ALLOC_PAGE)
		__mc_assumes("allocation-succeeds");
	if (MC_ALLOC_ANY) {
		pfn = __mc_choose(MC_NR_PAGES);
		if (!__mc_take_page(pfn))
			pfn = MC_NR_PAGES;
	} else {
		__mc_assumes("lowest-page");
	}
	if (pfn == MC_NR_PAGES)
		for (pfn = 0; pfn < MC_NR_PAGES; pfn++)
			if (__mc_take_page(pfn))
				break;
	if (pfn == MC_NR_PAGES)
		return NULL;
	init_page_count(&memory_map[pfn]);
	if (flags & __GFP_ZERO)
		clear_page(&__mc_memory[pfn * PAGE_SIZE]);
	return &memory_map[pfn];
}

static void __mc_give_page(struct page *page)
{
	unsigned long pfn = page_to_pfn(page);
	struct address_space *mapping = READ_ONCE(page->mapping);

	unsigned long flags = READ_ONCE(*__mc_page_flags(page));

#if MC_TREE_RESETS_TYPES_OF_FREED_PAGES
	if (page_has_type(page))
		page->page_type = UINT_MAX;
#endif
	if (flags & PAGE_FLAGS_CHECK_AT_FREE) {
		__mc_assert(0, "bad-free", "a page is freed with a flag set that says it is in use");
		return;
	}
	if ((unsigned long)mapping & __MC_MAPPING_FLAGS) {
		WRITE_ONCE(page->mapping, NULL);
	} else if (mapping) {
		__mc_assert(0, "bad-free", "a page is freed that still has a mapping");
		return;
	}
	if (flags & PAGE_FLAGS_CHECK_AT_PREP)
		*__mc_page_flags(page) = flags & ~PAGE_FLAGS_CHECK_AT_PREP;
	__mc_assert(__mc_set_taken(pfn, 0) == 1, "double-free", "a page is freed that is free already");
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
struct page *__alloc_pages_noprof(gfp_t flags, unsigned int order, int node, nodemask_t *nodes)
{
	return __mc_get_page(flags, order);
}

struct page *alloc_pages_node_noprof(int node, gfp_t flags, unsigned int order)
{
	return __mc_get_page(flags, order);
}

struct folio *__folio_alloc_noprof(gfp_t flags, unsigned int order, int node, nodemask_t *nodes)
{
	return (struct folio *)__mc_get_page(flags, order);
}

unsigned long get_free_pages_noprof(gfp_t flags, unsigned int order)
{
	struct page *page = __mc_get_page(flags, order);

	return page ? (unsigned long)page_address(page) : 0;
}

unsigned long get_zeroed_page_noprof(gfp_t flags)
{
	return get_free_pages_noprof(flags | __GFP_ZERO, 0);
}
#else
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 13, 0)
struct page *__alloc_pages(gfp_t flags, unsigned int order, int node, nodemask_t *nodes)
#elif MC_TREE_ALLOCATES_PAGES_BY_ZONELIST
struct page *__alloc_pages_nodemask(gfp_t flags, unsigned int order, struct zonelist *zones, nodemask_t *nodes)
#else
struct page *__alloc_pages_nodemask(gfp_t flags, unsigned int order, int node, nodemask_t *nodes)
#endif
{
	return __mc_get_page(flags, order);
}

#if MC_TREE_HAS_FOLIOS
struct folio *__folio_alloc(gfp_t flags, unsigned int order, int node, nodemask_t *nodes)
{
	return (struct folio *)__mc_get_page(flags, order);
}
#endif

unsigned long __get_free_pages(gfp_t flags, unsigned int order)
{
	struct page *page = __mc_get_page(flags, order);

	return page ? (unsigned long)page_address(page) : 0;
}

unsigned long get_zeroed_page(gfp_t flags)
{
	return __get_free_pages(flags | __GFP_ZERO, 0);
}
#endif

static bool __mc_drop_page(struct page *page)
{
	int old = (int)__mc_rmw(&page->__mc_page_count.counter, 4, "sub", 1, "MB", "MB");

	__mc_assert(old > 0, "double-free", "a reference of a page is dropped that nobody has");
	return old == 1;
}

#if MC_TREE_PUTS_PAGES_OUT_OF_LINE
void put_page(struct page *page)
{
	if (__mc_drop_page(page))
		__mc_give_page(page);
}
#endif

void __free_pages(struct page *page, unsigned int order)
{
	__mc_assert(order == 0, "bad-free", "a page is freed as one of another order");
	if (__mc_drop_page(page))
		__mc_give_page(page);
}

void free_pages(unsigned long address, unsigned int order)
{
	if (address)
		__free_pages(virt_to_page((void *)address), order);
}

/* What is behind the last put_page(): no LRU list, no memory cgroup, no compound page. */
void __put_page(struct page *page)
{
	__mc_give_page(page);
}

/* A page that is on no LRU list goes with its last reference. */
void putback_lru_page(struct page *page)
{
	put_page(page);
}

/* The lock of a page is its bit; who waits for it stands in no queue. */
void __lock_page(struct page *page)
{
	__mc_rmw_await(__mc_page_flags(page), 8, "or", 1UL << PG_locked, "clear", 1UL << PG_locked, "ACQUIRE", "ONCE");
}

void unlock_page(struct page *page)
{
	VM_BUG_ON_PAGE(!PageLocked(page), page);
	clear_bit_unlock(PG_locked, __mc_page_flags(page));
}

#if MC_TREE_HAS_FOLIOS
void __folio_put(struct folio *folio)
{
	__put_page(&folio->page);
}

void folio_putback_lru(struct folio *folio)
{
	putback_lru_page(&folio->page);
}

void __folio_lock(struct folio *folio)
{
	__lock_page(&folio->page);
}

void folio_unlock(struct folio *folio)
{
	unlock_page(&folio->page);
}
#endif
