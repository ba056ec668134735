/* SPDX-License-Identifier: MIT */
/* VMware's driver with one page in its balloon, and compaction as mm/ has it. */
#include <mc/check.h>
#include "../compaction/vmware.h"
#include "../compaction/met.h"

static void filled(void)
{
	vmware_filled();
}

static void deflate(void)
{
	vmware_deflate();
}

static void compact(void)
{
	compact_page(pfn_to_page(0));
}

static void migrate(void)
{
	move_page(pfn_to_page(0));
}

static void empty(void)
{
	vmware_emptied();
	mc_leak(page_count(pfn_to_page(0)), "the page is not given back");
	mc_leak(page_count(pfn_to_page(1)), "the page that it was moved to is not given back");
}
