// SPDX-License-Identifier: MIT
/*
 * Rows 6, 7 and 8: an isolated balloon page is migrated, and who called must learn that it was.
 */
#include <linux/compaction.h>
#include <linux/list.h>
#include <linux/migrate.h>

#include "world.h"

/* The first page is the balloon's, and compaction has isolated it. */
void first_isolated(void)
{
	world_init(1);
	isolate_migratepage(&cc, page_to_pfn(FIRST));
}

/* Compaction moves the page that it has isolated, or puts it back. */
void migrate_first(void)
{
	if (unmap_and_move(FIRST, MIGRATE_SYNC))
		putback_movable_page(FIRST);
}

/* The device's thread gives one page back to the guest, and waits for it while none is at home. */
void deflate_one(void)
{
	leak_balloon(vb, 1);
}
