#include <linux/slab.h>
int main(void)
{
	char *nothing = kmalloc(0, GFP_KERNEL);
	*nothing = 1; /* here */
	kfree(nothing);
	return 0;
}
