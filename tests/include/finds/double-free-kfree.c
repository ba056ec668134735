#include <linux/slab.h>
int main(void)
{
	int *p = kmalloc(sizeof(*p), GFP_KERNEL);

	kfree(p);
	kfree(p); /* here */
	return 0;
}
