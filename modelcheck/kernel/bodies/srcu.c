/* SPDX-License-Identifier: MIT */
/*
 * Sleepable RCU: a reader reads what stays as it is in the domain, and writes it back; the memory model knows both, and the
 * grace periods of the domain. Grace periods asked for by number are not there, nor are fast readers.
 */
#include <linux/srcu.h>
#include <linux/slab.h>
#include <linux/version.h>
#include <mc/readers.h>

#if defined(CONFIG_TREE_SRCU) && LINUX_VERSION_CODE >= KERNEL_VERSION(4, 12, 0)
#if MC_TREE_HAS_AN_INDEX_OF_SRCU
#define __mc_srcu_word(domain) (&(domain)->srcu_idx)
#define __mc_srcu_size(domain) sizeof((domain)->srcu_idx)
#else
#define __mc_srcu_word(domain) (&(domain)->srcu_reader_flavor)
#define __mc_srcu_size(domain) sizeof((domain)->srcu_reader_flavor)
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define __mc_srcu_pending(domain) (&(domain)->srcu_sup->srcu_barrier_seq)
#else
#define __mc_srcu_pending(domain) (&(domain)->srcu_barrier_seq)
#endif

#ifdef init_srcu_struct
int init_srcu_struct_generic(struct srcu_struct *domain)
#else
int init_srcu_struct(struct srcu_struct *domain)
#endif
{
	memset(domain, 0, sizeof(*domain));
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	domain->srcu_sup = kzalloc(sizeof(*domain->srcu_sup), GFP_KERNEL);
	if (!domain->srcu_sup)
		return -ENOMEM;
	domain->srcu_sup->sda_is_static = false;
#endif
	return 0;
}

/* The kernel warns, and leaves the memory behind, where callbacks are still to come. */
void cleanup_srcu_struct(struct srcu_struct *domain)
{
	__mc_assert(__mc_load(__mc_srcu_pending(domain), 8, "ACQUIRE") == 0, "warning",
		    "cleanup_srcu_struct: callbacks are still to come");
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	kfree(domain->srcu_sup);
	domain->srcu_sup = NULL;
#endif
}

/* What srcu_down_read() begins, which comes here too, may end in another context. */
#define __mc_srcu_kept() (!__mc_calls("srcu_down_read"))

int __srcu_read_lock(struct srcu_struct *domain)
{
	if (__mc_srcu_kept())
		__mc_reads(__mc_srcu_word(domain));
	return (int)__mc_load(__mc_srcu_word(domain), __mc_srcu_size(domain), "Srcu-lock");
}

void __srcu_read_unlock(struct srcu_struct *domain, int index)
{
	if (__mc_srcu_kept())
		__mc_srcu_left(__mc_srcu_word(domain));
	__mc_store(__mc_srcu_word(domain), __mc_srcu_size(domain), (unsigned int)index, "Srcu-unlock");
}

void synchronize_srcu(struct srcu_struct *domain)
{
	__mc_fence_at("Sync-srcu", __mc_srcu_word(domain));
}

void synchronize_srcu_expedited(struct srcu_struct *domain)
{
	synchronize_srcu(domain);
}

/* A thread that waits for a grace period of the domain, which the head's other member keeps, and then calls. */
static void *__mc_srcu_callback(void *argument)
{
	struct rcu_head *head = argument;
	struct srcu_struct *domain = (struct srcu_struct *)head->next;
	unsigned long me = 1UL << __mc_self();

	__mc_await(__mc_srcu_pending(domain), 8, "set", me, "ONCE");
	synchronize_srcu(domain);
	head->func(head);
	__mc_rmw(__mc_srcu_pending(domain), 8, "andnot", me, "ONCE", "RELEASE");
	return NULL;
}

void call_srcu(struct srcu_struct *domain, struct rcu_head *head, rcu_callback_t func)
{
	__mc_assumes("callbacks-run-apart");
	head->func = func;
	head->next = (struct rcu_head *)domain;
	__mc_rmw(__mc_srcu_pending(domain), 8, "or", 1UL << __mc_spawn(__mc_srcu_callback, head), "ONCE", "ONCE");
}

/* For those that there are when it is called. */
void srcu_barrier(struct srcu_struct *domain)
{
	unsigned long before = __mc_load(__mc_srcu_pending(domain), 8, "ONCE");

	__mc_await(__mc_srcu_pending(domain), 8, "clear", before, "ACQUIRE");
}
#endif
