/* SPDX-License-Identifier: MIT */
/*
 * POSIX threads. A signalled condition variable wakes one waiter, any; waking for no reason is left out unless
 * -DMC_SPURIOUS_WAKEUPS=1. Who locks a mutex twice waits for ever, but for recursive and error-checking ones.
 */
#ifndef _PTHREAD_H
#define _PTHREAD_H

#include <linux/errno.h>
#include <mc/stdtypes.h>
#include <mc/intrinsics.h>
#include <mc/lock.h>
#include <mc/condition.h>
#include <mc/keys.h>

typedef unsigned long pthread_t;
typedef struct { int __detached; } pthread_attr_t;
typedef struct { int __kind; } pthread_mutexattr_t;
typedef struct { int __unused; } pthread_condattr_t, pthread_rwlockattr_t, pthread_barrierattr_t;
typedef struct { unsigned int __word, __kind, __again; } pthread_mutex_t;
typedef struct { unsigned int __word; } pthread_rwlock_t, pthread_spinlock_t, pthread_once_t;
typedef struct __mc_condition pthread_cond_t;
/* __count: threads that wait for others to come, and above them those that are inside at all. */
typedef struct { unsigned int __count, __generation, __total; } pthread_barrier_t;
#define __MC_INSIDE 0x10000U

#define PTHREAD_MUTEX_INITIALIZER { 0 }
#define PTHREAD_COND_INITIALIZER { 0 }
#define PTHREAD_RWLOCK_INITIALIZER { 0 }
#define PTHREAD_ONCE_INIT { 0 }
#define PTHREAD_BARRIER_SERIAL_THREAD (-1)
#define PTHREAD_PROCESS_PRIVATE 0
#define PTHREAD_CREATE_JOINABLE 0
#define PTHREAD_CREATE_DETACHED 1

#define PTHREAD_KEYS_MAX MC_NR_KEYS
#define PTHREAD_DESTRUCTOR_ITERATIONS __MC_DESTRUCTOR_ROUNDS

typedef unsigned int pthread_key_t;

static inline int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
	*key = __mc_key_made(destructor);
	return 0;
}

static inline int pthread_key_delete(pthread_key_t key)
{
	__mc_key_deleted(key);
	return 0;
}

static inline void *pthread_getspecific(pthread_key_t key)
{
	return __mc_key_values[key];
}

static inline int pthread_setspecific(pthread_key_t key, const void *value)
{
	__mc_key_values[key] = (void *)value;
	return 0;
}

struct __mc_pthread {
	void *(*function)(void *argument);
	void *argument;
};

static inline void *__mc_pthread_main(void *argument)
{
	struct __mc_pthread *start = argument;
	void *(*function)(void *argument) = start->function;
	void *result, *own = start->argument;

	__mc_free(start);
	result = function(own);
	__mc_run_destructors();
	return result;
}

/* In programs with keys: their destructors run where a thread ends. */
static inline pthread_t __mc_pthread_start(void *(*function)(void *), void *argument)
{
	struct __mc_pthread *start = __mc_alloc(sizeof(*start), 0, 0);

	start->function = function;
	start->argument = argument;
	return __mc_spawn(__mc_pthread_main, start);
}

static inline int pthread_attr_setdetachstate(pthread_attr_t *attr, int state)
{
	attr->__detached = state;
	return 0;
}

static inline pthread_t __mc_created(const pthread_attr_t *attr, pthread_t thread)
{
	if (attr && attr->__detached)
		__mc_detach(thread);
	return thread;
}

#define __mc_creates_detached() __mc_calls("pthread_attr_setdetachstate")
#define pthread_create(thread, attr, function, argument) \
	(*(thread) = __mc_creates_detached() ? __mc_created((attr), __mc_pthread_run(function, argument)) : \
		     ((void)(attr), __mc_pthread_run(function, argument)), 0)
#define __mc_pthread_run(function, argument) \
	(__mc_has_keys() ? __mc_pthread_start((function), (argument)) : __mc_spawn((function), (argument)))

static inline void __mc_give_result(void **to, unsigned long result)
{
	if (to)
		*to = (void *)result;
}

/* In main() too: the other threads go on. */
static inline __attribute__((__noreturn__)) void pthread_exit(void *result)
{
	if (__mc_has_keys())
		__mc_run_destructors();
	__mc_exit((unsigned long)result);
}

#define pthread_exit(result) \
	(__mc_has_keys() ? __mc_run_destructors() : (void)0, __mc_exit((unsigned long)(void *)(result)))
