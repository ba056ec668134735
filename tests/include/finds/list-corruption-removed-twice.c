#include <linux/list.h>
static LIST_HEAD(head);
static struct list_head entry;
int main(void)
{
	list_add(&entry, &head);
	list_del(&entry);
	list_del(&entry); /* here */
	return 0;
}
