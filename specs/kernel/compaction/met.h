/* SPDX-License-Identifier: MIT */
/* What compaction does with a page that its scanner meets, in the steps of mm/. */
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/version.h>

/* In migrate.c. */
int moved(struct page *to, struct page *from);

static bool isolated_one(struct page *page)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	return isolate_movable_page(page, ISOLATE_UNEVICTABLE);
#else
	return isolate_movable_page(page, ISOLATE_UNEVICTABLE) == 0;
#endif
}

static void isolate_page(struct page *page, struct list_head *isolated)
{
	if (__PageMovable(page) && isolated_one(page))
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
	done = moved(other, page) == MIGRATEPAGE_SUCCESS;
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
static void migrate_page(struct page *page)
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
