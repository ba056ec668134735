// SPDX-License-Identifier: MIT
/*
 * Rows 11 and 13: pages between two devices, and a device that is removed.
 */
#include <linux/compaction.h>
#include <linux/list.h>
#include <linux/migrate.h>

#include "world.h"

static struct virtio_balloon *vb2;

/* Two devices; the first one's balloon holds the first page. */
void two_devices(void)
{
	int err;

	world_init(1);
	vb2 = virtballoon_probe(&err);
}

/* As above, and the second one's balloon holds the second page. */
void two_balloons(void)
{
	two_devices();
	fill_balloon(vb2, 1);
}

/* The first device gives its page back; the second one takes what is free, if anything is. */
void page_changes_device(void)
{
	leak_balloon_round(vb, 1);
	fill_balloon(vb2, 1);
}

void deflate_second_device(void)
{
	leak_balloon_round(vb2, 1);
}

/* Whether the page with number @pfn, looked at by compaction, has been isolated. */
static bool isolate(unsigned long pfn)
{
	unsigned long before = cc.nr_migratepages;

	isolate_migratepage(&cc, pfn);
	return cc.nr_migratepages != before;
}

/* Compaction isolates the first two pages, if it can, and puts them back. */
void compact_two_and_put_back(void)
{
	bool first = isolate(0);
	bool second = isolate(1);

	if (first)
		putback_movable_page(pfn_to_page(0));
	if (second)
		putback_movable_page(pfn_to_page(1));
}

/* Compaction isolates the first page, if it can, and puts it back. */
void compact_first_and_put_back(void)
{
	if (isolate(0))
		putback_movable_page(pfn_to_page(0));
}

/* Compaction moves the first page, which it has isolated; there is a free page to move it to. */
void move_first(void)
{
	__mc_assert(!unmap_and_move(FIRST, MIGRATE_SYNC), "assertion", "an isolated page could not be moved");
}

/* Everything that must hold of one of several devices, given the isolated pages. */
static void device_at_rest(struct virtio_balloon *device, unsigned int isolated)
{
	unsigned int ballooned = pages_on(&device->pages);
	unsigned long num_ballooned = 0, num_isolated = 0;
	unsigned int i;

	for (i = 0; i < MC_NR_PAGES; i++) {
		struct page *page = &mem_map[i];

		if (ballooned >> i & 1) {
			num_ballooned++;
			__mc_assert(page->mapping == device->mapping, "misidentified",
				    "a page on a device's list is not that device's");
			__mc_assert(page_count(page) == 1, "leak", "a page on a balloon's list has not exactly one reference");
		}
		if (isolated >> i & 1 && page->mapping == device->mapping) {
			num_isolated++;
			__mc_assert(page_count(page) == 2, "leak", "an isolated page has not exactly two references");
		}
	}
	__mc_assert(device->num_isolated_pages == num_isolated, "counters", "num_isolated_pages is not what is isolated");
	__mc_assert(device->num_pages == num_ballooned + num_isolated, "counters",
		    "num_pages is not what the balloon has");
}

void two_at_rest(void)
{
	unsigned int isolated = pages_on(&cc.migratepages);

	device_at_rest(vb, isolated);
	device_at_rest(vb2, isolated);
}

/* The first device goes. */
void remove_first_device(void)
{
	virtballoon_remove(vb);
	vb = NULL;
}

/* The first device goes, and the second one takes a page. */
void remove_first_inflate_second(void)
{
	remove_first_device();
	fill_balloon(vb2, 1);
}

/* After the first device has gone: the second one's balloon is whole. */
void second_at_rest(void)
{
	device_at_rest(vb2, pages_on(&cc.migratepages));
}

/* After the only device has gone: every page is free. */
void nothing_in_use(void)
{
	unsigned int i;

	for (i = 0; i < MC_NR_PAGES; i++)
		__mc_assert(!page_count(&mem_map[i]), "leak", "a page is not free, and nobody has it");
}
