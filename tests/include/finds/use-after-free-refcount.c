#include <linux/refcount.h>
static refcount_t r = REFCOUNT_INIT(1);
int main(void)
{
	if (refcount_dec_and_test(&r))
		refcount_inc(&r); /* here */
	return 0;
}
