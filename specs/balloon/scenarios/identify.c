// SPDX-License-Identifier: MIT
/*
 * Rows 3, 4 and 5: compaction takes a page for a balloon page that is none, not yet one, or no more one.
 */
#include <asm/barrier.h>
#include <linux/balloon_compaction.h>
#include <linux/list.h>

#include "owners.h"
#include "world.h"

/* Row 3. There is no device yet. */
void no_device(void)
{
	INIT_LIST_HEAD(&cc.migratepages);
}

/* One thread makes the device and inflates the balloon by a page, with nothing between. */
void probe_and_inflate(void)
{
	int err;

	vb = virtballoon_probe(&err);
	fill_balloon(vb, 1);
}

/* As the driver does it: probe wakes the device's own thread, which inflates. A wake-up is a full barrier. */
void probe_wake_inflate(void)
{
	int err;

	vb = virtballoon_probe(&err);
	smp_mb();
	fill_balloon(vb, 1);
}

/* Row 4. Two pages are the balloon's; the first one is isolated. */
void first_isolated_second_ballooned(void)
{
	world_init(2);
	isolate_migratepage(&cc, page_to_pfn(FIRST));
}

/* Compaction moves the first page, which it has isolated, if there is a free one to move it to; else it keeps it. */
void try_to_move_first(void)
{
	unmap_and_move(FIRST, MIGRATE_SYNC);
}

/* A second compacting thread comes by the second page. */
void compact_second_too(void)
{
	isolate_migratepage(&compactors[NR_COMPACTORS - 1], 1);
}

/* The device's thread gives a page back and takes one again. */
void deflate_and_inflate(void)
{
	leak_balloon_round(vb, 1);
	fill_balloon(vb, 1);
}

static struct inode *file;

/* A page on the balloon's list, and a file with nothing cached. */
void first_ballooned_and_file(void)
{
	world_init(1);
	file = new_file();
}

static void use_file(void)
{
	struct page *page = read_file_page(file);

	if (page)
		truncate_file_page(page);
}

/* The balloon gives a page back, and a file gets it, for a while. */
void deflate_then_file(void)
{
	leak_balloon_round(vb, 1);
	use_file();
}

/* Row 5: the same with anonymous memory, and with a slab. */
static void use_anon(void)
{
	struct page *page = fault_anon();

	if (page) {
		unmap_anon(page);
		free_anon(page);
	}
}

static void use_slab(void)
{
	struct page *page = new_slab();

	if (page)
		free_slab(page);
}

void deflate_then_anon(void)
{
	leak_balloon_round(vb, 1);
	use_anon();
}

void deflate_then_slab(void)
{
	leak_balloon_round(vb, 1);
	use_slab();
}

/* A page that was never a balloon's comes into use and goes. */
void anon_comes_and_goes(void)
{
	use_anon();
}

void slab_comes_and_goes(void)
{
	use_slab();
}

/* Pages that stay what they are; each is one test's: an anonymous one, a slab, one in the swap cache, a mapped one of a file. */
static struct page *anon, *slab, *swapped, *mapped;

void all_in_use(void)
{
	world_init(0);
	anon = fault_anon();
	slab = new_slab();
	/* In the swap cache, and no process maps it any more; it is anonymous all the same. */
	swapped = fault_anon();
	SetPageSwapCache(swapped);
	unmap_anon(swapped);
	file = new_file();
	mapped = read_file_page(file);
	atomic_inc(&mapped->_mapcount);
}

/* What users do to their pages without giving them away: unmapping, locking, mapping again. */
void users_go_on(void)
{
	unmap_anon(anon);
	lock_page(swapped);
	atomic_inc(&swapped->_mapcount);
	unlock_page(swapped);
	atomic_dec(&mapped->_mapcount);
}

void compact_all(void)
{
	isolate_migratepages_range(&cc, 0, MC_NR_PAGES);
}

/* They are in use still, and nobody else has a reference. */
void all_still_in_use(void)
{
	unsigned int i;

	for (i = 0; i < MC_NR_PAGES; i++)
		__mc_assert(page_count(&mem_map[i]) == 1 && !PageLocked(&mem_map[i]), "misidentified",
			    "compaction has kept a reference or the lock of somebody else's page");
}

/* A page of a file is cached, and no process maps it. */
void file_cached(void)
{
	world_init(0);
	file = new_file();
	mapped = read_file_page(file);
}

/* The file is truncated and its inode goes. */
void file_goes(void)
{
	truncate_file_page(mapped);
	evict_file(file);
}
