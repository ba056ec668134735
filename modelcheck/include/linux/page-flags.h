/* SPDX-License-Identifier: MIT */
/* Page flags: PageX(), SetPageX(), ClearPageX(), TestSetPageX(), TestClearPageX(), and those with __, which are not atomic. */
#ifndef _LINUX_PAGE_FLAGS_H
#define _LINUX_PAGE_FLAGS_H

#include <linux/types.h>
#include <linux/bug.h>
#include <linux/bitops.h>
#include <linux/mm_types.h>

enum pageflags {
	PG_locked,
	PG_error,
	PG_referenced,
	PG_uptodate,
	PG_dirty,
	PG_lru,
	PG_active,
	PG_slab,
	PG_owner_priv_1,
	PG_arch_1,
	PG_reserved,
	PG_private,
	PG_private_2,
	PG_writeback,
	PG_head,
	PG_tail,
	PG_swapcache,
	PG_mappedtodisk,
	PG_reclaim,
	PG_swapbacked,
	PG_unevictable,
	PG_mlocked,
	PG_workingset,
	PG_isolated,
	PG_movable,
	PG_balloon,
	PG_offline,
	__NR_PAGEFLAGS,
	PG_checked = PG_owner_priv_1,
	PG_pinned = PG_owner_priv_1,
	PG_fscache = PG_private_2,
};

#define PageLocked(page) test_bit(PG_locked, &(page)->flags)
#define SetPageLocked(page) set_bit(PG_locked, &(page)->flags)
#define ClearPageLocked(page) clear_bit(PG_locked, &(page)->flags)
#define __SetPageLocked(page) __set_bit(PG_locked, &(page)->flags)
#define __ClearPageLocked(page) __clear_bit(PG_locked, &(page)->flags)
#define TestSetPageLocked(page) test_and_set_bit(PG_locked, &(page)->flags)
#define TestClearPageLocked(page) test_and_clear_bit(PG_locked, &(page)->flags)

#define PageError(page) test_bit(PG_error, &(page)->flags)
#define SetPageError(page) set_bit(PG_error, &(page)->flags)
#define ClearPageError(page) clear_bit(PG_error, &(page)->flags)
#define __SetPageError(page) __set_bit(PG_error, &(page)->flags)
#define __ClearPageError(page) __clear_bit(PG_error, &(page)->flags)
#define TestSetPageError(page) test_and_set_bit(PG_error, &(page)->flags)
#define TestClearPageError(page) test_and_clear_bit(PG_error, &(page)->flags)

#define PageReferenced(page) test_bit(PG_referenced, &(page)->flags)
#define SetPageReferenced(page) set_bit(PG_referenced, &(page)->flags)
#define ClearPageReferenced(page) clear_bit(PG_referenced, &(page)->flags)
#define __SetPageReferenced(page) __set_bit(PG_referenced, &(page)->flags)
#define __ClearPageReferenced(page) __clear_bit(PG_referenced, &(page)->flags)
#define TestSetPageReferenced(page) test_and_set_bit(PG_referenced, &(page)->flags)
#define TestClearPageReferenced(page) test_and_clear_bit(PG_referenced, &(page)->flags)

#define PageUptodate(page) test_bit(PG_uptodate, &(page)->flags)
#define SetPageUptodate(page) set_bit(PG_uptodate, &(page)->flags)
#define ClearPageUptodate(page) clear_bit(PG_uptodate, &(page)->flags)
#define __SetPageUptodate(page) __set_bit(PG_uptodate, &(page)->flags)
#define __ClearPageUptodate(page) __clear_bit(PG_uptodate, &(page)->flags)
#define TestSetPageUptodate(page) test_and_set_bit(PG_uptodate, &(page)->flags)
#define TestClearPageUptodate(page) test_and_clear_bit(PG_uptodate, &(page)->flags)

#define PageDirty(page) test_bit(PG_dirty, &(page)->flags)
#define SetPageDirty(page) set_bit(PG_dirty, &(page)->flags)
#define ClearPageDirty(page) clear_bit(PG_dirty, &(page)->flags)
#define __SetPageDirty(page) __set_bit(PG_dirty, &(page)->flags)
#define __ClearPageDirty(page) __clear_bit(PG_dirty, &(page)->flags)
#define TestSetPageDirty(page) test_and_set_bit(PG_dirty, &(page)->flags)
#define TestClearPageDirty(page) test_and_clear_bit(PG_dirty, &(page)->flags)

#define PageLRU(page) test_bit(PG_lru, &(page)->flags)
#define SetPageLRU(page) set_bit(PG_lru, &(page)->flags)
#define ClearPageLRU(page) clear_bit(PG_lru, &(page)->flags)
#define __SetPageLRU(page) __set_bit(PG_lru, &(page)->flags)
#define __ClearPageLRU(page) __clear_bit(PG_lru, &(page)->flags)
#define TestSetPageLRU(page) test_and_set_bit(PG_lru, &(page)->flags)
#define TestClearPageLRU(page) test_and_clear_bit(PG_lru, &(page)->flags)

