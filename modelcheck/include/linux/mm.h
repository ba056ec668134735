/* SPDX-License-Identifier: MIT */
/* References, mappings and places of pages. */
#ifndef _LINUX_MM_H
#define _LINUX_MM_H

#include <linux/gfp.h>
#include <linux/mmdebug.h>
#include <linux/mm_types.h>
#include <linux/page-flags.h>
#include <linux/list.h>

static inline int page_count(const struct page *page)
{
	return atomic_read(&page->_count);
}

#define page_ref_count(page) page_count(page)
#define set_page_count(page, n) atomic_set(&(page)->_count, n)
#define init_page_count(page) atomic_set(&(page)->_count, 1)
#define set_page_refcounted(page) atomic_set(&(page)->_count, 1)

/* Only who has a reference may take another. */
static inline void get_page(struct page *page)
{
	__mc_assert((int)__mc_rmw(&page->_count.counter, 4, "add", 1, "NORETURN", "NORETURN") > 0, "use-after-free",
		    "get_page() of a page that is free");
}

static inline int get_page_unless_zero(struct page *page)
{
	return atomic_inc_not_zero(&page->_count);
}

static inline bool try_get_page(struct page *page)
{
	get_page(page);
	return 1;
}

static inline void put_page(struct page *page)
{
	if (put_page_testzero(page))
		__mc_give_page(page);
}

#define page_cache_get(page) get_page(page)
#define page_cache_release(page) put_page(page)

#define folio_ref_count(folio) page_count(&(folio)->page)
#define folio_get(folio) get_page(&(folio)->page)
#define folio_try_get(folio) (get_page_unless_zero(&(folio)->page) != 0)
#define folio_put(folio) put_page(&(folio)->page)
#define folio_put_testzero(folio) put_page_testzero(&(folio)->page)
#define folio_mapping(folio) page_mapping(&(folio)->page)
#define folio_mapped(folio) page_mapped(&(folio)->page)
#define folio_nr_pages(folio) 1L

static inline struct address_space *page_mapping(struct page *page)
{
	struct address_space *mapping = READ_ONCE(page->mapping);

	return (unsigned long)mapping & PAGE_MAPPING_FLAGS ? NULL : mapping;
}

#define page_rmapping(page) ((void *)((unsigned long)READ_ONCE((page)->mapping) & ~PAGE_MAPPING_FLAGS))
#define page_index(page) ((page)->index)
#define page_private(page) ((page)->private)
#define set_page_private(page, value) ((void)((page)->private = (value)))

static inline int page_mapcount(const struct page *page)
{
	return atomic_read(&page->_mapcount) + 1;
}

#define page_mapped(page) (page_mapcount(page) > 0)
#define reset_page_mapcount(page) atomic_set(&(page)->_mapcount, -1)
#define page_mapcount_reset(page) reset_page_mapcount(page)

/* A page that is on no LRU list goes with its last reference. */
#define putback_lru_page(page) put_page(page)

struct sysinfo {
	unsigned long totalram, freeram, sharedram, bufferram, totalswap, freeswap;
	unsigned int mem_unit;
};
/* Declared, so that a call is refused. */
void si_meminfo(struct sysinfo *to);
void *page_address(const struct page *page);

#define min_low_pfn 0UL
#define VM_READ 1UL
#define VM_WRITE 2UL
#define nr_free_pages() ({						\
	unsigned long __mc_nr_free = 0;					\
	for (unsigned long __mc_page = 0; __mc_page < MC_NR_PAGES; __mc_page++) \
		__mc_nr_free += READ_ONCE(__mc_free_pages[__mc_page]) != NULL; \
	__mc_nr_free;							\
})

#endif
