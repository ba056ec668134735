/* SPDX-License-Identifier: MIT */
/* Counting semaphores. */
#ifndef _LINUX_SEMAPHORE_H
#define _LINUX_SEMAPHORE_H

#include <linux/kernel.h>
#include <linux/types.h>
#include <linux/errno.h>
#include <mc/lock.h>

struct semaphore {
	unsigned int count;
};

#define __SEMAPHORE_INITIALIZER(name, n) { .count = (n) }
#define DEFINE_SEMAPHORE(name, ...) struct semaphore name = __SEMAPHORE_INITIALIZER(name, __mc_first(__VA_ARGS__ __VA_OPT__(,) 1))
#define DECLARE_MUTEX(name) DEFINE_SEMAPHORE(name)
#define __mc_first(first, ...) first
#define sema_init(sem, n) ((void)((sem)->count = (n)))
#define init_MUTEX(sem) sema_init(sem, 1)
#define init_MUTEX_LOCKED(sem) sema_init(sem, 0)

/* Functions, for structures have members of these names that are called. */
static inline void down(struct semaphore *sem)
{
	__mc_rmw_await(&sem->count, 4, "sub", 1, "ne", 0, "ACQUIRE", "ONCE");
}

static inline void up(struct semaphore *sem)
{
	__mc_rmw(&sem->count, 4, "add", 1, "ONCE", "RELEASE");
}

#define down_interruptible(sem) __mc_interruptibly(!down_trylock(sem), down(sem), -EINTR)
#define down_killable(sem) down_interruptible(sem)
/* 0 when it got the semaphore. */
#define down_trylock(sem) (__mc_rmw_if(&(sem)->count, 4, "sub", 1, "ne", 0, "ACQUIRE", "ONCE", "ONCE") == 0)
/* The time may be up at any moment at which there is nothing to take. */
#define down_timeout(sem, jiffies) ({					\
	struct semaphore *__mc_sem = (sem);				\
	int __mc_late = __mc_choose(2);					\
	(void)(jiffies);						\
	__mc_assumes("timeouts-expire");				\
	if (__mc_late)							\
		__mc_guess(__mc_load(&__mc_sem->count, 4, "ONCE") == 0); \
	else								\
		__mc_guess(down_trylock(__mc_sem) == 0);		\
	__mc_late ? -ETIME : 0;						\
})

#endif
