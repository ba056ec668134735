// SPDX-License-Identifier: MIT
/*
 * Other users of pages: anonymous memory, slabs, files.
 */
#include <linux/gfp.h>
#include <linux/pagemap.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "owners.h"

#if PLAIN_FLAGS
#define set_fresh_flag(nr, page)	__set_bit(nr, &(page)->flags)
#define clear_last_flag(nr, page)	__clear_bit(nr, &(page)->flags)
#define lock_fresh_page(page)		__set_page_locked(page)
#else
#define set_fresh_flag(nr, page)	set_bit(nr, &(page)->flags)
#define clear_last_flag(nr, page)	clear_bit(nr, &(page)->flags)
#define lock_fresh_page(page)		lock_page(page)
#endif

/* What ->mapping of an anonymous page leads to, with the low bit set. Nothing like an address_space. */
struct anon_vma {
	struct anon_vma *root;
	struct mutex mutex;
	atomic_t refcount;
	struct list_head head;
};

static struct anon_vma anon_vma = { .root = &anon_vma, .refcount = { 1 }, .head = LIST_HEAD_INIT(anon_vma.head) };

struct page *fault_anon(void)
{
	struct page *page = alloc_page(GFP_HIGHUSER_MOVABLE);

	if (!page)
		return NULL;
	set_fresh_flag(PG_uptodate, page);
	atomic_set(&page->_mapcount, 0);
	page->mapping = (struct address_space *)((unsigned long)&anon_vma + PAGE_MAPPING_ANON);
	return page;
}

void unmap_anon(struct page *page)
{
	atomic_dec(&page->_mapcount);
}

/* ->mapping stays until the allocator wipes it. */
void free_anon(struct page *page)
{
	clear_bit(PG_uptodate, &page->flags);
	__free_page(page);
}

/* One of the objects in the slab page: whoever uses it writes what he likes. */
static unsigned long first_object[2] = { ~0UL, ~0UL };

struct page *new_slab(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		return NULL;
	set_fresh_flag(PG_slab, page);
#if SLAB_USES_MAPPING
	page->mapping = (struct address_space *)first_object;
#endif
	return page;
}

void free_slab(struct page *page)
{
	clear_last_flag(PG_slab, page);
#if SLAB_USES_MAPPING
	page->mapping = NULL;
#endif
	__free_page(page);
}

/* a_ops->invalidatepage of a file system. Nobody in any scenario asks a file for it, so whoever does takes the page for a balloon's. */
static void file_invalidatepage(struct page *page, unsigned long offset)
{
	__mc_assert(0, "misidentified", "a page of a file is isolated as a balloon page");
}

static const struct address_space_operations file_aops = { .invalidatepage = file_invalidatepage };

struct inode *new_file(void)
{
	struct inode *inode = kmalloc(sizeof(*inode), GFP_KERNEL);

	address_space_init_once(&inode->i_data);
	inode->i_data.a_ops = &file_aops;
	inode->i_data.host = inode;
	return inode;
}

struct page *read_file_page(struct inode *inode)
{
	struct page *page = alloc_page(GFP_HIGHUSER_MOVABLE);

	if (!page)
		return NULL;
	/* The page cache keeps the reference. */
	lock_fresh_page(page);
	page->mapping = &inode->i_data;
	unlock_page(page);
	return page;
}

void truncate_file_page(struct page *page)
{
	lock_page(page);
#if FILE_WIPE_ONCE
	ACCESS_ONCE(page->mapping) = NULL;
#else
	page->mapping = NULL;
#endif
	unlock_page(page);
	put_page(page);
}

/* call_rcu() in the kernel: that the caller waits here instead changes nothing, since it does nothing else afterwards. */
void evict_file(struct inode *inode)
{
	synchronize_rcu();
	kfree(inode);
}
