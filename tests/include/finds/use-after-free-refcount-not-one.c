#include <linux/refcount.h>
#include <linux/spinlock.h>
static refcount_t r = REFCOUNT_INIT(0);
static DEFINE_SPINLOCK(lock);
int main(void)
{
	if (refcount_dec_and_lock(&r, &lock)) /* here */
		spin_unlock(&lock);
	return 0;
}