#define PageActive(page) test_bit(PG_active, &(page)->flags)
#define SetPageActive(page) set_bit(PG_active, &(page)->flags)
#define ClearPageActive(page) clear_bit(PG_active, &(page)->flags)
#define __SetPageActive(page) __set_bit(PG_active, &(page)->flags)
#define __ClearPageActive(page) __clear_bit(PG_active, &(page)->flags)
#define TestSetPageActive(page) test_and_set_bit(PG_active, &(page)->flags)
#define TestClearPageActive(page) test_and_clear_bit(PG_active, &(page)->flags)

#define PageSlab(page) test_bit(PG_slab, &(page)->flags)
#define SetPageSlab(page) set_bit(PG_slab, &(page)->flags)
#define ClearPageSlab(page) clear_bit(PG_slab, &(page)->flags)
#define __SetPageSlab(page) __set_bit(PG_slab, &(page)->flags)
#define __ClearPageSlab(page) __clear_bit(PG_slab, &(page)->flags)
#define TestSetPageSlab(page) test_and_set_bit(PG_slab, &(page)->flags)
#define TestClearPageSlab(page) test_and_clear_bit(PG_slab, &(page)->flags)

#define PageChecked(page) test_bit(PG_checked, &(page)->flags)
#define SetPageChecked(page) set_bit(PG_checked, &(page)->flags)
#define ClearPageChecked(page) clear_bit(PG_checked, &(page)->flags)
#define __SetPageChecked(page) __set_bit(PG_checked, &(page)->flags)
#define __ClearPageChecked(page) __clear_bit(PG_checked, &(page)->flags)
#define TestSetPageChecked(page) test_and_set_bit(PG_checked, &(page)->flags)
#define TestClearPageChecked(page) test_and_clear_bit(PG_checked, &(page)->flags)

#define PageReserved(page) test_bit(PG_reserved, &(page)->flags)
#define SetPageReserved(page) set_bit(PG_reserved, &(page)->flags)
#define ClearPageReserved(page) clear_bit(PG_reserved, &(page)->flags)
#define __SetPageReserved(page) __set_bit(PG_reserved, &(page)->flags)
#define __ClearPageReserved(page) __clear_bit(PG_reserved, &(page)->flags)
#define TestSetPageReserved(page) test_and_set_bit(PG_reserved, &(page)->flags)
#define TestClearPageReserved(page) test_and_clear_bit(PG_reserved, &(page)->flags)

#define PagePrivate(page) test_bit(PG_private, &(page)->flags)
#define SetPagePrivate(page) set_bit(PG_private, &(page)->flags)
#define ClearPagePrivate(page) clear_bit(PG_private, &(page)->flags)
#define __SetPagePrivate(page) __set_bit(PG_private, &(page)->flags)
#define __ClearPagePrivate(page) __clear_bit(PG_private, &(page)->flags)
#define TestSetPagePrivate(page) test_and_set_bit(PG_private, &(page)->flags)
#define TestClearPagePrivate(page) test_and_clear_bit(PG_private, &(page)->flags)

#define PagePrivate2(page) test_bit(PG_private_2, &(page)->flags)
#define SetPagePrivate2(page) set_bit(PG_private_2, &(page)->flags)
#define ClearPagePrivate2(page) clear_bit(PG_private_2, &(page)->flags)
#define __SetPagePrivate2(page) __set_bit(PG_private_2, &(page)->flags)
#define __ClearPagePrivate2(page) __clear_bit(PG_private_2, &(page)->flags)
#define TestSetPagePrivate2(page) test_and_set_bit(PG_private_2, &(page)->flags)
#define TestClearPagePrivate2(page) test_and_clear_bit(PG_private_2, &(page)->flags)

#define PageWriteback(page) test_bit(PG_writeback, &(page)->flags)
#define SetPageWriteback(page) set_bit(PG_writeback, &(page)->flags)
#define ClearPageWriteback(page) clear_bit(PG_writeback, &(page)->flags)
#define __SetPageWriteback(page) __set_bit(PG_writeback, &(page)->flags)
#define __ClearPageWriteback(page) __clear_bit(PG_writeback, &(page)->flags)
#define TestSetPageWriteback(page) test_and_set_bit(PG_writeback, &(page)->flags)
#define TestClearPageWriteback(page) test_and_clear_bit(PG_writeback, &(page)->flags)

