/* SPDX-License-Identifier: MIT */
/* What memory management counts, and what it tells: statistics of zones and nodes are not kept. */
#include <linux/mm.h>
#include <linux/vmstat.h>
#include <linux/version.h>

#ifdef PAGE_MAPPING_FLAGS
#define __MC_MAPPING_FLAGS PAGE_MAPPING_FLAGS
#else
#define __MC_MAPPING_FLAGS FOLIO_MAPPING_FLAGS
#endif

void adjust_managed_page_count(struct page *page, long count)
{
}

void mod_node_page_state(struct pglist_data *node, enum node_stat_item item, long delta)
{
}

void inc_node_page_state(struct page *page, enum node_stat_item item)
{
}

void dec_node_page_state(struct page *page, enum node_stat_item item)
{
}

void __mod_node_page_state(struct pglist_data *node, enum node_stat_item item, long delta)
{
}

#if MC_TREE_COUNTS_ZONES_BY_LONG
#define __mc_delta long
#else
#define __mc_delta int
#endif

void mod_zone_page_state(struct zone *zone, enum zone_stat_item item, __mc_delta delta)
{
}

void __mod_zone_page_state(struct zone *zone, enum zone_stat_item item, __mc_delta delta)
{
}

void inc_zone_page_state(struct page *page, enum zone_stat_item item)
{
}

void dec_zone_page_state(struct page *page, enum zone_stat_item item)
{
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
void dump_page(const struct page *page, const char *reason)
#else
void dump_page(struct page *page, const char *reason)
#endif
{
}

#if MC_TREE_HAS_FOLIOS
/* No slab's page and none of the swap cache is asked for its mapping. */
#if MC_TREE_MAPS_CONST_FOLIOS
struct address_space *folio_mapping(const struct folio *folio)
#else
struct address_space *folio_mapping(struct folio *folio)
#endif
{
	struct address_space *mapping = folio->mapping;

	return (unsigned long)mapping & __MC_MAPPING_FLAGS ? NULL : mapping;
}
#else
/* A movable page's flag is no part of its mapping. */
struct address_space *page_mapping(struct page *page)
{
	unsigned long mapping = (unsigned long)page->mapping;

	return mapping & PAGE_MAPPING_ANON ? NULL : (struct address_space *)(mapping & ~__MC_MAPPING_FLAGS);
}
#endif
