/* Waiting for what is so already, for a time, and in steps. */
#include <linux/bug.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/wait.h>

static DECLARE_WAIT_QUEUE_HEAD(queue);
static wait_queue_head_t made;
static int ready = 1;

int main(void)
{
	DEFINE_WAIT(wait);
	long left;

	init_waitqueue_head(&made);
	wake_up(&made);
	wait_event(queue, ready);
	BUG_ON(wait_event_interruptible(queue, ready == 1));
	BUG_ON(wait_event_killable(queue, ready));
	BUG_ON(wait_event_timeout(queue, ready, 10) != 10);
	BUG_ON(wait_event_timeout(queue, ready, 0) != 1);
	left = wait_event_timeout(queue, !ready, 10);
	BUG_ON(left != 0);
	for (;;) {
		prepare_to_wait(&queue, &wait, TASK_INTERRUPTIBLE);
		if (ready)
			break;
		schedule();
	}
	finish_wait(&queue, &wait);
	schedule();
	set_current_state(TASK_INTERRUPTIBLE);
	BUG_ON(!wake_up_process(current));
	schedule();
	BUG_ON(kthread_should_stop() || signal_pending(current));
	return 0;
}
