/* SPDX-License-Identifier: MIT */
/*
 * Wait queues: entries on the queue's list, under its lock; waking calls their functions, exclusive ones up to the number
 * asked for. Bookmarks, with which long queues are woken in parts, are not there. Simple queues likewise, each entry
 * exclusive.
 */
#include <linux/wait.h>
#include <linux/swait.h>
#include <linux/wait_bit.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/rcuwait.h>
#include <linux/version.h>

#if MC_TREE_HAS_CAREFUL_LISTS
#define __mc_leave_queue(entry) list_del_init_careful(entry)
#else
#define __mc_leave_queue(entry) list_del_init(entry)
#endif

/* Until 4.12 they had other names. */
#if !MC_TREE_HAS_ENTRIES_OF_WAIT_QUEUES
#define wait_queue_head __wait_queue_head
#define wait_queue_entry __wait_queue
#define head task_list
#define entry task_list
#define __add_wait_queue_entry_tail __add_wait_queue_tail
#endif

void __init_waitqueue_head(struct wait_queue_head *queue, const char *name, struct lock_class_key *key)
{
	spin_lock_init(&queue->lock);
	INIT_LIST_HEAD(&queue->head);
}

void add_wait_queue(struct wait_queue_head *queue, struct wait_queue_entry *entry)
{
	unsigned long flags;

	entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&queue->lock, flags);
	__add_wait_queue(queue, entry);
	spin_unlock_irqrestore(&queue->lock, flags);
}

void add_wait_queue_exclusive(struct wait_queue_head *queue, struct wait_queue_entry *entry)
{
	unsigned long flags;

	entry->flags |= WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&queue->lock, flags);
	__add_wait_queue_entry_tail(queue, entry);
	spin_unlock_irqrestore(&queue->lock, flags);
}

#ifdef WQ_FLAG_PRIORITY
void add_wait_queue_priority(struct wait_queue_head *queue, struct wait_queue_entry *entry)
{
	unsigned long flags;

	entry->flags |= WQ_FLAG_EXCLUSIVE | WQ_FLAG_PRIORITY;
	spin_lock_irqsave(&queue->lock, flags);
	__add_wait_queue(queue, entry);
	spin_unlock_irqrestore(&queue->lock, flags);
}
#endif

void remove_wait_queue(struct wait_queue_head *queue, struct wait_queue_entry *entry)
{
	unsigned long flags;

	spin_lock_irqsave(&queue->lock, flags);
	__remove_wait_queue(queue, entry);
	spin_unlock_irqrestore(&queue->lock, flags);
}

/* Gives how many exclusive ones were woken. */
static int __mc_wake_queue(struct wait_queue_head *queue, unsigned int mode, int nr, int flags, void *key)
{
	struct wait_queue_entry *entry, *next;
	int woken = 0;

	list_for_each_entry_safe(entry, next, &queue->head, entry) {
		unsigned int kind = entry->flags;
		int result = entry->func(entry, mode, flags, key);

		if (result < 0)
			break;
		if (result && (kind & WQ_FLAG_EXCLUSIVE) && ++woken == nr)
			break;
	}
	return woken;
}

static int __mc_wake_locking(struct wait_queue_head *queue, unsigned int mode, int nr, int flags, void *key)
{
	unsigned long saved;
	int woken;

	spin_lock_irqsave(&queue->lock, saved);
	woken = __mc_wake_queue(queue, mode, nr, flags, key);
	spin_unlock_irqrestore(&queue->lock, saved);
	return woken;
}

