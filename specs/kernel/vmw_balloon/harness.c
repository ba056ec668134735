/* SPDX-License-Identifier: MIT */
/* The driver of the tree with one page in its balloon, pages one by one, and compaction as mm/ has it. */
#include "drivers/misc/vmw_balloon.c"
#include <linux/migrate.h>
#include <linux/version.h>
#include <mc/check.h>

static void made(void)
{
	struct vmballoon *b = &balloon;

	balloon_devinfo_init(&b->b_dev_info);
	vmballoon_compaction_init(b);
	INIT_LIST_HEAD(&b->huge_pages);
	spin_lock_init(&b->comm_lock);
	init_rwsem(&b->conf_sem);
	b->max_page_size = VMW_BALLOON_4K_PAGE;
	b->batch_max_pages = 1;
	static_branch_disable(&vmw_balloon_batching);
}

static void filled(void)
{
	struct page *page;

	made();
	page = alloc_page(GFP_KERNEL);
	balloon_page_enqueue(&balloon.b_dev_info, page);
	atomic64_set(&balloon.size, 1);
}

static void deflate(void)
{
	down_read(&balloon.conf_sem);
	vmballoon_deflate(&balloon, 1, true);
	up_read(&balloon.conf_sem);
}

static bool isolated_one(struct page *page)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	return isolate_movable_page(page, ISOLATE_UNEVICTABLE);
#else
	return isolate_movable_page(page, ISOLATE_UNEVICTABLE) == 0;
#endif
}

/* The page that compaction's scanner meets. */
static void compact(void)
{
	struct page *page = pfn_to_page(0);
	LIST_HEAD(isolated);

	if (__PageMovable(page) && isolated_one(page)) {
		list_add(&page->lru, &isolated);
		putback_movable_pages(&isolated);
	}
}

int moved(struct page *to, struct page *from);

/* To another page, as compaction does; what cannot be moved is put back. */
static void migrate(void)
{
	struct page *page = pfn_to_page(0), *other;
	LIST_HEAD(isolated);

	if (!__PageMovable(page) || !isolated_one(page))
		return;
	list_add(&page->lru, &isolated);
	other = alloc_page(GFP_KERNEL);
	if (other) {
		lock_page(page);
		lock_page(other);
		if (moved(other, page) == MIGRATEPAGE_SUCCESS)
			list_del(&page->lru);
		unlock_page(other);
		unlock_page(page);
		put_page(other);
	}
	if (list_empty(&isolated))
		put_page(page);
	else
		putback_movable_pages(&isolated);
}

/* What is left in the balloon is counted, and is given back. */
static void empty(void)
{
	if (atomic64_read(&balloon.size)) {
		struct page *page = balloon_page_dequeue(&balloon.b_dev_info);

		mc_counter(page != NULL);
		put_page(page);
	}
	mc_list(list_empty(&balloon.b_dev_info.pages));
	mc_leak(page_count(pfn_to_page(0)), "the page is not given back");
	mc_leak(page_count(pfn_to_page(1)), "the page that it was moved to is not given back");
}
