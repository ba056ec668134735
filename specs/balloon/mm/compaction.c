// SPDX-License-Identifier: MIT
/*
 * Compaction: look at pages one by one, by number and without a lock, and isolate those that can be moved.
 */
#include <linux/balloon_compaction.h>
#include <linux/compaction.h>
#include <linux/migrate.h>

/* Look at the page with number @pfn, whoever has it, and isolate it if it is a balloon's. */
void isolate_migratepage(struct compact_control *cc, unsigned long pfn)
{
	struct page *page = pfn_to_page(pfn);

	/* Pages on the LRU lists go a way of their own. */
	if (PageLRU(page))
		return;
	if (!movable_balloon_page(page) || !isolate_balloon_page(page))
		return;
	list_add(&page->lru, &cc->migratepages);
	cc->nr_migratepages++;
}

void isolate_migratepages_range(struct compact_control *cc, unsigned long low_pfn, unsigned long end_pfn)
{
	unsigned long pfn;

	for (pfn = low_pfn; pfn < end_pfn; pfn++)
		isolate_migratepage(cc, pfn);
}

/* Compact a range of pages: isolate, move, put back what could not be moved. */
void compact_zone(struct compact_control *cc, unsigned long low_pfn, unsigned long end_pfn)
{
	isolate_migratepages_range(cc, low_pfn, end_pfn);
	if (cc->nr_migratepages && migrate_pages(&cc->migratepages, MIGRATE_ASYNC))
		putback_movable_pages(&cc->migratepages);
	cc->nr_migratepages = 0;
}
