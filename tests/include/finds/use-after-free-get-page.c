#include <linux/mm.h>
int main(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	put_page(page);
	get_page(page); /* here */
	return 0;
}
