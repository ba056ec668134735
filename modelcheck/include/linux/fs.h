/* SPDX-License-Identifier: MIT */
/* Address spaces and the operations on their pages. */
#ifndef _LINUX_FS_H
#define _LINUX_FS_H

#include <linux/types.h>
#include <linux/spinlock.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/gfp_types.h>
#include <linux/migrate_mode.h>
#include <linux/mm_types.h>

struct file;
struct writeback_control;
struct kiocb;
struct backing_dev_info;

struct address_space;

struct address_space_operations {
	int (*writepage)(struct page *page, struct writeback_control *control);
	int (*readpage)(struct file *file, struct page *page);
	int (*writepages)(struct address_space *mapping, struct writeback_control *control);
	int (*set_page_dirty)(struct page *page);
	int (*readpages)(struct file *file, struct address_space *mapping, struct list_head *pages, unsigned int nr);
	void (*invalidatepage)(struct page *page, unsigned long offset);
	int (*releasepage)(struct page *page, gfp_t flags);
	void (*freepage)(struct page *page);
	int (*migratepage)(struct address_space *mapping, struct page *newpage, struct page *page, enum migrate_mode mode);
	bool (*isolate_page)(struct page *page, isolate_mode_t mode);
	void (*putback_page)(struct page *page);
	int (*launder_page)(struct page *page);
	int (*is_partially_uptodate)(struct page *page, void *descriptor, unsigned long from);
	int (*error_remove_page)(struct address_space *mapping, struct page *page);
};

struct address_space {
	struct inode *host;
	const struct address_space_operations *a_ops;
	unsigned long flags; /* AS_* bits; above them the gfp mask */
	unsigned long nrpages;
	spinlock_t tree_lock;
	spinlock_t private_lock;
	struct list_head private_list;
	struct address_space *assoc_mapping;
	void *private_data; /* took assoc_mapping's place in v3.8 */
	gfp_t gfp_mask;
	struct backing_dev_info *backing_dev_info;
};

struct inode {
	struct address_space *i_mapping;
	struct address_space i_data;
	unsigned long i_ino;
	atomic_t i_count;
	void *i_private;
};

/* Whoever allocates an address_space for himself calls this on it once. */
static inline void address_space_init_once(struct address_space *mapping)
{
	mapping->host = NULL;
	mapping->a_ops = NULL;
	mapping->flags = 0;
	mapping->nrpages = 0;
	mapping->assoc_mapping = NULL;
	mapping->private_data = NULL;
	mapping->gfp_mask = 0;
	mapping->backing_dev_info = NULL;
	spin_lock_init(&mapping->tree_lock);
	spin_lock_init(&mapping->private_lock);
	INIT_LIST_HEAD(&mapping->private_list);
}

#endif