/* It gives a number since v6.3, and in later v6.1.y. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0) || \
	(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 16) && LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0))
int __wake_up(struct wait_queue_head *queue, unsigned int mode, int nr, void *key)
{
	return __mc_wake_locking(queue, mode, nr, 0, key);
}
#else
void __wake_up(struct wait_queue_head *queue, unsigned int mode, int nr, void *key)
{
	__mc_wake_locking(queue, mode, nr, 0, key);
}
#endif

void __wake_up_locked(struct wait_queue_head *queue, unsigned int mode, int nr)
{
	__mc_wake_queue(queue, mode, nr, 0, NULL);
}

void __wake_up_locked_key(struct wait_queue_head *queue, unsigned int mode, void *key)
{
	__mc_wake_queue(queue, mode, 1, 0, key);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 7, 0)
void __wake_up_sync_key(struct wait_queue_head *queue, unsigned int mode, void *key)
{
	__mc_wake_locking(queue, mode, 1, 0, key);
}

void __wake_up_sync(struct wait_queue_head *queue, unsigned int mode)
{
	__mc_wake_locking(queue, mode, 1, 0, NULL);
}

void __wake_up_locked_sync_key(struct wait_queue_head *queue, unsigned int mode, void *key)
{
	__mc_wake_queue(queue, mode, 1, 0, key);
}
#endif

int default_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	return wake_up_state(entry->private, mode);
}

int autoremove_wake_function(struct wait_queue_entry *entry, unsigned int mode, int sync, void *key)
{
	int result = default_wake_function(entry, mode, sync, key);

	if (result)
		__mc_leave_queue(&entry->entry);
	return result;
}

void init_wait_entry(struct wait_queue_entry *entry, int flags)
{
	entry->flags = flags;
	entry->private = current;
	entry->func = autoremove_wake_function;
	INIT_LIST_HEAD(&entry->entry);
}

void prepare_to_wait(struct wait_queue_head *queue, struct wait_queue_entry *entry, int state)
{
	unsigned long flags;

	entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&queue->lock, flags);
	if (list_empty(&entry->entry))
		__add_wait_queue(queue, entry);
	set_current_state(state);
	spin_unlock_irqrestore(&queue->lock, flags);
}

static bool __mc_prepare_exclusive(struct wait_queue_head *queue, struct wait_queue_entry *entry, int state)
{
	unsigned long flags;
	bool first = false;

	entry->flags |= WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&queue->lock, flags);
	if (list_empty(&entry->entry)) {
		first = list_empty(&queue->head);
		__add_wait_queue_entry_tail(queue, entry);
	}
	set_current_state(state);
	spin_unlock_irqrestore(&queue->lock, flags);
	return first;
}

#if MC_TREE_TELLS_THE_FIRST_EXCLUSIVE_WAITER
bool prepare_to_wait_exclusive(struct wait_queue_head *queue, struct wait_queue_entry *entry, int state)
{
	return __mc_prepare_exclusive(queue, entry, state);
}
#else
void prepare_to_wait_exclusive(struct wait_queue_head *queue, struct wait_queue_entry *entry, int state)
{
	__mc_prepare_exclusive(queue, entry, state);
}
#endif

/* Who goes because of a signal is off the queue before, so that no wake-up is spent on it. */
long prepare_to_wait_event(struct wait_queue_head *queue, struct wait_queue_entry *entry, int state)
{
	unsigned long flags;
	long result = 0;

#if !MC_TREE_MAKES_ENTRIES_OF_WAIT_QUEUES
	entry->private = current;
	entry->func = autoremove_wake_function;
#endif
	spin_lock_irqsave(&queue->lock, flags);
	if (state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL) && signal_pending_state(state, current)) {
		list_del_init(&entry->entry);
		result = -ERESTARTSYS;
	} else {
		if (list_empty(&entry->entry)) {
			if (entry->flags & WQ_FLAG_EXCLUSIVE)
				__add_wait_queue_entry_tail(queue, entry);
			else
				__add_wait_queue(queue, entry);
		}
		set_current_state(state);
	}
	spin_unlock_irqrestore(&queue->lock, flags);
	return result;
}

void finish_wait(struct wait_queue_head *queue, struct wait_queue_entry *entry)
{
	unsigned long flags;

	__set_current_state(TASK_RUNNING);
	if (!list_empty_careful(&entry->entry)) {
		spin_lock_irqsave(&queue->lock, flags);
		list_del_init(&entry->entry);
		spin_unlock_irqrestore(&queue->lock, flags);
	}
}

