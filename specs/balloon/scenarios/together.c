// SPDX-License-Identifier: MIT
/*
 * Rows 15 and 16: several threads compact while the balloon inflates and deflates.
 */
#include <linux/compaction.h>
#include <linux/list.h>
#include <linux/migrate.h>
#include <linux/vmstat.h>

#include "world.h"

/* The first two pages are the balloon's; the others are free. */
void two_ballooned(void)
{
	world_init(2);
}

/* A thread that compacts comes by a page, and what it isolates it puts back at once. */
static void isolate_and_putback(unsigned long pfn)
{
	struct compact_control own = { .nr_migratepages = 0 };

	INIT_LIST_HEAD(&own.migratepages);
	isolate_migratepage(&own, pfn);
	if (own.nr_migratepages)
		putback_movable_page(pfn_to_page(pfn));
}

/* ... by the first page, */
void try_first(void)
{
	isolate_and_putback(0);
}

/* ... by the second, */
void try_second(void)
{
	isolate_and_putback(1);
}

/* ... by the first, which it moves, or puts back. */
void compact_first_page(void)
{
	struct compact_control own = { .nr_migratepages = 0 };

	INIT_LIST_HEAD(&own.migratepages);
	isolate_migratepage(&own, 0);
	if (own.nr_migratepages && unmap_and_move(FIRST, MIGRATE_ASYNC))
		putback_movable_page(FIRST);
}

/* Everything of at_rest(), and the event counters agree with what happened. */
void at_rest_counted(void)
{
	long isolated = mc_vm_event(COMPACTBALLOONISOLATED);
	long migrated = mc_vm_event(COMPACTBALLOONMIGRATED);
	long returned = mc_vm_event(COMPACTBALLOONRETURNED);
	long released = mc_vm_event(COMPACTBALLOONRELEASED);

	at_rest();
	__mc_assert(isolated == migrated + returned + (long)vb->num_isolated_pages, "counters",
		    "a page was isolated, and neither migrated nor returned, nor is it still isolated");
	__mc_assert(released == migrated, "counters", "a page was migrated and the old one not released, or the reverse");
}
