#include <linux/slab.h>
#include <linux/workqueue.h>

struct job {
	struct work_struct work;
	int *count;
};

static int count;

static void run(struct work_struct *item)
{
	struct job *job = container_of(item, struct job, work);

	++*job->count;
	kfree(job);
}

int main(void)
{
	struct workqueue_struct *queue = alloc_workqueue("jobs", WQ_UNBOUND, 0);
	struct job *job = kmalloc(sizeof(*job), GFP_KERNEL);

	INIT_WORK(&job->work, run);
	job->count = &count;
	queue_work(queue, &job->work);
	destroy_workqueue(queue);
	BUG_ON(count != 1);
	return 0;
}