#define PageHead(page) test_bit(PG_head, &(page)->flags)
#define SetPageHead(page) set_bit(PG_head, &(page)->flags)
#define ClearPageHead(page) clear_bit(PG_head, &(page)->flags)
#define __SetPageHead(page) __set_bit(PG_head, &(page)->flags)
#define __ClearPageHead(page) __clear_bit(PG_head, &(page)->flags)
#define TestSetPageHead(page) test_and_set_bit(PG_head, &(page)->flags)
#define TestClearPageHead(page) test_and_clear_bit(PG_head, &(page)->flags)

#define PageTail(page) test_bit(PG_tail, &(page)->flags)
#define SetPageTail(page) set_bit(PG_tail, &(page)->flags)
#define ClearPageTail(page) clear_bit(PG_tail, &(page)->flags)
#define __SetPageTail(page) __set_bit(PG_tail, &(page)->flags)
#define __ClearPageTail(page) __clear_bit(PG_tail, &(page)->flags)
#define TestSetPageTail(page) test_and_set_bit(PG_tail, &(page)->flags)
#define TestClearPageTail(page) test_and_clear_bit(PG_tail, &(page)->flags)

#define PageSwapCache(page) test_bit(PG_swapcache, &(page)->flags)
#define SetPageSwapCache(page) set_bit(PG_swapcache, &(page)->flags)
#define ClearPageSwapCache(page) clear_bit(PG_swapcache, &(page)->flags)
#define __SetPageSwapCache(page) __set_bit(PG_swapcache, &(page)->flags)
#define __ClearPageSwapCache(page) __clear_bit(PG_swapcache, &(page)->flags)
#define TestSetPageSwapCache(page) test_and_set_bit(PG_swapcache, &(page)->flags)
#define TestClearPageSwapCache(page) test_and_clear_bit(PG_swapcache, &(page)->flags)

#define PageMappedToDisk(page) test_bit(PG_mappedtodisk, &(page)->flags)
#define SetPageMappedToDisk(page) set_bit(PG_mappedtodisk, &(page)->flags)
#define ClearPageMappedToDisk(page) clear_bit(PG_mappedtodisk, &(page)->flags)
#define __SetPageMappedToDisk(page) __set_bit(PG_mappedtodisk, &(page)->flags)
#define __ClearPageMappedToDisk(page) __clear_bit(PG_mappedtodisk, &(page)->flags)
#define TestSetPageMappedToDisk(page) test_and_set_bit(PG_mappedtodisk, &(page)->flags)
#define TestClearPageMappedToDisk(page) test_and_clear_bit(PG_mappedtodisk, &(page)->flags)

#define PageReclaim(page) test_bit(PG_reclaim, &(page)->flags)
#define SetPageReclaim(page) set_bit(PG_reclaim, &(page)->flags)
#define ClearPageReclaim(page) clear_bit(PG_reclaim, &(page)->flags)
#define __SetPageReclaim(page) __set_bit(PG_reclaim, &(page)->flags)
#define __ClearPageReclaim(page) __clear_bit(PG_reclaim, &(page)->flags)
#define TestSetPageReclaim(page) test_and_set_bit(PG_reclaim, &(page)->flags)
#define TestClearPageReclaim(page) test_and_clear_bit(PG_reclaim, &(page)->flags)

#define PageSwapBacked(page) test_bit(PG_swapbacked, &(page)->flags)
#define SetPageSwapBacked(page) set_bit(PG_swapbacked, &(page)->flags)
#define ClearPageSwapBacked(page) clear_bit(PG_swapbacked, &(page)->flags)
#define __SetPageSwapBacked(page) __set_bit(PG_swapbacked, &(page)->flags)
#define __ClearPageSwapBacked(page) __clear_bit(PG_swapbacked, &(page)->flags)
#define TestSetPageSwapBacked(page) test_and_set_bit(PG_swapbacked, &(page)->flags)
#define TestClearPageSwapBacked(page) test_and_clear_bit(PG_swapbacked, &(page)->flags)

#define PageUnevictable(page) test_bit(PG_unevictable, &(page)->flags)
#define SetPageUnevictable(page) set_bit(PG_unevictable, &(page)->flags)
#define ClearPageUnevictable(page) clear_bit(PG_unevictable, &(page)->flags)
#define __SetPageUnevictable(page) __set_bit(PG_unevictable, &(page)->flags)
#define __ClearPageUnevictable(page) __clear_bit(PG_unevictable, &(page)->flags)
#define TestSetPageUnevictable(page) test_and_set_bit(PG_unevictable, &(page)->flags)
#define TestClearPageUnevictable(page) test_and_clear_bit(PG_unevictable, &(page)->flags)

