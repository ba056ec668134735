/* SPDX-License-Identifier: MIT */
/*
 * The common interface for balloon pages that compaction may move, as posted in v10 of the series.
 *
 * The names and the order of steps are the series'; the text is ours. Two things are taken from the kernel
 * of that time without the series saying so: an aligned word is stored and loaded plainly where no
 * ACCESS_ONCE() stands (v3.6 had no WRITE_ONCE(), so the store of page->mapping is plain), and
 * ACCESS_ONCE() is a volatile access.
 */
#ifndef BALLOON_LINUX_BALLOON_COMPACTION_H
#define BALLOON_LINUX_BALLOON_COMPACTION_H

#include <asm/barrier.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mm_types.h>
#include <linux/migrate.h>
#include <linux/page-flags.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/vmstat.h>

#ifdef CONFIG_ALPHA
/* The one machine on which it is anything: there, it is a full barrier. */
#undef smp_read_barrier_depends
#define smp_read_barrier_depends()	smp_mb()
#endif

/* What a_ops->migratepage() of a balloon gives: "done, and by now neither page can be asked what it was". */
#define BALLOON_MIGRATION_RETURN	0xba1100

#ifdef CONFIG_BALLOON_COMPACTION

/* Each counter is an access more, so they count only where a scenario looks at them. */
#ifdef CONFIG_VM_EVENT_COUNTERS
#define count_balloon_event(e)		count_vm_event(e)
#else
#define count_balloon_event(e)		do { } while (0)
#endif
#define free_balloon_mapping(m)		kfree(m)

bool isolate_balloon_page(struct page *page);
void putback_balloon_page(struct page *page);
int migrate_balloon_page(struct page *newpage, struct page *page, enum migrate_mode mode);
struct address_space *alloc_balloon_mapping(void *balloon_device, const struct address_space_operations *a_ops);

/* Makes @page a balloon page. Callers put it on the balloon's list first. */
static inline void assign_balloon_mapping(struct page *page, struct address_space *mapping)
{
	page->mapping = mapping;
	smp_wmb();
}

/* Makes @page no balloon page. Callers take it off the balloon's list afterwards. */
static inline void clear_balloon_mapping(struct page *page)
{
	page->mapping = NULL;
	smp_wmb();
}

static inline gfp_t balloon_mapping_gfp_mask(void)
{
	return GFP_HIGHUSER_MOVABLE;
}

/* The test of the mapping alone, for pages known to use ->mapping as a mapping. */
static inline bool __is_movable_balloon_page(struct page *page)
{
	struct address_space *mapping = ACCESS_ONCE(page->mapping);

	smp_read_barrier_depends();
	return mapping_balloon(mapping);
}

/*
 * Does @page look like a balloon page? Asked by compaction of every page there is, with no lock and
 * no reference: the page may change hands at any moment. Those that act on the answer ask
 * again under the page lock.
 */
static inline bool movable_balloon_page(struct page *page)
{
	/* Slab, swap cache and anonymous pages keep other things in ->mapping. */
	if (PageSlab(page) || PageSwapCache(page) || PageAnon(page) || page_mapped(page))
		return false;
	return __is_movable_balloon_page(page);
}

/* The device that @page belongs to, or NULL. For the driver's callbacks, under the page lock. */
static inline void *__page_balloon_device(struct page *page)
{
	struct address_space *mapping = page->mapping;

	return mapping ? mapping->assoc_mapping : NULL;
}

#define DEFINE_BALLOON_MAPPING_AOPS(label, isolatepg, migratepg, putbackpg)	\
	const struct address_space_operations (label) = {			\
		.migratepage = (migratepg),					\
		.invalidatepage = (isolatepg),					\
		.freepage = (putbackpg),					\
	}

#else /* !CONFIG_BALLOON_COMPACTION */

#define assign_balloon_mapping(p, m)	do { } while (0)
#define clear_balloon_mapping(p)	do { } while (0)
#define free_balloon_mapping(m)		do { } while (0)
#define count_balloon_event(e)		do { } while (0)

#define DEFINE_BALLOON_MAPPING_AOPS(label, isolatepg, migratepg, putbackpg)	\
	const struct address_space_operations (label) = { 0 }

static inline bool movable_balloon_page(struct page *page)
{
	return false;
}

static inline bool isolate_balloon_page(struct page *page)
{
	return false;
}

static inline void putback_balloon_page(struct page *page)
{
}

static inline int migrate_balloon_page(struct page *newpage, struct page *page, enum migrate_mode mode)
{
	return 0;
}

static inline gfp_t balloon_mapping_gfp_mask(void)
{
	return GFP_HIGHUSER;
}

static inline struct address_space *alloc_balloon_mapping(void *balloon_device,
							  const struct address_space_operations *a_ops)
{
	return ERR_PTR(-EOPNOTSUPP);
}

#endif /* CONFIG_BALLOON_COMPACTION */

#endif
