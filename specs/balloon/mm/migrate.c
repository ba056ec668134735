// SPDX-License-Identifier: MIT
/*
 * Migration: each isolated page is moved to a page fresh from the allocator, or put back.
 *
 * Of all pages only those of a balloon are moved here. Any other page is one that could not be moved this
 * time (-EAGAIN), which migration must cope with for any page.
 */
#include <linux/balloon_compaction.h>
#include <linux/migrate.h>

/* As often as migrate_pages() tries a page; 10 in the kernel. */
#ifndef MIGRATE_PASSES
#define MIGRATE_PASSES	1
#endif

static int __unmap_and_move(struct page *page, struct page *newpage, enum migrate_mode mode)
{
	int rc = -EAGAIN;

	lock_page(page);
	if (movable_balloon_page(page))
		rc = migrate_balloon_page(newpage, page, mode);
	unlock_page(page);
	return rc;
}

/* Move one isolated page; gives 0 or an error. -EAGAIN: it is still on the list of who isolated it. */
int unmap_and_move(struct page *page, enum migrate_mode mode)
{
	struct page *newpage = alloc_page(GFP_HIGHUSER_MOVABLE);
	int rc;

	if (!newpage)
		return -ENOMEM;

	rc = __unmap_and_move(page, newpage, mode);

	if (rc == BALLOON_MIGRATION_RETURN) {
		/* A balloon page was moved: the old one is ours alone and goes back to the allocator. */
		list_del(&page->lru);
		put_page(page);
		__free_page(page);
		count_balloon_event(COMPACTBALLOONRELEASED);
		return 0;
	}

	if (rc != -EAGAIN) {
		/* The page was moved or will never be: it leaves the list, isolation's reference goes. */
		list_del(&page->lru);
		putback_lru_page(page);
	}
	/* Into use, when the move gave it a user; otherwise this frees it. */
	putback_lru_page(newpage);
	return rc;
}

/* Move the pages on @from; gives how many could not be moved, or an error. What stays on the list is the caller's. */
int migrate_pages(struct list_head *from, enum migrate_mode mode)
{
	struct page *page, *next;
	int pass, rc;
	int retry = 1;
	int failed = 0;

	for (pass = 0; pass < MIGRATE_PASSES && retry; pass++) {
		retry = 0;
		list_for_each_entry_safe(page, next, from, lru) {
			rc = unmap_and_move(page, mode);
			if (rc == -ENOMEM)
				return rc;
			if (rc == -EAGAIN)
				retry++;
			else if (rc)
				failed++;
		}
	}
	return failed + retry;
}

/* Give back one page that was isolated and not moved. */
void putback_movable_page(struct page *page)
{
	list_del(&page->lru);
	if (movable_balloon_page(page))
		putback_balloon_page(page);
	else
		putback_lru_page(page);
}

void putback_movable_pages(struct list_head *isolated)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, isolated, lru)
		putback_movable_page(page);
}
