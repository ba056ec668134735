/* SPDX-License-Identifier: MIT */
/* VMware's driver of the tree, pages one by one. */
#include "drivers/misc/vmw_balloon.c"
#include <linux/version.h>
#include "inode.h"

void begin_list(void);
static struct inode vmware_inode;

static void vmware_made(void)
{
	struct vmballoon *b = &balloon;

	balloon_devinfo_init(&b->b_dev_info);
	b->b_dev_info.migratepage = vmballoon_migratepage;
	has_inode(&b->b_dev_info, &vmware_inode);
	begin_list();
	INIT_LIST_HEAD(&b->huge_pages);
	spin_lock_init(&b->comm_lock);
	init_rwsem(&b->conf_sem);
	b->max_page_size = VMW_BALLOON_4K_PAGE;
	b->batch_max_pages = 1;
	static_branch_disable(&vmw_balloon_batching);
}

/* With one page in it. */
static void vmware_filled(void)
{
	struct page *page;

	vmware_made();
	page = alloc_page(GFP_KERNEL);
	balloon_page_enqueue(&balloon.b_dev_info, page);
	atomic64_set(&balloon.size, 1);
}

static void vmware_deflate(void)
{
	down_read(&balloon.conf_sem);
	vmballoon_deflate(&balloon, 1, true);
	up_read(&balloon.conf_sem);
}

/* The last step of inflation, when the hypervisor has taken the page. */
static void vmware_inflate(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned int n = 1;
	LIST_HEAD(pages);

	list_add(&page->lru, &pages);
	down_read(&balloon.conf_sem);
	vmballoon_enqueue_page_list(&balloon, &pages, &n, VMW_BALLOON_4K_PAGE);
	atomic64_inc(&balloon.size);
	up_read(&balloon.conf_sem);
}

/* What is left in the balloon is counted, and is given back. */
static void vmware_emptied(void)
{
	while (atomic64_read(&balloon.size)) {
		struct page *page = balloon_page_dequeue(&balloon.b_dev_info);

		mc_counter(page != NULL);
		put_page(page);
		atomic64_dec(&balloon.size);
	}
	mc_list(list_empty(&balloon.b_dev_info.pages));
}
