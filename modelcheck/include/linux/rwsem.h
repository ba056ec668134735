/* SPDX-License-Identifier: MIT */
/* Sleeping reader-writer locks. Who releases one may use it after another has taken it, as with mutexes. */
#ifndef _LINUX_RWSEM_H
#define _LINUX_RWSEM_H

#include <linux/lockdep.h>
#include <linux/kernel.h>
#include <linux/types.h>
#include <linux/errno.h>
#include <mc/once.h>
#include <mc/lock.h>

struct rw_semaphore {
	unsigned int __rwsem_word;
	unsigned int __after; /* what is used then */
};

#define __RWSEM_INITIALIZER(name) { 0, 0 }
#define DECLARE_RWSEM(name) struct rw_semaphore name = __RWSEM_INITIALIZER(name)
#define init_rwsem(sem) __mc_lock_init(&(sem)->__rwsem_word, "rwsem")

#define down_read(sem) (__mc_assumes("sleeping-anywhere"), __mc_read_lock(&(sem)->__rwsem_word, "rwsem"))
#define down_read_nested(sem, subclass) down_read(sem)
/* Another thread may release what these take. */
#define down_read_non_owner(sem) \
	((void)__mc_rmw_await(&(sem)->__rwsem_word, 4, "add", __MC_READER, "clear", __MC_WRITER, "ACQUIRE", "ONCE"))
#define down_read_killable(sem) __mc_interruptibly(down_read_trylock(sem), down_read(sem), -EINTR)
#define down_read_interruptible(sem) down_read_killable(sem)
#define down_read_trylock(sem) \
	(__mc_assumes("readers-try-past-writers"), __mc_read_trylock(&(sem)->__rwsem_word, "rwsem"))
#define __mc_rwsem_up(sem, release) ({					\
	struct rw_semaphore *__mc_sem = (sem);				\
	release;							\
	__mc_still_there(&__mc_sem->__after);				\
})
#define up_read(sem) __mc_rwsem_up(sem, __mc_read_unlock(&__mc_sem->__rwsem_word, "rwsem"))
#define up_read_non_owner(sem) \
	__mc_rwsem_up(sem, __mc_assert(__mc_rmw(&__mc_sem->__rwsem_word, 4, "sub", __MC_READER, "ONCE", "RELEASE") >= \
				       __MC_READER, "lock-misuse", "a lock that nobody holds for reading is released by a reader"))
#define down_write(sem) (__mc_assumes("sleeping-anywhere"), __mc_write_lock(&(sem)->__rwsem_word, "rwsem"))
#define down_write_nested(sem, subclass) down_write(sem)
#define down_write_nest_lock(sem, outer) down_write(sem)
#define down_write_killable(sem) __mc_interruptibly(down_write_trylock(sem), down_write(sem), -EINTR)
#define down_write_trylock(sem) __mc_write_trylock(&(sem)->__rwsem_word, "rwsem")
#define up_write(sem) __mc_rwsem_up(sem, __mc_write_unlock(&__mc_sem->__rwsem_word, "rwsem"))
#define downgrade_write(sem) __mc_downgrade(&(sem)->__rwsem_word, "rwsem")
#define rwsem_is_locked(sem) (READ_ONCE((sem)->__rwsem_word) != 0)

#endif
