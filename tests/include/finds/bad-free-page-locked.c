#include <linux/pagemap.h>
int main(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	lock_page(page);
	put_page(page); /* here */
	return 0;
}
