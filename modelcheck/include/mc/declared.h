/* SPDX-License-Identifier: MIT */
/*
 * C's and POSIX's functions as functions, for programs that declare them by hand, as preprocessed files do. What such a
 * file says of a type is the layout of some library: of each object only its beginning is used, as our types have it.
 */
#ifndef MC_DECLARED_H
#define MC_DECLARED_H

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <unistd.h>

void *(malloc)(size_t size) { return malloc(size); }
void *(calloc)(size_t n, size_t size) { return calloc(n, size); }
void *(realloc)(void *object, size_t size) { return realloc(object, size); }
void *(reallocarray)(void *object, size_t n, size_t size) { return reallocarray(object, n, size); }
void *(aligned_alloc)(size_t alignment, size_t size) { return aligned_alloc(alignment, size); }

int (pthread_create)(pthread_t *thread, const pthread_attr_t *attr, void *(*function)(void *), void *argument)
{
	return pthread_create(thread, attr, function, argument);
}

int (pthread_join)(pthread_t thread, void **result) { return pthread_join(thread, result); }
int (pthread_detach)(pthread_t thread) { return pthread_detach(thread); }
pthread_t (pthread_self)(void) { return pthread_self(); }
int (pthread_equal)(pthread_t a, pthread_t b) { return pthread_equal(a, b); }
int (pthread_yield)(void) { return pthread_yield(); }
int (sched_yield)(void) { return sched_yield(); }
unsigned int (sleep)(unsigned int seconds) { return sleep(seconds); }
int (usleep)(unsigned int microseconds) { return usleep(microseconds); }

int (pthread_attr_init)(pthread_attr_t *attr) { return pthread_attr_init(attr); }
int (pthread_attr_destroy)(pthread_attr_t *attr) { return pthread_attr_destroy(attr); }

int (pthread_mutex_init)(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr) { return pthread_mutex_init(mutex, attr); }
int (pthread_mutex_destroy)(pthread_mutex_t *mutex) { return pthread_mutex_destroy(mutex); }
int (pthread_mutex_lock)(pthread_mutex_t *mutex) { return pthread_mutex_lock(mutex); }
int (pthread_mutex_trylock)(pthread_mutex_t *mutex) { return pthread_mutex_trylock(mutex); }
int (pthread_mutex_unlock)(pthread_mutex_t *mutex) { return pthread_mutex_unlock(mutex); }
int (pthread_mutexattr_init)(pthread_mutexattr_t *attr) { return pthread_mutexattr_init(attr); }
int (pthread_mutexattr_destroy)(pthread_mutexattr_t *attr) { return pthread_mutexattr_destroy(attr); }

int (pthread_cond_init)(pthread_cond_t *cond, const pthread_condattr_t *attr) { return pthread_cond_init(cond, attr); }
int (pthread_cond_destroy)(pthread_cond_t *cond) { return pthread_cond_destroy(cond); }
int (pthread_cond_wait)(pthread_cond_t *cond, pthread_mutex_t *mutex) { return pthread_cond_wait(cond, mutex); }
int (pthread_cond_signal)(pthread_cond_t *cond) { return pthread_cond_signal(cond); }
int (pthread_cond_broadcast)(pthread_cond_t *cond) { return pthread_cond_broadcast(cond); }

int (pthread_rwlock_init)(pthread_rwlock_t *lock, const pthread_rwlockattr_t *attr) { return pthread_rwlock_init(lock, attr); }
int (pthread_rwlock_destroy)(pthread_rwlock_t *lock) { return pthread_rwlock_destroy(lock); }
int (pthread_rwlock_rdlock)(pthread_rwlock_t *lock) { return pthread_rwlock_rdlock(lock); }
int (pthread_rwlock_wrlock)(pthread_rwlock_t *lock) { return pthread_rwlock_wrlock(lock); }
int (pthread_rwlock_tryrdlock)(pthread_rwlock_t *lock) { return pthread_rwlock_tryrdlock(lock); }
int (pthread_rwlock_trywrlock)(pthread_rwlock_t *lock) { return pthread_rwlock_trywrlock(lock); }

int (pthread_spin_init)(pthread_spinlock_t *lock, int shared) { return pthread_spin_init(lock, shared); }
int (pthread_spin_destroy)(pthread_spinlock_t *lock) { return pthread_spin_destroy(lock); }
int (pthread_spin_lock)(pthread_spinlock_t *lock) { return pthread_spin_lock(lock); }
int (pthread_spin_trylock)(pthread_spinlock_t *lock) { return pthread_spin_trylock(lock); }
int (pthread_spin_unlock)(pthread_spinlock_t *lock) { return pthread_spin_unlock(lock); }

int (sem_init)(sem_t *sem, int shared, unsigned int value) { return sem_init(sem, shared, value); }
int (sem_destroy)(sem_t *sem) { return sem_destroy(sem); }
int (sem_wait)(sem_t *sem) { return sem_wait(sem); }
int (sem_trywait)(sem_t *sem) { return sem_trywait(sem); }
int (sem_post)(sem_t *sem) { return sem_post(sem); }

#endif
