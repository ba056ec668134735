// SPDX-License-Identifier: MIT
/*
 * The state that scenarios begin with, and what must hold at the end of each.
 */
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/pagemap.h>

#include "world.h"

struct virtio_balloon *vb;
struct compact_control cc;

void world_init(size_t ballooned)
{
	int err;

	vb = virtballoon_probe(&err);
	INIT_LIST_HEAD(&cc.migratepages);
	if (ballooned)
		fill_balloon(vb, ballooned);
}

/* Numbers of what a link belongs to, four bits each: pages from 0, then the head, then anything else. */
#define HEAD	MC_NR_PAGES
#define NOTHING	(MC_NR_PAGES + 1)

static unsigned int owner_of(const struct list_head *link, const struct list_head *head)
{
	unsigned int owner = link == head ? HEAD : NOTHING;
	unsigned int i;

	for (i = 0; i < MC_NR_PAGES; i++)
		if (link == &mem_map[i].lru)
			owner = i;
	return owner;
}

/*
 * The pages on a list, as bits by page number; the ring must be whole in both directions. All links are read
 * first, at addresses that are constants, so that the way round is arithmetic and no access. As many
 * steps as there may be pages, and one for the way back, lead over every page; a short ring is gone round again.
 */
static unsigned int pages_on(const struct list_head *head)
{
	unsigned int next = owner_of(head->next, head) << 4 * HEAD;
	unsigned int prev = owner_of(head->prev, head) << 4 * HEAD;
	unsigned int seen = 0;
	unsigned int at = HEAD;
	unsigned int i, after;

	for (i = 0; i < MC_NR_PAGES; i++) {
		next |= owner_of(mem_map[i].lru.next, head) << 4 * i;
		prev |= owner_of(mem_map[i].lru.prev, head) << 4 * i;
	}
	for (i = 0; i <= MC_NR_PAGES; i++) {
		after = next >> 4 * at & 15;
		__mc_assert(after != NOTHING, "list-corruption", "a link of a list leads to no page");
		__mc_assert((prev >> 4 * after & 15) == at, "list-corruption", "a backward link does not lead to the one before");
		seen |= 1u << after;
		at = after;
	}
	return seen & ((1u << MC_NR_PAGES) - 1);
}

void at_rest(void)
{
	unsigned int ballooned = pages_on(&vb->pages);
	unsigned int isolated = pages_on(&cc.migratepages);
	unsigned long num_ballooned = 0, num_isolated = 0;
	unsigned int i;

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
		__mc_assert(!(on_balloon || on_isolated) || mem_map[i].mapping == vb->mapping, "misidentified",
			    "a page of the balloon does not look like one");
	}
	__mc_assert(vb->num_isolated_pages == num_isolated, "counters", "num_isolated_pages is not what is isolated");
	__mc_assert(vb->num_pages == num_ballooned + num_isolated, "counters", "num_pages is not what the balloon has");
}
