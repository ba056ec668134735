/* SPDX-License-Identifier: MIT */
/* Something that is freed when the last reference is dropped, and a user who takes one as long as it is live. */
#include <linux/percpu-refcount.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <mc/check.h>

struct thing {
	int value;
};

static struct percpu_ref ref;
static struct thing *thing;
static int released;

#ifdef NO_GRACE_PERIOD
void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	func(head);
}
#endif

static void release(struct percpu_ref *dead)
{
	released++;
	kfree(thing);
}

static void live(void)
{
	int failed = percpu_ref_init(&ref, release, 0, GFP_KERNEL);

	MC_ASSERT("assertion", !failed, "there is memory");
	thing = kmalloc(sizeof(*thing), GFP_KERNEL);
	thing->value = 1;
}

static void live_for_long(void)
{
	int failed = percpu_ref_init(&ref, release, PERCPU_REF_ALLOW_REINIT, GFP_KERNEL);

	MC_ASSERT("assertion", !failed, "there is memory");
	thing = kmalloc(sizeof(*thing), GFP_KERNEL);
	thing->value = 1;
}

static void use(void)
{
	if (!percpu_ref_tryget_live(&ref))
		return;
	MC_ASSERT("assertion", thing->value == 1, "it is there while one has a reference");
	percpu_ref_put(&ref);
}

static void kill(void)
{
	percpu_ref_kill(&ref);
}

static void switch_over(void)
{
	percpu_ref_switch_to_atomic_sync(&ref);
}

static void released_once(void)
{
	rcu_barrier();
	MC_ASSERT("assertion", released == 1, "it is released, and once");
	MC_ASSERT("assertion", percpu_ref_is_zero(&ref), "no reference is left");
	percpu_ref_exit(&ref);
}

static void killed_at_last(void)
{
	rcu_barrier();
	MC_ASSERT("assertion", !released && !percpu_ref_is_zero(&ref), "the first reference is there until it is dropped");
	percpu_ref_kill(&ref);
	released_once();
}
