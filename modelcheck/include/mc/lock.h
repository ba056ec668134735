/* SPDX-License-Identifier: MIT */
/*
 * Lock words. An exclusive lock holds 0, or 1 + the number of the thread that has it; a reader-writer lock
 * holds the same for its writer and counts readers above that. Sleeping and spinning locks are one kind:
 * waiting for a lock is one step that cannot be taken before the lock is free. Readers of rwlock_t and rw_semaphore wait
 * behind a writer who waits for those that read, as in kernel/locking/qrwlock.c and rwsem.c; those of POSIX do not, as in
 * glibc unless told otherwise. A reader who only tries is not refused because of a writer who waits.
 */
#ifndef MC_LOCK_H
#define MC_LOCK_H

#include <mc/intrinsics.h>
#include <mc/asked.h>

#define __mc_lock(word, kind) \
	((void)__mc_take((word), 4, "xchg", __mc_self() + 1, "eq", 0, "LKR", "LKW", "take " kind))
#define __mc_trylock(word, kind) \
	(__mc_try((word), 4, "xchg", __mc_self() + 1, "eq", 0, "LKR", "LKW", "LF", "take " kind) == 0)
#define __mc_unlock_word(word, kind) __mc_unlock((word), 4, 0, "UL", "give " kind)

#define __mc_lock_init(word, kind) __mc_reset((word), 4, "initialise " kind)
/* Then it is none any more. */
#define __mc_lock_destroy(word, kind) __mc_reset((word), 4, "destroy " kind)
/* The same of what POSIX says must be one: what was destroyed before, or never initialised, has nothing to be read. */
#define __mc_posix_destroy(word) ((void)__mc_load((word), 4, "ONCE,RLX"), __mc_lock_destroy((word), "POSIX lock"))

/* One read whose tag depends on what it sees: locked (RL) or not (RU). So either is tried, and kept if it fits. */
#define __mc_is_locked(word) ({						\
	unsigned long __mc_locked = __mc_choose(2);			\
	if (__mc_locked)						\
		__mc_guess(__mc_load((word), 4, "RL") != 0);		\
	else								\
		__mc_guess(__mc_load((word), 4, "RU") == 0);		\
	(int)__mc_locked;						\
})
#define __mc_holds(word) (__mc_load((word), 4, "ONCE") == __mc_self() + 1)

#define __MC_READER 0x10000UL
#define __MC_WRITER 0x0ffffUL

#define __mc_read_lock(word, kind) \
	(__mc_reader(word), \
	 (void)__mc_take((word), 4, "add", __MC_READER, "clear", __MC_WRITER, "ACQUIRE", "ONCE", \
			 "take " kind " as a reader"))
#define __mc_read_trylock(word, kind) \
	__mc_reader_if((__mc_try((word), 4, "add", __MC_READER, "clear", __MC_WRITER, "ACQUIRE", "ONCE", "ONCE", \
				 "take " kind " as a reader") & __MC_WRITER) == 0, word)
#define __mc_read_unlock(word, kind) \
	(__mc_reader_gone(word), \
	 (void)__mc_give((word), 4, "sub", __MC_READER, "ONCE", "RELEASE", "give " kind " as a reader"))
#define __mc_write_lock(word, kind) \
	((void)__mc_take((word), 4, "xchg", __mc_self() + 1, "eq", 0, "ACQUIRE", "ONCE", "take " kind))
#define __mc_write_trylock(word, kind) \
	(__mc_try((word), 4, "xchg", __mc_self() + 1, "eq", 0, "ACQUIRE", "ONCE", "ONCE", "take " kind) == 0)
#define __mc_write_unlock(word, kind) __mc_unlock((word), 4, 0, "RELEASE", "give " kind)
/* The writer goes on as a reader. */
#define __mc_downgrade(word, kind) \
	(__mc_reader(word), __mc_unlock((word), 4, __MC_READER, "RELEASE", "downgrade " kind))

/* With -DMC_INTERRUPTIBLE=1 a signal may end any wait that lets signals end it. */
#ifndef MC_INTERRUPTIBLE
#define MC_INTERRUPTIBLE 0
#endif
#if MC_INTERRUPTIBLE
#define __mc_interrupted() ((int)__mc_choose(2))
/* Who need not wait does not look for signals. try: whether it got it; wait: waits for it. */
#define __mc_interruptibly(try, wait, error) ((try) ? 0 : __mc_interrupted() ? (error) : ((wait), 0))
#else
#define __mc_interrupted() (__mc_assumes("no-signals"), 0)
#define __mc_interruptibly(try, wait, error) (__mc_interrupted() ? (error) : ((wait), 0))
#endif

#endif
