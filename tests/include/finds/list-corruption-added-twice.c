#include <linux/list.h>
static LIST_HEAD(head);
static struct list_head entry;
int main(void)
{
	list_add(&entry, &head);
	list_add(&entry, &head); /* here */
	return 0;
}
