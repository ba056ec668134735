/* An address_space of one's own: operations, private data, flag bits beside the gfp mask. */
#include <linux/fs.h>
#include <linux/migrate.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/swap.h>

#define AS_BALLOON_MAP (__GFP_BITS_SHIFT + 6)

static void invalidate(struct page *page, unsigned long offset)
{
	page->private += 1 + offset;
}

static int migrate(struct address_space *mapping, struct page *newpage, struct page *page, enum migrate_mode mode)
{
	return mode == MIGRATE_SYNC && newpage != page && mapping == page->mapping;
}

static const struct address_space_operations ops = {
	.invalidatepage = invalidate,
	.migratepage = migrate,
};

int main(void)
{
	struct address_space *mapping = kmalloc(sizeof(*mapping), GFP_KERNEL);
	struct page *page = alloc_page(GFP_KERNEL);

	address_space_init_once(mapping);
	mapping_set_gfp_mask(mapping, GFP_HIGHUSER_MOVABLE);
	mapping->a_ops = &ops;
	mapping->private_data = &page;
	set_bit(AS_BALLOON_MAP, &mapping->flags);
	mapping_set_unevictable(mapping);
	BUG_ON(mapping_gfp_mask(mapping) != GFP_HIGHUSER_MOVABLE || !mapping_unevictable(mapping));
	mapping_clear_unevictable(mapping);
	BUG_ON(!test_bit(AS_BALLOON_MAP, &mapping->flags) || mapping_unevictable(mapping) || mapping_unevictable(NULL));
	page->mapping = mapping;
	page->mapping->a_ops->invalidatepage(page, 4);
	BUG_ON(page_private(page) != 5 || page_mapping(page) != mapping);
	BUG_ON(!page->mapping->a_ops->migratepage(mapping, NULL, page, MIGRATE_SYNC));
	page->mapping = NULL;
	put_page(page);
	kfree(mapping);
	count_vm_event(COMPACTBALLOONISOLATED);
	count_vm_events(COMPACTBALLOONISOLATED, 2);
	BUG_ON(mc_vm_event(COMPACTBALLOONISOLATED) != 3 || mc_vm_event(COMPACTFAIL) != 0);
	return 0;
}
