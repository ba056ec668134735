#include <linux/lockdep.h>
#include <linux/spinlock.h>
static DEFINE_SPINLOCK(lock);
int main(void)
{
	lockdep_assert_held(&lock); /* here */
	return 0;
}