#define pthread_join(thread, result) (__mc_give_result((void **)(result), __mc_join_once(thread)), 0)
#define pthread_detach(thread) (__mc_detach(thread), 0)
#define pthread_self() __mc_self()
#define pthread_equal(a, b) ((a) == (b))
#define pthread_yield() (__mc_relax(), 0)
#define pthread_attr_init(attr) ((attr)->__detached = 0, 0)
#define pthread_attr_destroy(attr) ((void)(attr), 0)
#define pthread_attr_setstacksize(attr, size) ((void)(attr), (void)(size), 0)

#define PTHREAD_MUTEX_NORMAL 0
#define PTHREAD_MUTEX_RECURSIVE 1
#define PTHREAD_MUTEX_ERRORCHECK 2
#define PTHREAD_MUTEX_DEFAULT PTHREAD_MUTEX_NORMAL

/* Mutexes are looked at for their kind in programs that choose one. */
#define __mc_mutex_kinds() __mc_calls("pthread_mutexattr_settype")

static inline int pthread_mutexattr_settype(pthread_mutexattr_t *attr, int type)
{
	if (type < PTHREAD_MUTEX_NORMAL || type > PTHREAD_MUTEX_ERRORCHECK)
		return EINVAL;
	attr->__kind = type;
	return 0;
}

static inline int pthread_mutexattr_gettype(const pthread_mutexattr_t *attr, int *type)
{
	*type = attr->__kind;
	return 0;
}

static inline void __mc_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr)
{
	mutex->__kind = attr ? (unsigned int)attr->__kind : PTHREAD_MUTEX_NORMAL;
	mutex->__again = 0;
}

static inline int __mc_mutex_lock(pthread_mutex_t *mutex, _Bool tries)
{
	if (mutex->__kind != PTHREAD_MUTEX_NORMAL && __mc_holds(&mutex->__word)) {
		if (mutex->__kind == PTHREAD_MUTEX_ERRORCHECK)
			return tries ? EBUSY : EDEADLK;
		mutex->__again++;
		return 0;
	}
	if (tries)
		return __mc_trylock(&mutex->__word, "POSIX lock") ? 0 : EBUSY;
	__mc_lock(&mutex->__word, "POSIX lock");
	return 0;
}

static inline int __mc_mutex_unlock(pthread_mutex_t *mutex)
{
	if (mutex->__kind != PTHREAD_MUTEX_NORMAL) {
		if (!__mc_holds(&mutex->__word))
			return EPERM;
		if (mutex->__again) {
			mutex->__again--;
			return 0;
		}
	}
	__mc_unlock_word(&mutex->__word, "POSIX lock");
	return 0;
}

/* Declared, so that a call is refused: a wait with a mutex that is locked more than once. */
void pthread_wait_with_a_mutex_locked_again(void);

static inline unsigned int *__mc_mutex_to_wait_with(pthread_mutex_t *mutex)
{
	if (__mc_mutex_kinds() && mutex->__again)
		pthread_wait_with_a_mutex_locked_again();
	return &mutex->__word;
}

#define pthread_mutex_init(mutex, attr) \
	(__mc_mutex_kinds() ? __mc_mutex_init((mutex), (attr)) : (void)(attr), \
	 __mc_lock_init(&(mutex)->__word, "POSIX lock"), 0)
#define pthread_mutex_destroy(mutex) (__mc_posix_destroy(&(mutex)->__word), 0)
#define pthread_mutex_lock(mutex) \
	(__mc_mutex_kinds() ? __mc_mutex_lock((mutex), 0) : (__mc_lock(&(mutex)->__word, "POSIX lock"), 0))
#define pthread_mutex_trylock(mutex) \
	(__mc_mutex_kinds() ? __mc_mutex_lock((mutex), 1) : __mc_trylock(&(mutex)->__word, "POSIX lock") ? 0 : EBUSY)
#define pthread_mutex_unlock(mutex) \
	(__mc_mutex_kinds() ? __mc_mutex_unlock(mutex) : (__mc_unlock_word(&(mutex)->__word, "POSIX lock"), 0))
#define pthread_mutexattr_init(attr) ((attr)->__kind = PTHREAD_MUTEX_NORMAL, 0)
#define pthread_mutexattr_destroy(attr) ((void)(attr), 0)

#define pthread_cond_init(cond, attr) ((void)(attr), __mc_condition_init(cond), 0)
#define pthread_cond_destroy(cond) (__mc_condition_destroy(cond), 0)
#define pthread_cond_wait(cond, mutex) (__mc_condition_wait(cond, __mc_mutex_to_wait_with(mutex)), 0)
/* The time may be up at any moment. */
#define pthread_cond_timedwait(cond, mutex, time) \
	(__mc_assumes("timeouts-expire"), (void)(time), __mc_condition_wait_or_not(cond, __mc_mutex_to_wait_with(mutex)) ? 0 : ETIMEDOUT)
