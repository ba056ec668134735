#include <linux/workqueue.h>

static struct work_struct work;

static void run(struct work_struct *item)
{
	(void)item;
}

int main(void)
{
	INIT_WORK(&work, run);
	schedule_work(&work);
	INIT_WORK(&work, run);
	flush_work(&work);
	return 0;
}
