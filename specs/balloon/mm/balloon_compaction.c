// SPDX-License-Identifier: MIT
/*
 * Isolation, migration and putback of balloon pages: what stands between compaction and a balloon driver.
 */
#include <linux/balloon_compaction.h>
#include <linux/bug.h>
#include <linux/export.h>

#ifdef CONFIG_BALLOON_COMPACTION

/* The address space that marks the pages of @balloon_device; free it with free_balloon_mapping(). */
struct address_space *alloc_balloon_mapping(void *balloon_device, const struct address_space_operations *a_ops)
{
	struct address_space *mapping = kmalloc(sizeof(*mapping), GFP_KERNEL);

	if (!mapping)
		return ERR_PTR(-ENOMEM);

	address_space_init_once(mapping);
	mapping_set_balloon(mapping);
	mapping_set_gfp_mask(mapping, balloon_mapping_gfp_mask());
	mapping->a_ops = a_ops;
	/* The way back from a page to its device; there may be several devices. */
	mapping->assoc_mapping = balloon_device;
	return mapping;
}
EXPORT_SYMBOL_GPL(alloc_balloon_mapping);

static void __isolate_balloon_page(struct page *page)
{
	page->mapping->a_ops->invalidatepage(page, 0);
}

static void __putback_balloon_page(struct page *page)
{
	page->mapping->a_ops->freepage(page);
}

/*
 * Take @page, which looked like a balloon page a moment ago, away from its balloon. True: the caller has a
 * reference to it, and it is on no list.
 */
bool isolate_balloon_page(struct page *page)
{
	bool isolated = false;

	if (!get_page_unless_zero(page))
		return false;
	if (!trylock_page(page))
		goto put;
	/* Two references, the balloon's and ours: nobody else has isolated it. */
	if (__is_movable_balloon_page(page) && page_count(page) == 2) {
		__isolate_balloon_page(page);
		isolated = true;
	}
	unlock_page(page);
put:
	if (!isolated)
		put_page(page);
	return isolated;
}

/* Give an isolated page, already off the list of who isolated it, back to its balloon. */
void putback_balloon_page(struct page *page)
{
	lock_page(page);
	if (__is_movable_balloon_page(page)) {
		__putback_balloon_page(page);
		put_page(page);
	}
	unlock_page(page);
}

/* Put @newpage in the place of the isolated @page, which the caller has locked. */
int migrate_balloon_page(struct page *newpage, struct page *page, enum migrate_mode mode)
{
	struct address_space *mapping;
	int rc;

	/* Nobody else can know a page fresh from the allocator. */
	BUG_ON(!trylock_page(newpage));

	mapping = page->mapping;
	rc = mapping->a_ops->migratepage(mapping, newpage, page, mode);

	unlock_page(newpage);
	return rc;
}

#endif /* CONFIG_BALLOON_COMPACTION */
