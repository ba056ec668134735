/* SPDX-License-Identifier: MIT */
/* POSIX semaphores. */
#ifndef _SEMAPHORE_H
#define _SEMAPHORE_H

#include <errno.h>
#include <mc/intrinsics.h>
#include <mc/stdtypes.h>
#include <mc/lock.h>

typedef struct { unsigned int __count; } sem_t;

#define SEM_FAILED ((sem_t *)0)
#define sem_init(sem, shared, value) ((void)(shared), (sem)->__count = (value), 0)
/* Then it is none any more, whatever it counted. */
#define sem_destroy(sem) ((void)__mc_load(&(sem)->__count, 4, "ONCE,RLX"), (sem)->__count = 0, __mc_lock_destroy(&(sem)->__count, "POSIX lock"), 0)
#define sem_wait(sem) ((void)__mc_rmw_await(&(sem)->__count, 4, "sub", 1, "ne", 0, "ACQUIRE,ACQ", "ONCE,RLX"), 0)
/* 0 when it got the semaphore. */
#define sem_trywait(sem) \
	(__mc_rmw_if(&(sem)->__count, 4, "sub", 1, "ne", 0, "ACQUIRE,ACQ", "ONCE,RLX", "ONCE,RLX") ? 0 : (errno = EAGAIN, -1))
#define sem_post(sem) ((void)__mc_rmw(&(sem)->__count, 4, "add", 1, "ONCE,RLX", "RELEASE,REL"), 0)
#define sem_getvalue(sem, to) (*(to) = (int)__mc_load(&(sem)->__count, 4, "ONCE,RLX"), 0)

/* Declared, so that a call is refused. */
sem_t *sem_open(const char *name, int flags, ...);
int sem_close(sem_t *sem);

#endif
