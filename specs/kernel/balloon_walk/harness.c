/* SPDX-License-Identifier: MIT */
/* A device with two pages on its list, page 0 ahead of page 1, and compaction that is after page 0. */
#include <linux/balloon_compaction.h>
#include <mc/check.h>
#include "../compaction/met.h"

static struct balloon_dev_info device;
static size_t found;

static void inflate(void)
{
	struct page *page = balloon_page_alloc();

	balloon_page_enqueue(&device, page);
}

static void one_there(void)
{
	balloon_devinfo_init(&device);
	inflate();
}

static void two_there(void)
{
	struct page *ahead = balloon_page_alloc();

	one_there();
	balloon_page_enqueue(&device, ahead);
}

static void compact(void)
{
	compact_page(pfn_to_page(0));
}

/* The balloon's own part of it alone. */
static void isolate(void)
{
	struct page *page = pfn_to_page(0);

	if (!get_page_unless_zero(page))
		return;
	if (__PageMovable(page) && trylock_page(page)) {
		if (PageMovable(page) && balloon_mops.isolate_page(page, ISOLATE_UNEVICTABLE))
			balloon_mops.putback_page(page);
		unlock_page(page);
	}
	put_page(page);
}

/* How many were found; they are given back. */
static size_t walk(size_t most)
{
	LIST_HEAD(pages);
	size_t n = balloon_page_list_dequeue(&device, &pages, most);
	struct page *page;
	size_t i;

	for (i = 0; i < n; i++) {
		page = balloon_page_pop(&pages);
		mc_list(page != NULL);
		put_page(page);
	}
	mc_list(list_empty(&pages));
	return n;
}

/* Page 1 is there, whatever becomes of page 0. */
static void walk_for_one(void)
{
	found = walk(1);
	mc_counter(found == 1);
}

static void walk_for_all(void)
{
	found = walk(2);
	mc_counter(found >= 1);
}

static void walk_for_some(void)
{
	found = walk(2);
}

/* What the walk has left is there, and nothing else. */
static void two_in_all(void)
{
	mc_counter(device.isolated_pages == 0);
	mc_counter(walk(3) == 2 - found);
	mc_list(list_empty(&device.pages));
	mc_leak(page_count(pfn_to_page(0)) || page_count(pfn_to_page(1)), "a page is not given back");
}
