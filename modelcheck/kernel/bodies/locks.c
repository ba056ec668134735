/* SPDX-License-Identifier: MIT */
/*
 * Locks of which no source has the code: a wait for one is a wait for a lock, in no order but that of who gets it, and whoever
 * gives back what it does not have is a finding. There is no spinning, no hand-over, no priority; readers that only try are
 * not refused because of a writer who waits. Real-time and wound/wait mutexes are not there.
 */
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/spinlock.h>
#include <linux/bottom_half.h>
#include <linux/percpu-rwsem.h>
#include <linux/rcupdate.h>
#include <linux/version.h>
#include <mc/lock.h>

/* Spinlocks out of line; each has an inline function of the tree that does the same. */
#define MC_OUT_OF_LINE(kind, type)									\
	void (_raw_##kind##_lock)(type *lock) { __raw_##kind##_lock(lock); }				\
	void (_raw_##kind##_lock_bh)(type *lock) { __raw_##kind##_lock_bh(lock); }			\
	void (_raw_##kind##_lock_irq)(type *lock) { __raw_##kind##_lock_irq(lock); }			\
	unsigned long (_raw_##kind##_lock_irqsave)(type *lock) { return __raw_##kind##_lock_irqsave(lock); } \
	int (_raw_##kind##_trylock)(type *lock) { return __raw_##kind##_trylock(lock); }		\
	void (_raw_##kind##_unlock)(type *lock) { __raw_##kind##_unlock(lock); }			\
	void (_raw_##kind##_unlock_bh)(type *lock) { __raw_##kind##_unlock_bh(lock); }			\
	void (_raw_##kind##_unlock_irq)(type *lock) { __raw_##kind##_unlock_irq(lock); }		\
	void (_raw_##kind##_unlock_irqrestore)(type *lock, unsigned long flags)				\
	{												\
		__raw_##kind##_unlock_irqrestore(lock, flags);						\
	}
MC_OUT_OF_LINE(spin, raw_spinlock_t)
MC_OUT_OF_LINE(read, rwlock_t)
MC_OUT_OF_LINE(write, rwlock_t)
int (_raw_spin_trylock_bh)(raw_spinlock_t *lock) { return __raw_spin_trylock_bh(lock); }

int _atomic_dec_and_lock(atomic_t *count, spinlock_t *lock)
{
	if (atomic_add_unless(count, -1, 1))
		return 0;
	spin_lock(lock);
	if (atomic_dec_and_test(count))
		return 1;
	spin_unlock(lock);
	return 0;
}

int _atomic_dec_and_lock_irqsave(atomic_t *count, spinlock_t *lock, unsigned long *flags)
{
	if (atomic_add_unless(count, -1, 1))
		return 0;
	spin_lock_irqsave(lock, *flags);
	if (atomic_dec_and_test(count))
		return 1;
	spin_unlock_irqrestore(lock, *flags);
	return 0;
}

/* Softirqs that are due when bottom halves are on again are threads of their own. */
void __local_bh_enable_ip(unsigned long ip, unsigned int count)
{
	__preempt_count_sub(count);
}

void _local_bh_enable(void)
{
	__preempt_count_sub(SOFTIRQ_DISABLE_OFFSET);
}

#if !MC_TREE_COUNTS_IN_MUTEXES
/* Mutexes: the owner's word is the lock. */
#define __mc_mutex(lock) &(lock)->owner.counter, sizeof((lock)->owner.counter)
#define __mc_mutex_is(lock, free) ((void)(lock))
#else
/* Until 4.9 mutex_is_locked() reads a count that is 1 where the mutex is free; who has the lock's word, writes it. */
#define __mc_mutex(lock) &(lock)->wait_lock.rlock.raw_lock.word, sizeof((lock)->wait_lock.rlock.raw_lock.word)
#define __mc_mutex_is(lock, free) WRITE_ONCE((lock)->count.counter, (free))
#endif

static void __mc_mutex_lock(struct mutex *lock)
{
	__mc_assumes("sleeping-anywhere");
	__mc_take(__mc_mutex(lock), "xchg", __mc_self() + 1, "eq", 0, "LKR", "LKW", "take mutex");
	__mc_mutex_is(lock, 0);
}

void __mutex_init(struct mutex *lock, const char *name, struct lock_class_key *key)
{
	__mc_mutex_is(lock, 1);
	__mc_reset(__mc_mutex(lock), "initialise mutex");
}

/* Since 6.16 what initialises one where nothing debugs it. */
void mutex_init_generic(struct mutex *lock)
{
	__mc_reset(__mc_mutex(lock), "initialise mutex");
}

void mutex_lock(struct mutex *lock)
{
	__mc_mutex_lock(lock);
}

void mutex_lock_io(struct mutex *lock)
{
	__mc_mutex_lock(lock);
}

int mutex_lock_interruptible(struct mutex *lock)
{
	return __mc_interruptibly(mutex_trylock(lock), __mc_mutex_lock(lock), -EINTR);
}

int mutex_lock_killable(struct mutex *lock)
{
	return __mc_interruptibly(mutex_trylock(lock), __mc_mutex_lock(lock), -EINTR);
}

int mutex_trylock(struct mutex *lock)
{
	if (__mc_try(__mc_mutex(lock), "xchg", __mc_self() + 1, "eq", 0, "LKR", "LKW", "LF", "take mutex") != 0)
		return 0;
	__mc_mutex_is(lock, 0);
	return 1;
}

void mutex_unlock(struct mutex *lock)
{
	__mc_mutex_is(lock, 1);
	__mc_unlock(__mc_mutex(lock), 0, "UL", "give mutex");
}

/* One read, whose tag depends on what it sees. */
bool mutex_is_locked(struct mutex *lock)
{
	bool locked = __mc_choose(2);

	if (locked)
		__mc_guess(__mc_load(__mc_mutex(lock), "RL") != 0);
	else
		__mc_guess(__mc_load(__mc_mutex(lock), "RU") == 0);
	return locked;
}

int atomic_dec_and_mutex_lock(atomic_t *count, struct mutex *lock)
{
	if (atomic_add_unless(count, -1, 1))
		return 0;
	mutex_lock(lock);
	if (atomic_dec_and_test(count))
		return 1;
	mutex_unlock(lock);
	return 0;
}

/* Reader-writer semaphores: the count is the lock, odd where a writer has it, and counts readers from 1 << 16 on. */
#if MC_TREE_HAS_ATOMIC_COUNTS_IN_RWSEM
#define __mc_rwsem(sem) &(sem)->count.counter, sizeof((sem)->count.counter)
#else
#define __mc_rwsem(sem) &(sem)->count, sizeof((sem)->count)
#endif
#define __MC_RWSEM_WRITER (__mc_self() << 1 | 1)

static void __mc_down_read(struct rw_semaphore *sem)
{
	__mc_assumes("sleeping-anywhere");
	__mc_take(__mc_rwsem(sem), "add", __MC_READER, "clear", __MC_WRITER, "ACQUIRE", "ONCE", "take rwsem as a reader");
}

static void __mc_down_write(struct rw_semaphore *sem)
{
	__mc_assumes("sleeping-anywhere");
	__mc_take(__mc_rwsem(sem), "xchg", __MC_RWSEM_WRITER, "eq", 0, "ACQUIRE", "ONCE", "take rwsem");
}

void __init_rwsem(struct rw_semaphore *sem, const char *name, struct lock_class_key *key)
{
	__mc_reset(__mc_rwsem(sem), "initialise rwsem");
#if MC_TREE_QUEUES_WAITERS_OF_RWSEM_WITHOUT_HEAD
	sem->first_waiter = NULL;
#else
	INIT_LIST_HEAD(&sem->wait_list);
#endif
}

void down_read(struct rw_semaphore *sem)
{
	__mc_down_read(sem);
}

int down_read_interruptible(struct rw_semaphore *sem)
{
	return __mc_interruptibly(down_read_trylock(sem), __mc_down_read(sem), -EINTR);
}

int down_read_killable(struct rw_semaphore *sem)
{
	return down_read_interruptible(sem);
}

int down_read_trylock(struct rw_semaphore *sem)
{
	__mc_assumes("readers-try-past-writers");
	return (__mc_try(__mc_rwsem(sem), "add", __MC_READER, "clear", __MC_WRITER, "ACQUIRE", "ONCE", "ONCE",
			 "take rwsem as a reader") & __MC_WRITER) == 0;
}

void up_read(struct rw_semaphore *sem)
{
	__mc_give(__mc_rwsem(sem), "sub", __MC_READER, "ONCE", "RELEASE", "give rwsem as a reader");
}

void down_write(struct rw_semaphore *sem)
{
	__mc_down_write(sem);
}

int down_write_killable(struct rw_semaphore *sem)
{
	return __mc_interruptibly(down_write_trylock(sem), __mc_down_write(sem), -EINTR);
}

int down_write_trylock(struct rw_semaphore *sem)
{
	return __mc_try(__mc_rwsem(sem), "xchg", __MC_RWSEM_WRITER, "eq", 0, "ACQUIRE", "ONCE", "ONCE", "take rwsem") == 0;
}

void up_write(struct rw_semaphore *sem)
{
	__mc_unlock(__mc_rwsem(sem), 0, "RELEASE", "give rwsem");
}

void downgrade_write(struct rw_semaphore *sem)
{
	__mc_unlock(__mc_rwsem(sem), __MC_READER, "RELEASE", "downgrade rwsem");
}

/* Counting semaphores: the count alone. */
void down(struct semaphore *sem)
{
	__mc_rmw_await(&sem->count, 4, "sub", 1, "ne", 0, "ACQUIRE", "ONCE");
}

int down_interruptible(struct semaphore *sem)
{
	return __mc_interruptibly(!down_trylock(sem), down(sem), -EINTR);
}

int down_killable(struct semaphore *sem)
{
	return down_interruptible(sem);
}

int down_trylock(struct semaphore *sem)
{
	return __mc_rmw_if(&sem->count, 4, "sub", 1, "ne", 0, "ACQUIRE", "ONCE", "ONCE") == 0;
}

int down_timeout(struct semaphore *sem, long timeout)
{
	__mc_assumes("timeouts-expire");
	if (__mc_choose(2)) {
		__mc_guess(__mc_load(&sem->count, 4, "ONCE") == 0);
		return -ETIME;
	}
	__mc_guess(down_trylock(sem) == 0);
	return 0;
}

void up(struct semaphore *sem)
{
	__mc_rmw(&sem->count, 4, "add", 1, "ONCE", "RELEASE");
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 7, 0)
/*
 * Per-CPU reader-writer semaphores. What the tree's inline functions do where there is no writer is theirs. The first writer
 * makes all readers take the way through here, for good: they are counted while they hold `block` for a moment.
 */
#define __mc_block(sem) &(sem)->block.counter, 4

static bool __mc_readers(struct percpu_rw_semaphore *sem)
{
	unsigned int sum = 0;

	for (unsigned int cpu = 0; cpu < CONFIG_NR_CPUS; cpu++)
		sum += __mc_load(per_cpu_ptr(sem->read_count, cpu), 4, "ACQUIRE");
	return sum != 0;
}

int __percpu_init_rwsem(struct percpu_rw_semaphore *sem, const char *name, struct lock_class_key *key)
{
	sem->read_count = alloc_percpu(int);
	if (!sem->read_count)
		return -ENOMEM;
	sem->rss.gp_state = 0;
	rcuwait_init(&sem->writer);
	__mc_store(__mc_block(sem), 0, "");
	return 0;
}

void percpu_free_rwsem(struct percpu_rw_semaphore *sem)
{
	free_percpu(sem->read_count);
	sem->read_count = NULL;
}

#if MC_TREE_FREEZES_PERCPU_READERS
bool __percpu_down_read(struct percpu_rw_semaphore *sem, bool try, bool freeze)
#else
bool __percpu_down_read(struct percpu_rw_semaphore *sem, bool try)
#endif
{
	if (try) {
		if (__mc_rmw_if(__mc_block(sem), "add", __MC_READER, "clear", __MC_WRITER, "ACQUIRE", "ONCE", "ONCE") & __MC_WRITER)
			return false;
	} else {
		preempt_enable();
		__mc_rmw_await(__mc_block(sem), "add", __MC_READER, "clear", __MC_WRITER, "ACQUIRE", "ONCE");
		preempt_disable();
	}
	this_cpu_inc(*sem->read_count);
	__mc_rmw(__mc_block(sem), "sub", __MC_READER, "ONCE", "RELEASE");
	return true;
}

bool percpu_is_read_locked(struct percpu_rw_semaphore *sem)
{
	return __mc_readers(sem) && !atomic_read(&sem->block);
}

void percpu_down_write(struct percpu_rw_semaphore *sem)
{
	__mc_rmw_await(__mc_block(sem), "xchg", 1, "eq", 0, "ACQUIRE", "ONCE");
	if (!READ_ONCE(sem->rss.gp_state)) {
		WRITE_ONCE(sem->rss.gp_state, 1);
		synchronize_rcu();
	}
	while (__mc_readers(sem))
		__mc_relax();
}

void percpu_up_write(struct percpu_rw_semaphore *sem)
{
	atomic_set_release(&sem->block, 0);
}
#endif
