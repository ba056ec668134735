#define MC_FAIL_ALLOC_PAGE 1
#include <linux/mm.h>
int main(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	page->private = 1; /* here */
	return 0;
}
