/* drain_workqueue() waits too for what the items that it waits for queue. */
#include <linux/slab.h>
#include <linux/workqueue.h>

static struct workqueue_struct *queue;
static struct work_struct first, second;
static int *value;

static void run_second(struct work_struct *item)
{
	(void)item;
	*value = 1;
}

static void run_first(struct work_struct *item)
{
	(void)item;
	queue_work(queue, &second);
}

int main(void)
{
	queue = alloc_workqueue("queue", 0, 0);
	value = kmalloc(sizeof(*value), GFP_KERNEL);
	INIT_WORK(&first, run_first);
	INIT_WORK(&second, run_second);
	queue_work(queue, &first);
	drain_workqueue(queue);
	kfree(value);
	destroy_workqueue(queue);
	return 0;
}
