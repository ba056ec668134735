/* SPDX-License-Identifier: MIT */
/* The driver of the tree with one page in its balloon, and compaction as mm/ has it. */
#include <mc/check.h>
#include "../compaction/virtio.h"
#include "../compaction/met.h"

static void made(void)
{
	virtio_made();
}

static void filled(void)
{
	made();
	fill_balloon(&vb, 1);
}

static void inflate(void)
{
	fill_balloon(&vb, 1);
}

static void deflate(void)
{
	leak_balloon(&vb, 1);
}

static void compact(void)
{
	compact_page(pfn_to_page(0));
}

static void migrate(void)
{
	move_page(pfn_to_page(0));
}

/* Whoever is left gives it back. */
/* An empty balloon is not to be deflated before 4.6: it would BUG(). */
static void deflate_if_any(void)
{
	if (vb.num_pages)
		leak_balloon(&vb, 1);
}

static void empty(void)
{
	deflate_if_any();
	mc_counter(vb.num_pages == 0);
	mc_list(list_empty(&virtio_list()->pages));
	mc_leak(page_count(pfn_to_page(0)), "the page is not given back");
}

static void empty_of_all(void)
{
	deflate_if_any();
	empty();
	mc_leak(page_count(pfn_to_page(1)), "the second page is not given back");
}