#define pthread_cond_signal(cond) (__mc_condition_signal(cond), 0)
#define pthread_cond_broadcast(cond) (__mc_condition_broadcast(cond), 0)

#define pthread_rwlock_init(lock, attr) ((void)(attr), __mc_lock_init(&(lock)->__word, "POSIX lock"), 0)
#define pthread_rwlock_destroy(lock) (__mc_posix_destroy(&(lock)->__word), 0)
#define pthread_rwlock_rdlock(lock) (__mc_assumes("posix-readers-first"), __mc_read_lock(&(lock)->__word, "POSIX lock"), 0)
#define pthread_rwlock_wrlock(lock) (__mc_write_lock(&(lock)->__word, "POSIX lock"), 0)
#define pthread_rwlock_tryrdlock(lock) (__mc_read_trylock(&(lock)->__word, "POSIX lock") ? 0 : EBUSY)
#define pthread_rwlock_trywrlock(lock) (__mc_write_trylock(&(lock)->__word, "POSIX lock") ? 0 : EBUSY)

/* One call for both kinds: by what the lock holds, which only its holders change while it is held. */
static inline int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
	if (__mc_load(&lock->__word, 4, "ONCE") & __MC_WRITER)
		__mc_write_unlock(&lock->__word, "POSIX lock");
	else
		__mc_read_unlock(&lock->__word, "POSIX lock");
	return 0;
}

#define pthread_spin_init(lock, shared) ((void)(shared), __mc_lock_init(&(lock)->__word, "POSIX lock"), 0)
#define pthread_spin_destroy(lock) (__mc_posix_destroy(&(lock)->__word), 0)
#define pthread_spin_lock(lock) (__mc_lock(&(lock)->__word, "POSIX lock"), 0)
#define pthread_spin_trylock(lock) (__mc_trylock(&(lock)->__word, "POSIX lock") ? 0 : EBUSY)
#define pthread_spin_unlock(lock) (__mc_unlock_word(&(lock)->__word, "POSIX lock"), 0)

static inline int pthread_once(pthread_once_t *once, void (*function)(void))
{
	if (__mc_rmw_if(&once->__word, 4, "xchg", 1, "eq", 0, "ACQUIRE,ACQ", "ONCE,RLX", "ONCE,RLX") == 0) {
		function();
		__mc_store(&once->__word, 4, 2, "RELEASE,REL");
	} else {
		__mc_await(&once->__word, 4, "eq", 2, "ACQUIRE,ACQ");
	}
	return 0;
}

#define pthread_barrier_init(barrier, attr, n) \
	((void)(attr), (barrier)->__count = 0, (barrier)->__generation = 0, (barrier)->__total = (n), 0)
/* As glibc does, it waits for those that are let through and have not left: then it may be freed. Then it is none any more. */
#define pthread_barrier_destroy(barrier)				\
	(__mc_assert(__mc_load(&(barrier)->__count, 4, "ONCE,RLX") % __MC_INSIDE == 0, "lock-misuse", \
		     "a barrier is destroyed while a thread waits at it"), \
	 (void)__mc_await(&(barrier)->__count, 4, "eq", 0, "ACQUIRE,ACQ"), \
	 __mc_lock_destroy(&(barrier)->__count, "POSIX lock"), 0)

static inline int pthread_barrier_wait(pthread_barrier_t *barrier)
{
	unsigned long generation = __mc_load(&barrier->__generation, 4, "ONCE,RLX");
	unsigned int total = barrier->__total, here;

	here = __mc_rmw(&barrier->__count, 4, "add", 1 + __MC_INSIDE, "MB,ACQ_REL", "MB,ACQ_REL") % __MC_INSIDE + 1;
	if (here == total) {
		__mc_rmw(&barrier->__count, 4, "sub", total, "ONCE,RLX", "ONCE,RLX");
		__mc_store(&barrier->__generation, 4, generation + 1, "RELEASE,REL");
		__mc_rmw(&barrier->__count, 4, "sub", __MC_INSIDE, "ONCE,RLX", "RELEASE,REL");
		return PTHREAD_BARRIER_SERIAL_THREAD;
	}
	__mc_await(&barrier->__generation, 4, "ne", generation, "ACQUIRE,ACQ");
	__mc_rmw(&barrier->__count, 4, "sub", __MC_INSIDE, "ONCE,RLX", "RELEASE,REL");
	return 0;
}

/* Declared, so that a call is refused. */
int pthread_cancel(pthread_t thread);

#endif
