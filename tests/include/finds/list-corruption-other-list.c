#include <linux/list.h>
static LIST_HEAD(one);
static LIST_HEAD(two);
static struct list_head entry, other;
int main(void)
{
	list_add(&entry, &one);
	list_add(&entry, &two);
	list_add_tail(&other, &one); /* here */
	return 0;
}
