// SPDX-License-Identifier: MIT
/*
 * Row 2: a balloon page becomes an ordinary one while compaction looks at it.
 */
#include <asm/barrier.h>
#include <linux/balloon_compaction.h>

#include "world.h"

/* The device's thread tries to give one page back, once: it does not wait when compaction was faster. */
void deflate_one_round(void)
{
	leak_balloon_round(vb, 1);
}

/*
 * Somebody without locks who knows the order: once he sees the balloon's list empty, no page may look
 * like a balloon page. Nobody in the series does this; it is the only kind of reader whom the barrier of
 * clear_balloon_mapping() could serve, and shows whether it would.
 */
void watch_list(void)
{
	if (ACCESS_ONCE(vb->pages.next) != &vb->pages)
		return;
	smp_rmb();
	__mc_assert(!movable_balloon_page(FIRST), "misidentified",
		    "a page that has left the balloon's list still looks like a balloon page");
}