#define PageMlocked(page) test_bit(PG_mlocked, &(page)->flags)
#define SetPageMlocked(page) set_bit(PG_mlocked, &(page)->flags)
#define ClearPageMlocked(page) clear_bit(PG_mlocked, &(page)->flags)
#define __SetPageMlocked(page) __set_bit(PG_mlocked, &(page)->flags)
#define __ClearPageMlocked(page) __clear_bit(PG_mlocked, &(page)->flags)
#define TestSetPageMlocked(page) test_and_set_bit(PG_mlocked, &(page)->flags)
#define TestClearPageMlocked(page) test_and_clear_bit(PG_mlocked, &(page)->flags)

#define PageWorkingset(page) test_bit(PG_workingset, &(page)->flags)
#define SetPageWorkingset(page) set_bit(PG_workingset, &(page)->flags)
#define ClearPageWorkingset(page) clear_bit(PG_workingset, &(page)->flags)
#define __SetPageWorkingset(page) __set_bit(PG_workingset, &(page)->flags)
#define __ClearPageWorkingset(page) __clear_bit(PG_workingset, &(page)->flags)
#define TestSetPageWorkingset(page) test_and_set_bit(PG_workingset, &(page)->flags)
#define TestClearPageWorkingset(page) test_and_clear_bit(PG_workingset, &(page)->flags)

#define PageIsolated(page) test_bit(PG_isolated, &(page)->flags)
#define SetPageIsolated(page) set_bit(PG_isolated, &(page)->flags)
#define ClearPageIsolated(page) clear_bit(PG_isolated, &(page)->flags)
#define __SetPageIsolated(page) __set_bit(PG_isolated, &(page)->flags)
#define __ClearPageIsolated(page) __clear_bit(PG_isolated, &(page)->flags)
#define TestSetPageIsolated(page) test_and_set_bit(PG_isolated, &(page)->flags)
#define TestClearPageIsolated(page) test_and_clear_bit(PG_isolated, &(page)->flags)

#define PageBalloon(page) test_bit(PG_balloon, &(page)->flags)
#define SetPageBalloon(page) set_bit(PG_balloon, &(page)->flags)
#define ClearPageBalloon(page) clear_bit(PG_balloon, &(page)->flags)
#define __SetPageBalloon(page) __set_bit(PG_balloon, &(page)->flags)
#define __ClearPageBalloon(page) __clear_bit(PG_balloon, &(page)->flags)
#define TestSetPageBalloon(page) test_and_set_bit(PG_balloon, &(page)->flags)
#define TestClearPageBalloon(page) test_and_clear_bit(PG_balloon, &(page)->flags)

#define PageOffline(page) test_bit(PG_offline, &(page)->flags)
#define SetPageOffline(page) set_bit(PG_offline, &(page)->flags)
#define ClearPageOffline(page) clear_bit(PG_offline, &(page)->flags)
#define __SetPageOffline(page) __set_bit(PG_offline, &(page)->flags)
#define __ClearPageOffline(page) __clear_bit(PG_offline, &(page)->flags)
#define TestSetPageOffline(page) test_and_set_bit(PG_offline, &(page)->flags)
#define TestClearPageOffline(page) test_and_clear_bit(PG_offline, &(page)->flags)
#include <linux/folio-flags.h>

#define PageCompound(page) (PageHead(page) || PageTail(page))
#define PageTransHuge(page) 0
#define PageTransCompound(page) 0
#define PageHuge(page) 0
#define PageHWPoison(page) 0
#define PageKsm(page) 0
#define PageHighMem(page) 0
#define compound_head(page) (page)
#define compound_order(page) 0
#define page_folio(p) ((struct folio *)(p))
#define folio_page(folio, n) (&(folio)->page + (n))

#define PAGE_MAPPING_ANON 1UL
#define PAGE_MAPPING_MOVABLE 2UL
#define PAGE_MAPPING_KSM 3UL
#define PAGE_MAPPING_FLAGS 3UL

static inline int PageAnon(const struct page *page)
{
	return ((unsigned long)READ_ONCE(page->mapping) & PAGE_MAPPING_ANON) != 0;
}

static inline int __PageMovable(const struct page *page)
{
	return ((unsigned long)READ_ONCE(page->mapping) & PAGE_MAPPING_FLAGS) == PAGE_MAPPING_MOVABLE;
}

static inline int PageMovable(const struct page *page)
{
	return __PageMovable(page);
}

#define folio_test_anon(folio) PageAnon(&(folio)->page)

/* What a page may not carry when it goes back to the allocator. */
#define PAGE_FLAGS_CHECK_AT_FREE \
	(1UL << PG_locked | 1UL << PG_lru | 1UL << PG_slab | 1UL << PG_private | 1UL << PG_private_2 | \
	 1UL << PG_writeback | 1UL << PG_reserved | 1UL << PG_swapcache | 1UL << PG_active | \
	 1UL << PG_unevictable | 1UL << PG_isolated)

#endif
