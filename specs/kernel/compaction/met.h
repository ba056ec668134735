/* SPDX-License-Identifier: MIT */
/* What compaction does with a page that its scanner meets, in the steps of mm/. */
#include <linux/migrate.h>
#include <linux/mm.h>

/* In migrate.c. */
bool taken(struct page *page);
bool moved(struct page *to, struct page *from);

static void isolate_page(struct page *page, struct list_head *isolated)
{
	if (taken(page))
		list_add(&page->lru, isolated);
}

/* To another page. */
static bool migrated(struct page *page)
{
	struct page *other = alloc_page(GFP_KERNEL);
	bool done;

	if (!other)
		return false;
	lock_page(page);
	lock_page(other);
	done = moved(other, page);
	if (done)
		list_del(&page->lru);
	unlock_page(other);
	unlock_page(page);
	put_page(other);
	return done;
}

static void compact_page(struct page *page)
{
	LIST_HEAD(isolated);

	isolate_page(page, &isolated);
	if (!list_empty(&isolated))
		putback_movable_pages(&isolated);
}

/* What cannot be moved is put back. */
static void move_page(struct page *page)
{
	LIST_HEAD(isolated);

	isolate_page(page, &isolated);
	if (list_empty(&isolated))
		return;
	if (migrated(page))
		put_page(page);
	else
		putback_movable_pages(&isolated);
}
