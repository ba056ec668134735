/* Pages: two of them, handed out, counted, locked, given back, handed out again. */
#include <linux/mm.h>
#include <linux/pagemap.h>

int main(void)
{
	struct page *one = alloc_page(GFP_KERNEL);
	struct page *two = alloc_page(GFP_HIGHUSER_MOVABLE);

	BUG_ON(!one || !two || one == two);
	BUG_ON(alloc_page(GFP_KERNEL));
	BUG_ON(page_count(one) != 1 || page_mapcount(one) != 0 || page_mapped(one) || one->mapping);
	BUG_ON(pfn_to_page(page_to_pfn(two)) != two || !pfn_valid(1) || pfn_valid(2));

	get_page(one);
	BUG_ON(!get_page_unless_zero(one) || page_count(one) != 3);
	put_page(one);
	put_page(one);
	put_page(one);
	BUG_ON(page_count(one) != 0 || get_page_unless_zero(one) || nr_free_pages() != 1);
	BUG_ON(alloc_page(GFP_KERNEL) != one || page_count(one) != 1);

	BUG_ON(!trylock_page(one) || trylock_page(one) || !PageLocked(one) || PageLocked(two));
	unlock_page(one);
	lock_page(one);
	unlock_page(one);
	BUG_ON(PageLocked(one));

	SetPageLRU(two);
	BUG_ON(!PageLRU(two) || PageSlab(two) || !TestClearPageLRU(two) || PageLRU(two) || TestSetPageActive(two));
	ClearPageActive(two);
	BUG_ON(two->flags);
	BUG_ON(PageAnon(two));
	two->mapping = (struct address_space *)((unsigned long)&main | PAGE_MAPPING_ANON);
	BUG_ON(!PageAnon(two) || page_mapping(two));
	__free_page(two);
	BUG_ON(two->mapping);
	__free_page(one);
	BUG_ON(nr_free_pages() != 2);
	return 0;
}
