#include <linux/spinlock.h>
static DEFINE_RWLOCK(lock);
int main(void)
{
	write_lock(&lock);
	read_unlock(&lock); /* here */
	return 0;
}
