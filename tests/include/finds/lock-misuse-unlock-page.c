#include <linux/pagemap.h>
int main(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	unlock_page(page); /* here */
	return 0;
}
