#include <linux/workqueue.h>

static int count;

/* Plain, and right without a lock. */
static void run(struct work_struct *item)
{
	count += item != NULL;
}

static DECLARE_WORK(work, run);

int main(void)
{
	bool first = schedule_work(&work);
	bool second = schedule_work(&work);

	flush_work(&work);
	BUG_ON(!first || count != 1 + second);
	return 0;
}
