#include <linux/bug.h>
#include <linux/sched.h>

int main(void)
{
	set_current_state(TASK_INTERRUPTIBLE);
	BUG_ON(schedule_timeout(10) != 0); /* nobody wakes it */
	BUG_ON(schedule_timeout(10) > 10);
	return 0;
}
