/* SPDX-License-Identifier: MIT */
/*
 * Two devices and one page, which is in the first one's balloon. The page is met by number, so that whose it is, if anybody's, is
 * known from the page alone.
 */
#include <linux/balloon_compaction.h>
#include <linux/slab.h>
#include <mc/check.h>

static struct balloon_dev_info *first, second;

static void in_the_first(void)
{
	first = kmalloc(sizeof(*first), GFP_KERNEL);
	balloon_devinfo_init(first);
	balloon_devinfo_init(&second);
	balloon_page_enqueue(first, balloon_page_alloc());
}

/* Compaction's isolation of the page and putting back, with the page's lock as the tree has it, or without. */
static void isolate(void)
{
	struct page *page = pfn_to_page(0);

	if (!get_page_unless_zero(page))
		return;
#ifdef NO_PAGE_LOCK
	if (__PageMovable(page) && balloon_mops.isolate_page(page, ISOLATE_UNEVICTABLE))
		balloon_mops.putback_page(page);
#else
	if (__PageMovable(page) && trylock_page(page)) {
		if (PageMovable(page) && balloon_mops.isolate_page(page, ISOLATE_UNEVICTABLE))
			balloon_mops.putback_page(page);
		unlock_page(page);
	}
#endif
	put_page(page);
}

/* A device goes when its balloon is empty. */
static bool leave_the_first(void)
{
	struct page *page = balloon_page_dequeue(first);

	if (!page)
		return false;
	put_page(page);
	return true;
}

static void remove(void)
{
	if (leave_the_first()) {
		kfree(first);
		first = NULL;
	}
}

static void hand_over(void)
{
	struct page *page;

	if (!leave_the_first())
		return;
	page = balloon_page_alloc();
	if (page)
		balloon_page_enqueue(&second, page);
}

static size_t emptied(struct balloon_dev_info *owner)
{
	LIST_HEAD(pages);
	size_t n;

	mc_counter(owner->isolated_pages == 0);
	n = balloon_page_list_dequeue(owner, &pages, 2);
	if (n)
		put_page(balloon_page_pop(&pages));
	mc_list(list_empty(&owner->pages) && list_empty(&pages));
	return n;
}

/* The page is on the list of one device at most, and nobody has it then. */
static void at_rest(void)
{
	size_t n = emptied(&second);

	if (first) {
		n += emptied(first);
		kfree(first);
	}
	mc_counter(n <= 1);
	mc_leak(page_count(pfn_to_page(0)), "the page is not given back");
}
