/* SPDX-License-Identifier: MIT */
/* Page 0 is in the balloon of virtio, page 1 in that of VMware; compaction meets both. */
#include <mc/check.h>
#include "../compaction/met.h"
#include "drivers.h"

static void begin(void)
{
	virtio_begins();
	vmware_begins();
}

/* Both on one list. */
static void isolate_both(struct list_head *isolated)
{
	isolate_page(pfn_to_page(0), isolated);
	isolate_page(pfn_to_page(1), isolated);
}

static void compact(void)
{
	LIST_HEAD(isolated);

	isolate_both(&isolated);
	putback_movable_pages(&isolated);
}

static void migrate(void)
{
	struct page *page, *next;
	LIST_HEAD(isolated);

	isolate_both(&isolated);
	list_for_each_entry_safe(page, next, &isolated, lru)
		if (migrated(page))
			put_page(page);
	putback_movable_pages(&isolated);
}

static void migrate_virtio(void)
{
	move_page(pfn_to_page(0));
}

static void migrate_vmware(void)
{
	move_page(pfn_to_page(1));
}

static void end(void)
{
	int i;

	virtio_ends();
	vmware_ends();
	for (i = 0; i < MC_NR_PAGES; i++)
		mc_leak(page_count(pfn_to_page(i)), "a page is not given back");
}
