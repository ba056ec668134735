#include <linux/slab.h>
#include <linux/workqueue.h>

static void run(struct work_struct *item)
{
	(void)item;
}

int main(void)
{
	struct work_struct *work = kmalloc(sizeof(*work), GFP_KERNEL);

	INIT_WORK(work, run);
	schedule_work(work);
	kfree(work);
	return 0;
}
