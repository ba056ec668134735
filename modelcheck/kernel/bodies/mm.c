/* SPDX-License-Identifier: MIT */
/* What memory management counts, and what it tells: statistics of zones and nodes are not kept. */
#include <linux/mm.h>
#include <linux/vmstat.h>
#include <linux/version.h>

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

void mod_zone_page_state(struct zone *zone, enum zone_stat_item item, long delta)
{
}

void __mod_zone_page_state(struct zone *zone, enum zone_stat_item item, long delta)
{
}


#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
void dump_page(const struct page *page, const char *reason)
#else
void dump_page(struct page *page, const char *reason)
#endif
{
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 16, 0)
/* No slab's page and none of the swap cache is asked for its mapping. */
struct address_space *folio_mapping(struct folio *folio)
{
	struct address_space *mapping = folio->mapping;

	return (unsigned long)mapping & PAGE_MAPPING_FLAGS ? NULL : mapping;
}
#endif
