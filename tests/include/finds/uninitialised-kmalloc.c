#include <linux/slab.h>
int main(void)
{
	int *p = kmalloc(sizeof(*p), GFP_KERNEL);

	if (*p) /* here */
		kfree(p);
	return 0;
}
