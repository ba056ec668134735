// SPDX-License-Identifier: MIT
/*
 * The state that scenarios begin with, and what must hold at the end of each.
 */
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/pagemap.h>

#include "world.h"

/* The mapping of a balloon's page. */
#ifdef CONFIG_BALLOON_COMPACTION
#define OF_BALLOON	(vb->mapping)
#else
#define OF_BALLOON	NULL
#endif

struct virtio_balloon *vb;
struct compact_control compactors[NR_COMPACTORS];

void world_init(size_t ballooned)
{
	unsigned int i;
	int err;

	vb = virtballoon_probe(&err);
	for (i = 0; i < NR_COMPACTORS; i++)
		INIT_LIST_HEAD(&compactors[i].migratepages);
	if (ballooned)
		fill_balloon(vb, ballooned);
}

/* As many steps as there are pages, and one back to the head, lead over every page; a shorter ring is gone round again. */
unsigned int pages_on(const struct list_head *head)
{
	const struct list_head *at = head;
	unsigned int seen = 0;
	unsigned int step, i;

	for (step = 0; step <= MC_NR_PAGES; step++) {
		const struct list_head *after = at->next;

		__mc_assert(after->prev == at, "list-corruption", "a backward link does not lead to the one before");
		for (i = 0; i < MC_NR_PAGES; i++)
			if (after == &mem_map[i].lru)
				seen |= 1u << i;
		at = after;
	}
	return seen;
}

void at_rest(void)
{
	unsigned int ballooned = pages_on(&vb->pages);
	unsigned int isolated = 0;
	unsigned long num_ballooned = 0, num_isolated = 0;
	unsigned int i;

	for (i = 0; i < NR_COMPACTORS; i++) {
		unsigned int on_this = pages_on(&compactors[i].migratepages);

		__mc_assert(!(isolated & on_this), "list-corruption", "two threads have isolated the same page");
		isolated |= on_this;
	}
	for (i = 0; i < MC_NR_PAGES; i++) {
		bool on_balloon = ballooned >> i & 1;
		bool on_isolated = isolated >> i & 1;
		int count = page_count(&mem_map[i]);

		num_ballooned += on_balloon;
		num_isolated += on_isolated;
		__mc_assert(!count || on_balloon || on_isolated, "leak",
			    "a page is not free, and nobody has it");
		__mc_assert(!(on_balloon && on_isolated), "list-corruption",
			    "a page is on the balloon's list and on an isolated list");
		__mc_assert(count || !(on_balloon || on_isolated), "use-after-free",
			    "a page that was freed is still on a list");
		/* The balloon's reference, and isolation's. */
		__mc_assert(!on_balloon || count == 1, "leak", "a page on the balloon's list has a reference nobody will drop");
		__mc_assert(!on_isolated || count == 2, "leak", "an isolated page has not exactly two references");
		__mc_assert(!(on_balloon || on_isolated) || mem_map[i].mapping == OF_BALLOON, "misidentified",
			    "a page of the balloon does not look like one");
	}
	__mc_assert(vb->num_isolated_pages == num_isolated, "counters", "num_isolated_pages is not what is isolated");
	__mc_assert(vb->num_pages == num_ballooned + num_isolated, "counters", "num_pages is not what the balloon has");
}