/* Full barriers on both sides of the flag: a wake-up is seen, or what was written before it is. */
long wait_woken(struct wait_queue_entry *entry, unsigned int mode, long timeout)
{
	set_current_state(mode);
	if (!(entry->flags & WQ_FLAG_WOKEN))
		timeout = schedule_timeout(timeout);
	__set_current_state(TASK_RUNNING);
	smp_store_mb(entry->flags, entry->flags & ~WQ_FLAG_WOKEN);
	return timeout;
}

int woken_wake_function(struct wait_queue_entry *entry, unsigned int mode, int sync, void *key)
{
	smp_mb();
	entry->flags |= WQ_FLAG_WOKEN;
	return default_wake_function(entry, mode, sync, key);
}

void __init_swait_queue_head(struct swait_queue_head *queue, const char *name, struct lock_class_key *key)
{
	raw_spin_lock_init(&queue->lock);
	INIT_LIST_HEAD(&queue->task_list);
}

static void __mc_swake_one(struct swait_queue_head *queue)
{
	struct swait_queue *first;

	if (list_empty(&queue->task_list))
		return;
	first = list_first_entry(&queue->task_list, struct swait_queue, task_list);
	wake_up_process(first->task);
	list_del_init(&first->task_list);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
void swake_up_locked(struct swait_queue_head *queue, int flags)
#else
void swake_up_locked(struct swait_queue_head *queue)
#endif
{
	__mc_swake_one(queue);
}

void swake_up_one(struct swait_queue_head *queue)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&queue->lock, flags);
	__mc_swake_one(queue);
	raw_spin_unlock_irqrestore(&queue->lock, flags);
}

/* The lock is not given back in between. */
void swake_up_all(struct swait_queue_head *queue)
{
	raw_spin_lock_irq(&queue->lock);
	while (!list_empty(&queue->task_list))
		__mc_swake_one(queue);
	raw_spin_unlock_irq(&queue->lock);
}

static void __mc_join_swait(struct swait_queue_head *queue, struct swait_queue *entry)
{
	entry->task = current;
	if (list_empty(&entry->task_list))
		list_add_tail(&entry->task_list, &queue->task_list);
}

void prepare_to_swait_exclusive(struct swait_queue_head *queue, struct swait_queue *entry, int state)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&queue->lock, flags);
	__mc_join_swait(queue, entry);
	set_current_state(state);
	raw_spin_unlock_irqrestore(&queue->lock, flags);
}

long prepare_to_swait_event(struct swait_queue_head *queue, struct swait_queue *entry, int state)
{
	unsigned long flags;
	long result = 0;

	raw_spin_lock_irqsave(&queue->lock, flags);
	if (state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL) && signal_pending_state(state, current)) {
		list_del_init(&entry->task_list);
		result = -ERESTARTSYS;
	} else {
		__mc_join_swait(queue, entry);
		set_current_state(state);
	}
	raw_spin_unlock_irqrestore(&queue->lock, flags);
	return result;
}

void __finish_swait(struct swait_queue_head *queue, struct swait_queue *entry)
{
	__set_current_state(TASK_RUNNING);
	if (!list_empty(&entry->task_list))
		list_del_init(&entry->task_list);
}

void finish_swait(struct swait_queue_head *queue, struct swait_queue *entry)
{
	unsigned long flags;

	__set_current_state(TASK_RUNNING);
	if (!list_empty_careful(&entry->task_list)) {
		raw_spin_lock_irqsave(&queue->lock, flags);
		list_del_init(&entry->task_list);
		raw_spin_unlock_irqrestore(&queue->lock, flags);
	}
}

/* The pointer is read after what was written before is seen, as the waiter writes it before he looks. */
int rcuwait_wake_up(struct rcuwait *waiter)
{
	struct task_struct *task;
	int woken = 0;

	rcu_read_lock();
	smp_mb();
	task = rcu_dereference(waiter->task);
	if (task)
		woken = wake_up_process(task);
	rcu_read_unlock();
	return woken;
}

void finish_rcuwait(struct rcuwait *waiter)
{
	rcu_assign_pointer(waiter->task, NULL);
	__set_current_state(TASK_RUNNING);
}

#if !MC_TREE_HAS_ENTRIES_OF_WAIT_QUEUES
#undef wait_queue_head
#undef wait_queue_entry
#undef head
#undef entry
#endif
