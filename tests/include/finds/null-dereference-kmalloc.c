#define MC_FAIL_KMALLOC 1
#include <linux/slab.h>
int main(void)
{
	int *p = kzalloc(sizeof(*p), GFP_KERNEL);

	*p = 1; /* here */
	return 0;
}
