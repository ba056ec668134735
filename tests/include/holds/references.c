/* Counted references: refcount_t and kref. */
#include <linux/bug.h>
#include <linux/kref.h>
#include <linux/slab.h>

struct thing {
	struct kref ref;
	int *freed;
};

static int freed;
static refcount_t r = REFCOUNT_INIT(1);

static void release(struct kref *ref)
{
	struct thing *thing = container_of(ref, struct thing, ref);

	++*thing->freed;
	kfree(thing);
}

int main(void)
{
	struct thing *thing = kzalloc(sizeof(*thing), GFP_KERNEL);

	thing->freed = &freed;
	kref_init(&thing->ref);
	kref_get(&thing->ref);
	BUG_ON(kref_read(&thing->ref) != 2 || !kref_get_unless_zero(&thing->ref));
	BUG_ON(kref_put(&thing->ref, release) || kref_put(&thing->ref, release) || freed);
	BUG_ON(!kref_put(&thing->ref, release) || freed != 1);
	refcount_inc(&r);
	refcount_add(2, &r);
	BUG_ON(refcount_sub_and_test(2, &r) || refcount_dec_not_one(&r) != 1 || refcount_dec_not_one(&r));
	BUG_ON(refcount_read(&r) != 1 || !refcount_inc_not_zero(&r));
	refcount_dec(&r);
	BUG_ON(!refcount_dec_and_test(&r) || refcount_inc_not_zero(&r) || refcount_read(&r));
	return 0;
}
