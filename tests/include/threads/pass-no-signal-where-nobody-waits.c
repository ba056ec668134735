#define MC_INTERRUPTIBLE 1
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/wait.h>

static DEFINE_MUTEX(mutex);
static DECLARE_RWSEM(rwsem);
static DEFINE_SEMAPHORE(semaphore);
static DECLARE_COMPLETION(done);
static DECLARE_WAIT_QUEUE_HEAD(queue);

int main(void)
{
	BUG_ON(mutex_lock_interruptible(&mutex));
	BUG_ON(down_write_killable(&rwsem));
	up_write(&rwsem);
	BUG_ON(down_read_interruptible(&rwsem));
	up_read(&rwsem);
	BUG_ON(down_interruptible(&semaphore));
	complete(&done);
	BUG_ON(wait_for_completion_interruptible(&done));
	complete(&done);
	BUG_ON(wait_for_completion_interruptible_timeout(&done, 10) != 10);
	BUG_ON(wait_event_interruptible_timeout(queue, 1, 10) != 10);
	mutex_unlock(&mutex);
	return 0;
}
