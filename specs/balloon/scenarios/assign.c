// SPDX-License-Identifier: MIT
/*
 * Row 1: a page becomes a balloon page while compaction looks at it.
 */
#include "world.h"

/* Every page is free. */
void nothing_ballooned(void)
{
	world_init(0);
}

/* The first page is on the balloon's list. */
void first_ballooned(void)
{
	world_init(1);
}

/* The device's thread takes one more page. */
void inflate_one(void)
{
	fill_balloon(vb, 1);
}

/* Compaction comes by the first page. */
void compact_first(void)
{
	isolate_migratepage(&cc, page_to_pfn(FIRST));
}
