#include <linux/mm.h>
int main(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	page->mapping = (void *)4096;
	put_page(page); /* here */
	return 0;
}
