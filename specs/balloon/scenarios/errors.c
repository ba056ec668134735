// SPDX-License-Identifier: MIT
/*
 * Row 12: what becomes of pages, locks and devices where an allocation fails.
 */
#include <linux/compaction.h>
#include <linux/err.h>
#include <linux/migrate.h>

#include "world.h"

/* The device's thread wants a page, and then one more. */
void inflate_twice(void)
{
	fill_balloon(vb, 1);
	fill_balloon(vb, 1);
}

/* The device's thread wants two pages at once, and gives one back. */
void inflate_two(void)
{
	fill_balloon(vb, 2);
	leak_balloon_round(vb, 1);
}

/* A device comes. */
void probe(void)
{
	int err;

	vb = virtballoon_probe(&err);
	__mc_assert(!vb == !!err, "assertion", "probe gives an error and a device, or neither");
	__mc_assert(!vb || !IS_ERR(vb->mapping) || PTR_ERR(vb->mapping) == -EOPNOTSUPP, "assertion",
		    "probe gives a device that lacks a mapping it should have");
}

/* A device comes, and if it came, it goes. */
void probe_and_remove(void)
{
	probe();
	if (vb)
		virtballoon_remove(vb);
	vb = NULL;
}
