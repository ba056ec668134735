/* SPDX-License-Identifier: MIT */
/*
 * Waiting for a bit of a word, or for a variable: who waits stands in one of a few queues, which one is said by low bits of
 * the address, and is woken by the function of its entry if the key is its own.
 */
#include <linux/wait.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 17, 0)
#include <linux/wait_bit.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define MC_WORD unsigned long
#else
#define MC_WORD void
#endif

#define MC_BIT_QUEUE(n) [n] = __WAIT_QUEUE_HEAD_INITIALIZER(__mc_bit_queues[n])
static struct wait_queue_head __mc_bit_queues[4] = { MC_BIT_QUEUE(0), MC_BIT_QUEUE(1), MC_BIT_QUEUE(2), MC_BIT_QUEUE(3) };

static struct wait_queue_head *__mc_bit_queue(const void *place)
{
	__mc_assumes("hash-by-low-bits");
	return &__mc_bit_queues[(unsigned long)place >> 6 & 3];
}

struct wait_queue_head *bit_waitqueue(MC_WORD *word, int bit)
{
	return __mc_bit_queue(word);
}

struct wait_queue_head *__var_waitqueue(void *variable)
{
	return __mc_bit_queue(variable);
}

/* The entry's own wake-up, if it waits for what the key says. */
static bool __mc_waits_for(struct wait_queue_entry *entry, const struct wait_bit_key *key)
{
	const struct wait_bit_key *own = &container_of(entry, struct wait_bit_queue_entry, wq_entry)->key;

	return own->flags == key->flags && own->bit_nr == key->bit_nr;
}

int wake_bit_function(struct wait_queue_entry *entry, unsigned int mode, int sync, void *argument)
{
	struct wait_bit_key *key = argument;

	if (!__mc_waits_for(entry, key) || test_bit(key->bit_nr, key->flags))
		return 0;
	return autoremove_wake_function(entry, mode, sync, key);
}

static int __mc_wake_variable(struct wait_queue_entry *entry, unsigned int mode, int sync, void *argument)
{
	return __mc_waits_for(entry, argument) ? autoremove_wake_function(entry, mode, sync, argument) : 0;
}

/* Nobody is looked for under the lock unless the queue, read without it, is not empty. */
void __wake_up_bit(struct wait_queue_head *queue, MC_WORD *word, int bit)
{
	struct wait_bit_key key = __WAIT_BIT_KEY_INITIALIZER(word, bit);

	if (waitqueue_active(queue))
		__wake_up(queue, TASK_NORMAL, 1, &key);
}

void wake_up_bit(MC_WORD *word, int bit)
{
	__wake_up_bit(bit_waitqueue(word, bit), word, bit);
}

void init_wait_var_entry(struct wait_bit_queue_entry *entry, void *variable, int flags)
{
	entry->key.flags = variable;
	entry->key.bit_nr = -1;
	init_wait_entry(&entry->wq_entry, flags);
	entry->wq_entry.func = __mc_wake_variable;
}

void wake_up_var(void *variable)
{
	__wake_up_bit(__var_waitqueue(variable), variable, -1);
}

int bit_wait(struct wait_bit_key *key, int mode)
{
	schedule();
	return signal_pending_state(mode, current) ? -EINTR : 0;
}

int bit_wait_io(struct wait_bit_key *key, int mode)
{
	return bit_wait(key, mode);
}

int bit_wait_timeout(struct wait_bit_key *key, int mode)
{
	if (!schedule_timeout(1))
		return -EAGAIN;
	return signal_pending_state(mode, current) ? -EINTR : 0;
}

/* Who finds it clear acquires since v6.0. */
static bool __mc_still_set(const struct wait_bit_key *key)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 0, 0)
	return test_bit_acquire(key->bit_nr, key->flags);
#else
	return test_bit(key->bit_nr, key->flags);
#endif
}

int __wait_on_bit(struct wait_queue_head *queue, struct wait_bit_queue_entry *entry, wait_bit_action_f *action,
		  unsigned int mode)
{
	int result;

	do {
		result = 0;
		prepare_to_wait(queue, &entry->wq_entry, mode);
		if (test_bit(entry->key.bit_nr, entry->key.flags))
			result = action(&entry->key, mode);
	} while (__mc_still_set(&entry->key) && !result);
	finish_wait(queue, &entry->wq_entry);
	return result;
}

int __wait_on_bit_lock(struct wait_queue_head *queue, struct wait_bit_queue_entry *entry, wait_bit_action_f *action,
		       unsigned int mode)
{
	bool taken;
	int result;

	/* Who gives up leaves the queue before he looks for the last time, so that no wake-up is spent on him. */
	do {
		prepare_to_wait_exclusive(queue, &entry->wq_entry, mode);
		result = test_bit(entry->key.bit_nr, entry->key.flags) ? action(&entry->key, mode) : 0;
		if (result)
			finish_wait(queue, &entry->wq_entry);
		taken = !test_and_set_bit(entry->key.bit_nr, entry->key.flags);
	} while (!taken && !result);
	if (!result)
		finish_wait(queue, &entry->wq_entry);
	return taken ? 0 : result;
}

int out_of_line_wait_on_bit(MC_WORD *word, int bit, wait_bit_action_f *action, unsigned int mode)
{
	DEFINE_WAIT_BIT(entry, word, bit);

	return __wait_on_bit(bit_waitqueue(word, bit), &entry, action, mode);
}

int out_of_line_wait_on_bit_timeout(MC_WORD *word, int bit, wait_bit_action_f *action, unsigned int mode,
				    unsigned long timeout)
{
	DEFINE_WAIT_BIT(entry, word, bit);

	entry.key.timeout = jiffies + timeout;
	return __wait_on_bit(bit_waitqueue(word, bit), &entry, action, mode);
}

int out_of_line_wait_on_bit_lock(MC_WORD *word, int bit, wait_bit_action_f *action, unsigned int mode)
{
	DEFINE_WAIT_BIT(entry, word, bit);

	return __wait_on_bit_lock(bit_waitqueue(word, bit), &entry, action, mode);
}
#endif
