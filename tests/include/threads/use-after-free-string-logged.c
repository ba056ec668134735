#include <linux/printk.h>
#include <linux/slab.h>

int main(void)
{
	char *text = kzalloc(2, GFP_KERNEL);

	kfree(text);
	pr_info("it said %s\n", text);
	return 0;
}
