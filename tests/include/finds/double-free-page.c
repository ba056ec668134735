#include <linux/gfp.h>
int main(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	__free_page(page);
	__free_page(page); /* here */
	return 0;
}
