/* SPDX-License-Identifier: MIT */
/*
 * Lock words. An exclusive lock holds 0, or 1 + the number of the thread that has it; a reader-writer lock
 * holds the same for its writer and counts readers above that. Sleeping and spinning locks are one kind:
 * waiting for a lock is one step that cannot be taken before the lock is free. Who waits holds nobody off: a reader
 * gets a lock that a writer waits for.
 */
#ifndef MC_LOCK_H
#define MC_LOCK_H

#include <mc/intrinsics.h>

#define __mc_lock(word) ((void)__mc_rmw_await((word), 4, "xchg", __mc_self() + 1, "eq", 0, "LKR", "LKW"))
#define __mc_trylock(word) (__mc_rmw_if((word), 4, "xchg", __mc_self() + 1, "eq", 0, "LKR", "LKW", "LF") == 0)
#define __mc_unlock_word(word) __mc_unlock((word), 4, 0, "UL")

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

#define __mc_read_lock(word) \
	((void)__mc_rmw_await((word), 4, "add", __MC_READER, "clear", __MC_WRITER, "ACQUIRE", "ONCE"))
#define __mc_read_trylock(word) \
	((__mc_rmw_if((word), 4, "add", __MC_READER, "clear", __MC_WRITER, "ACQUIRE", "ONCE", "ONCE") \
	  & __MC_WRITER) == 0)
#define __mc_read_unlock(word) \
	__mc_assert(__mc_rmw((word), 4, "sub", __MC_READER, "ONCE", "RELEASE") >= __MC_READER, "lock-misuse", \
		    "a lock that nobody holds for reading is released by a reader")
#define __mc_write_lock(word) \
	((void)__mc_rmw_await((word), 4, "xchg", __mc_self() + 1, "eq", 0, "ACQUIRE", "ONCE"))
#define __mc_write_trylock(word) \
	(__mc_rmw_if((word), 4, "xchg", __mc_self() + 1, "eq", 0, "ACQUIRE", "ONCE", "ONCE") == 0)
#define __mc_write_unlock(word) __mc_unlock((word), 4, 0, "RELEASE")
/* The writer goes on as a reader. */
#define __mc_downgrade(word) __mc_unlock((word), 4, __MC_READER, "RELEASE")

/* With -DMC_INTERRUPTIBLE=1 a signal may end any wait that lets signals end it. */
#ifndef MC_INTERRUPTIBLE
#define MC_INTERRUPTIBLE 0
#endif
#if MC_INTERRUPTIBLE
#define __mc_interrupted() ((int)__mc_choose(2))
#else
#define __mc_interrupted() 0
#endif

#endif
