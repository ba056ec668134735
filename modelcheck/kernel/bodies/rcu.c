/* SPDX-License-Identifier: MIT */
/*
 * RCU: a reader's section is between two markers, and synchronize_rcu() waits for the sections that it may not overlap.
 * call_rcu() starts a thread that waits for a grace period and then calls. Grace periods asked for by number and the
 * flavours of tasks are not there.
 */
#include <linux/rcupdate.h>
#include <linux/rcupdate_wait.h>
#include <linux/slab.h>
#include <linux/mm.h>
#include <linux/version.h>
#include <mc/region.h>

#ifdef CONFIG_PREEMPT_RCU
void __rcu_read_lock(void)
{
	__mc_fence("Rcu-lock");
}

void __rcu_read_unlock(void)
{
	__mc_fence("Rcu-unlock");
}
#endif

void synchronize_rcu(void)
{
#if !MC_RCU_FLAVORS
	__mc_assumes("grace-periods-since-5.0");
#endif
	__mc_fence("Sync-rcu");
}

void synchronize_rcu_expedited(void)
{
	synchronize_rcu();
}

void synchronize_net(void)
{
	synchronize_rcu();
}

/* Callbacks asked for and not yet run, a bit each by the number of its thread. */
static unsigned long __mc_rcu_pending;

static void __mc_rcu_asked(unsigned long thread)
{
	__mc_rmw(&__mc_rcu_pending, 8, "or", 1UL << thread, "ONCE", "ONCE");
}

/* A callback's thread, up to the end of its grace period. */
static void __mc_rcu_waits(void)
{
	__mc_await(&__mc_rcu_pending, 8, "set", __mc_own_bit(), "ONCE");
	synchronize_rcu();
}

static void __mc_rcu_ran(void)
{
	__mc_rmw(&__mc_rcu_pending, 8, "andnot", __mc_own_bit(), "ONCE", "RELEASE");
}

static void *__mc_rcu_callback(void *argument)
{
	struct rcu_head *head = argument;

	__mc_rcu_waits();
	head->func(head);
	__mc_rcu_ran();
	return NULL;
}

void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	__mc_assumes("callbacks-run-apart");
	head->func = func;
	__mc_rcu_asked(__mc_spawn(__mc_rcu_callback, head));
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0) && defined(CONFIG_RCU_LAZY)
void call_rcu_hurry(struct rcu_head *head, rcu_callback_t func)
{
	call_rcu(head, func);
}
#endif

/* What kfree_rcu() frees: since v5.9 what kvfree() does, before what kfree() did. */
static void *__mc_rcu_free(void *object)
{
	__mc_rcu_waits();
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 9, 0)
	kvfree(object);
#else
	kfree(object);
#endif
	__mc_rcu_ran();
	return NULL;
}

static void __mc_kfree_rcu(void *object)
{
	__mc_assumes("callbacks-run-apart");
	__mc_rcu_asked(__mc_spawn(__mc_rcu_free, object));
}

/* Without a head it may sleep, and the caller waits for the grace period. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#if MC_TREE_HAS_A_HEAD_FOR_KVFREE_RCU
void kvfree_call_rcu(struct kvfree_rcu_head *head, void *object)
#else
void kvfree_call_rcu(struct rcu_head *head, void *object)
#endif
{
	if (head) {
		__mc_kfree_rcu(object);
		return;
	}
	synchronize_rcu();
	kvfree(object);
}
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(5, 9, 0)
void kvfree_call_rcu(struct rcu_head *head, rcu_callback_t offset)
{
	if (head) {
		__mc_kfree_rcu((char *)head - (unsigned long)offset);
		return;
	}
	synchronize_rcu();
	kvfree((void *)offset);
}
#else
void kfree_call_rcu(struct rcu_head *head, rcu_callback_t offset)
{
	__mc_kfree_rcu((char *)head - (unsigned long)offset);
}
#endif

/* For those that there are when it is called: not for what a callback asks for meanwhile. */
void rcu_barrier(void)
{
	unsigned long before = __mc_load(&__mc_rcu_pending, 8, "ONCE");

	__mc_await(&__mc_rcu_pending, 8, "clear", before, "ACQUIRE");
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
void kvfree_rcu_barrier(void)
{
	rcu_barrier();
}
#endif

void wakeme_after_rcu(struct rcu_head *head)
{
	complete(&container_of(head, struct rcu_synchronize, head)->completion);
}

bool rcu_is_watching(void)
{
	return true;
}
