/* SPDX-License-Identifier: MIT */
/*
 * The rest of the system, as far as pages change hands: what each kind of user does to a page fresh from the
 * allocator, and before it gives the page back. The order of the stores is that of v3.6.
 */
#ifndef BALLOON_SCENARIOS_OWNERS_H
#define BALLOON_SCENARIOS_OWNERS_H

#include <linux/fs.h>
#include <linux/mm.h>

/*
 * 1, as in v3.6: who has just allocated a page sets its flags by plain reads and writes (__SetPageUptodate(),
 * __set_page_locked(), __SetPageSlab()), since "nobody else can know it". 0: by atomic operations and lock_page().
 */
#ifndef PLAIN_FLAGS
#define PLAIN_FLAGS	1
#endif

/*
 * 1: a slab page keeps its first object's address in ->mapping, as the series takes for granted (SLAB did so from v3.13
 * on). 0: it leaves ->mapping alone.
 */
#ifndef SLAB_USES_MAPPING
#define SLAB_USES_MAPPING	1
#endif

/* 1: the page cache wipes ->mapping with ACCESS_ONCE(). It never did. */
#ifndef FILE_WIPE_ONCE
#define FILE_WIPE_ONCE	0
#endif

/* All of these give NULL when no page is free. */

/* A fault of a process: an anonymous page, mapped once. */
struct page *fault_anon(void);
void unmap_anon(struct page *page);
void free_anon(struct page *page);

/* A page full of objects. */
struct page *new_slab(void);
void free_slab(struct page *page);

/* A file with nothing cached. Its inode goes after a grace period, as inodes do. */
struct inode *new_file(void);
/* A page of a file, not yet on an LRU list (that happens in batches). */
struct page *read_file_page(struct inode *inode);
void truncate_file_page(struct page *page);
void evict_file(struct inode *inode);

#endif
