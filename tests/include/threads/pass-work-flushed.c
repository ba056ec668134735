#include <linux/workqueue.h>

static int count;

static void run(struct work_struct *item)
{
	count += item != NULL;
}

static DECLARE_WORK(work, run);

int main(void)
{
	BUG_ON(!schedule_work(&work));
	flush_work(&work);
	BUG_ON(count != 1 || work_pending(&work));
	return 0;
}
