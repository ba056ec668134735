/* Error pointers, and the small change of kernel.h. */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#define CONFIG_ON 1

struct outer {
	int before;
	int member;
};

static int evaluated;

static int touch(int value)
{
	evaluated++;
	return value;
}

int main(void)
{
	struct outer outer;
	void *p = ERR_PTR(-ENOMEM);
	int a = 3, b = -2;
	u32 flags;

	BUG_ON(!IS_ERR(p) || PTR_ERR(p) != -12 || IS_ERR(&a) || IS_ERR(NULL) || !IS_ERR_OR_NULL(NULL));
	BUG_ON(ERR_CAST(p) != p || PTR_ERR_OR_ZERO(p) != -ENOMEM || PTR_ERR_OR_ZERO(&a) != 0);
	BUG_ON(IS_ERR((void *)-4096L) || !IS_ERR((void *)-4095L));
	BUG_ON(!IS_ERR_VALUE(-EINVAL + 0L));
	BUG_ON(container_of(&outer.member, struct outer, member) != &outer);
	BUG_ON(min(a, b) != -2 || max(a, b) != 3 || min_t(unsigned int, a, b) != 3 || clamp(7, 1, 5) != 5);
	swap(a, b);
	BUG_ON(a != -2 || b != 3 || abs(a) != 2);
	BUG_ON(ALIGN(13, 8) != 16 || roundup(13, 5) != 15 || DIV_ROUND_UP(13, 5) != 3 || !IS_ALIGNED(16, 8));
	BUG_ON(!IS_ENABLED(CONFIG_ON) || IS_ENABLED(CONFIG_OFF));
	BUG_ON(ARRAY_SIZE(((int[]){ 1, 2, 3 })) != 3);
	BUG_ON(U32_MAX != 4294967295U || S8_MIN != -128);
	BUILD_BUG_ON(sizeof(u64) != 8);
	printk(KERN_INFO "%d %d\n", touch(1), touch(2));
	BUG_ON(evaluated != 2);
	BUG_ON(WARN_ON(0) || WARN_ONCE(!a, "text %d", touch(3)) || evaluated != 2);
	WARN_ON(!a);
	flags = READ_ONCE(evaluated);
	WRITE_ONCE(evaluated, flags + 1);
	BUG_ON(likely(ACCESS_ONCE(evaluated)) != 1 || unlikely(evaluated == 2));
	might_sleep();
	return 0;
}
