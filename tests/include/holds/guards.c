/* Locks and objects that their scope gives back, however it is left. */
#include <linux/bug.h>
#include <linux/cleanup.h>

static DEFINE_MUTEX(m);
static DEFINE_SPINLOCK(s);
DEFINE_FREE(count, int *, ++*_T)
static int left;

static int early(int how)
{
	guard(mutex)(&m);
	if (how)
		return mutex_is_locked(&m);
	return 2;
}

static int scoped(int how)
{
	scoped_guard(spinlock, &s) {
		if (how)
			return spin_is_locked(&s);
		left += spin_is_locked(&s);
	}
	return spin_is_locked(&s);
}

static void *keep(void)
{
	void *dropped __free(kfree) = kmalloc(8, GFP_KERNEL);
	void *kept __free(kfree) = kzalloc(8, GFP_KERNEL);

	return_ptr(kept);
}

int main(void)
{
	BUG_ON(early(1) != 1 || mutex_is_locked(&m) || early(0) != 2 || mutex_is_locked(&m));
	BUG_ON(scoped(1) != 1 || spin_is_locked(&s) || scoped(0) != 0 || left != 1);
	for (int i = 0; i < 2; i++) {
		int *p __free(count) = &left;

		if (i)
			break;
		BUG_ON(*p != 1);
	}
	BUG_ON(left != 3);
	kfree(keep());
	{
		guard(rcu)();
	}
	return 0;
}
