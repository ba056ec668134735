// SPDX-License-Identifier: MIT
/*
 * An object that others find through a pointer, and that lives as long as somebody has a reference. Who looks it up holds no
 * lock: RCU keeps the memory until the reference is taken, and the count says whether there is still something
 * to take. Whoever drops the last reference frees the object, after a grace period.
 */
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/slab.h>

struct object {
	refcount_t refs;
	int value;
	struct rcu_head rcu;
};

static struct object __rcu *published;

static void put_object(struct object *object)
{
	if (refcount_dec_and_test(&object->refs))
		kfree_rcu(object, rcu);
}

static struct object *get_object(void)
{
	struct object *object;

	rcu_read_lock();
	object = rcu_dereference(published);
	if (object && !refcount_inc_not_zero(&object->refs))
		object = NULL;
	rcu_read_unlock();
	return object;
}

/* One object, and the pointer's own reference to it. */
void publish(void)
{
	struct object *object = kzalloc(sizeof(*object), GFP_KERNEL);

	refcount_set(&object->refs, 1);
	object->value = 42;
	rcu_assign_pointer(published, object);
}

void look_up(void)
{
	struct object *object = get_object();
	int value;

	if (!object)
		return;
	value = object->value;
	put_object(object);
	BUG_ON(value != 42);
}

void remove(void)
{
	struct object *object = rcu_dereference_protected(published, 1);

	RCU_INIT_POINTER(published, NULL);
	put_object(object);
}
