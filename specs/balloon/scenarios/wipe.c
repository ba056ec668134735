// SPDX-License-Identifier: MIT
/*
 * Rows 9 and 10: the old page is wiped by unmap_and_move(), after migration has let go of its lock.
 */
#include <linux/balloon_check.h>
#include <linux/compaction.h>
#include <linux/migrate.h>

#include "world.h"

/* A second thread that compacts comes by the page which the first one is moving. */
void compact_first_too(void)
{
	isolate_migratepage(&compactors[NR_COMPACTORS - 1], page_to_pfn(FIRST));
}

/*
 * virtballoon_remove(), its loop gone round once. A page that is locked just then ends a round early, and removal
 * begins another: again and again, while the lock is held. Removal is not followed beyond a first round that does not
 * get everything; later rounds do nothing that the first does not.
 */
void remove_device(void)
{
	leak_balloon(vb, vb->num_pages);
	stop_if_in_vain(!vb->num_pages);
	virtballoon_free(vb);
}

/* The device has gone, and so has everything that it had. */
void device_gone(void)
{
	unsigned int i;

	for (i = 0; i < MC_NR_PAGES; i++)
		__mc_assert(!page_count(&mem_map[i]), "leak", "the device has gone, and somebody has a page of it");
}
