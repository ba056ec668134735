#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/semaphore.h>
#include <linux/wait.h>

static DECLARE_COMPLETION(done);
static DEFINE_SEMAPHORE(one);
static DECLARE_WAIT_QUEUE_HEAD(queue);

int main(void)
{
	complete(&done);
	BUG_ON(wait_for_completion_timeout(&done, 10) != 10);
	BUG_ON(wait_for_completion_timeout(&done, 10));
	BUG_ON(down_timeout(&one, 10));
	BUG_ON(!down_timeout(&one, 10));
	BUG_ON(wait_event_interruptible_timeout(queue, 1, 10) != 10);
	return 0;
}
