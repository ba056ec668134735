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
#define __mc_srcu_rest(domain) ((domain)->srcu_sup)
#else
#define __mc_srcu_rest(domain) (domain)
#endif
/* What only the tree's own bodies use: callbacks to come, readers that others may end, and all readers. */
#define __mc_srcu_pending(domain) (&__mc_srcu_rest(domain)->srcu_barrier_seq)
#define __mc_srcu_down(domain) (&__mc_srcu_rest(domain)->srcu_last_gp_end)
#define __mc_srcu_readers(domain) (&__mc_srcu_rest(domain)->srcu_barrier_cpu_cnt.counter)
/* Within the section: so a grace period says it to whoever waited for one. */
#define __mc_srcu_counts(domain, op, tags) \
	((void)(__mc_calls("cleanup_srcu_struct") && (__mc_rmw(__mc_srcu_readers(domain), 4, op, 1, "ONCE", tags), 1)))

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

/* The kernel warns, and leaves the memory behind, where readers are inside or callbacks still to come. */
void cleanup_srcu_struct(struct srcu_struct *domain)
{
	unsigned long pending = __mc_load(__mc_srcu_pending(domain), 8, "ACQUIRE");
	unsigned int readers = (unsigned int)__mc_load(__mc_srcu_readers(domain), 4, "ACQUIRE");

	__mc_assert(readers == 0, "warning", "cleanup_srcu_struct: a reader is still in a section");
	__mc_assert(pending == 0, "warning", "cleanup_srcu_struct: callbacks are still to come");
	if (readers || pending)
		return;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	kfree(domain->srcu_sup);
	domain->srcu_sup = NULL;
#endif
}

/* As <linux/srcu.h> of our own has it: 1 more where the thread that gets the cookie has to give it back. */
int __srcu_read_lock(struct srcu_struct *domain)
{
	int index;

	__mc_reads(__mc_srcu_word(domain));
	index = 1 + (int)__mc_load(__mc_srcu_word(domain), __mc_srcu_size(domain), "Srcu-lock,Own");
	__mc_srcu_counts(domain, "add", "ONCE");
	return index;
}

void __srcu_read_unlock(struct srcu_struct *domain, int index)
{
	__mc_assumes("cookies-are-kept");
	__mc_srcu_left(__mc_srcu_word(domain));
	__mc_assert(index == 1, "lock-misuse", "srcu_read_unlock() of what srcu_read_lock() has not given");
	__mc_srcu_counts(domain, "sub", "RELEASE");
	__mc_store(__mc_srcu_word(domain), __mc_srcu_size(domain), (unsigned int)(index - 1), "Srcu-unlock,Own");
}

#if MC_TREE_HANDS_SRCU_READERS_ON
int __mc_srcu_down_read(struct srcu_struct *domain)
{
	int index = (int)__mc_load(__mc_srcu_word(domain), __mc_srcu_size(domain), "Srcu-lock");
	unsigned long before = __mc_rmw(__mc_srcu_down(domain), 8, "add", 1, "ONCE", "ONCE");

	__mc_srcu_counts(domain, "add", "ONCE");
	return index + (before == -1UL);
}

void __mc_srcu_up_read(struct srcu_struct *domain, int index)
{
	__mc_assumes("cookies-are-kept");
	__mc_assert(index == 0, "lock-misuse", "srcu_up_read() of what srcu_down_read() has not given");
	__mc_assert(__mc_rmw(__mc_srcu_down(domain), 8, "sub", 1, "ONCE", "ONCE") != 0, "lock-misuse",
		    "srcu_up_read() without a section that srcu_down_read() has begun");
	__mc_srcu_counts(domain, "sub", "RELEASE");
	__mc_store(__mc_srcu_word(domain), __mc_srcu_size(domain), (unsigned int)index, "Srcu-unlock");
}
#endif

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
	unsigned long me = __mc_own_bit();

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
