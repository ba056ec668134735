#include <linux/mm.h>
#include "run.h"

static void begin(void)
{
}

static void end(void)
{
}

static void *either(void *unused)
{
	struct page *page = alloc_page(GFP_KERNEL);

	BUG_ON(!page);
	get_page(page);
	put_page(page);

	return unused;
}

THREADS(either, either)
