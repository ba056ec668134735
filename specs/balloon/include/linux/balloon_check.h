/* SPDX-License-Identifier: MIT */
/*
 * What the check asks, or takes for granted, in the middle of the code and not at rest.
 */
#ifndef BALLOON_LINUX_BALLOON_CHECK_H
#define BALLOON_LINUX_BALLOON_CHECK_H

#include <linux/mm_types.h>
#include <linux/poison.h>

/*
 * The caller is about to take @page off its balloon's list: it takes it for a balloon page. Misidentified, if it is on
 * no list.
 *
 * On an execution, this is a read of the page's link, placed in program order right before the act. It fails when
 * the model allows that read to read from another write than one that put the page on a list: the initial
 * one, or that of a list_del(). "On no list" is thus what the acting thread itself may observe where it
 * acts. It is not a claim about what other threads have done "by then", of which a weak model knows nothing. Where the links
 * are written in time for this read but not for the ones of list_del(), those fail as list corruption or as a wild pointer.
 */
static inline void check_listed(struct page *page)
{
	struct list_head *next = page->lru.next;

	__mc_assert(next && next != LIST_POISON1, "misidentified", "a page is isolated that is on no balloon list");
}

/*
 * A round of removal that took no page, because somebody has it locked, changes nothing: what follows could have
 * happened without it. So removal is not followed any further, and goes round at most once for each page. (What this hides is
 * a page that stays locked for ever, for which removal would go round for ever.)
 */
static inline void stop_if_in_vain(bool took)
{
	if (!took)
		__mc_halt();
}

#endif
