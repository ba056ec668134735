// SPDX-License-Identifier: MIT
/*
 * Row 17: the driver where compaction of balloon pages is configured out.
 */
#include <linux/compaction.h>

#include "world.h"

/* The device's thread takes a page more, and gives one back. */
void inflate_and_deflate(void)
{
	fill_balloon(vb, 1);
	leak_balloon(vb, 1);
}

/* Everything of at_rest(), and no step of compaction has been taken: no page isolated, none marked for it. */
void nothing_isolated(void)
{
	unsigned int i;

	at_rest();
	__mc_assert(!cc.nr_migratepages && !vb->num_isolated_pages, "assertion", "a page was isolated");
	for (i = 0; i < MC_NR_PAGES; i++)
		__mc_assert(!mem_map[i].mapping, "assertion", "a page is marked as a balloon page");
}

/* A device from its beginning to its end. */
void device_life(void)
{
	int err;

	vb = virtballoon_probe(&err);
	fill_balloon(vb, 1);
	virtballoon_remove(vb);
	vb = NULL;
}
