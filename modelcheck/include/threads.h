/* SPDX-License-Identifier: MIT */
/* C11 threads. */
#ifndef _THREADS_H
#define _THREADS_H

#include <mc/stdtypes.h>
#include <mc/intrinsics.h>
#include <mc/lock.h>
#include <mc/condition.h>
#include <mc/keys.h>

enum { thrd_success, thrd_nomem, thrd_timedout, thrd_busy, thrd_error };
enum { mtx_plain = 0, mtx_timed = 1, mtx_recursive = 2 };

#define thread_local _Thread_local
#define ONCE_FLAG_INIT { 0 }

typedef unsigned long thrd_t;
typedef int (*thrd_start_t)(void *argument);
typedef struct { unsigned int __word; } mtx_t, once_flag;
typedef struct __mc_condition cnd_t;

struct __mc_thrd {
	thrd_start_t function;
	void *argument;
};

static inline void *__mc_thrd_main(void *argument)
{
	struct __mc_thrd *start = argument;
	thrd_start_t function = start->function;
	void *own = start->argument;
	long result;

	__mc_free(start);
	result = function(own);
	if (__mc_has_keys())
		__mc_run_destructors();
	return (void *)result;
}

static inline thrd_t __mc_thrd_start(thrd_start_t function, void *argument)
{
	struct __mc_thrd *start = __mc_alloc(sizeof(*start), 0, 0);

	start->function = function;
	start->argument = argument;
	return __mc_spawn(__mc_thrd_main, start);
}

static inline void __mc_thrd_result(int *to, unsigned long result)
{
	if (to)
		*to = (int)result;
}

#define thrd_create(thread, function, argument) (*(thread) = __mc_thrd_start(function, argument), thrd_success)
static inline __attribute__((__noreturn__)) void thrd_exit(int result)
{
	if (__mc_has_keys())
		__mc_run_destructors();
	__mc_exit((unsigned long)(long)result);
}

#define thrd_exit(result) \
	(__mc_has_keys() ? __mc_run_destructors() : (void)0, __mc_exit((unsigned long)(long)(int)(result)))
#define thrd_join(thread, result) (__mc_thrd_result((result), __mc_join_once(thread)), thrd_success)
#define thrd_detach(thread) (__mc_detach(thread), thrd_success)
#define thrd_current() __mc_self()
#define thrd_equal(a, b) ((a) == (b))
#define thrd_yield() __mc_relax()
#define thrd_sleep(time, left) ((void)(time), (void)(left), 0)

#define TSS_DTOR_ITERATIONS __MC_DESTRUCTOR_ROUNDS

typedef unsigned int tss_t;
typedef void (*tss_dtor_t)(void *value);

static inline int tss_create(tss_t *key, tss_dtor_t destructor)
{
	*key = __mc_key_made(destructor);
	return thrd_success;
}

static inline void tss_delete(tss_t key)
{
	__mc_key_deleted(key);
}

static inline void *tss_get(tss_t key)
{
	return __mc_key_values[key];
}

static inline int tss_set(tss_t key, void *value)
{
	__mc_key_values[key] = value;
	return thrd_success;
}

/* A recursive mutex is not modelled: declared, so that asking for one is refused. */
void recursive_mutex_is_not_modelled(void);
static inline int mtx_init(mtx_t *mutex, int type)
{
	if (type & mtx_recursive)
		recursive_mutex_is_not_modelled();
	__mc_lock_init(&mutex->__word, "POSIX lock");
	return thrd_success;
}

#define mtx_destroy(mutex) __mc_posix_destroy(&(mutex)->__word)
#define mtx_lock(mutex) (__mc_lock(&(mutex)->__word, "POSIX lock"), thrd_success)
#define mtx_trylock(mutex) (__mc_trylock(&(mutex)->__word, "POSIX lock") ? thrd_success : thrd_busy)
#define mtx_unlock(mutex) (__mc_unlock_word(&(mutex)->__word, "POSIX lock"), thrd_success)

#define cnd_init(cond) (__mc_condition_init(cond), thrd_success)
#define cnd_destroy(cond) __mc_condition_destroy(cond)
#define cnd_wait(cond, mutex) (__mc_condition_wait(cond, &(mutex)->__word), thrd_success)
#define cnd_signal(cond) (__mc_condition_signal(cond), thrd_success)
#define cnd_broadcast(cond) (__mc_condition_broadcast(cond), thrd_success)

static inline void call_once(once_flag *once, void (*function)(void))
{
	if (__mc_rmw_if(&once->__word, 4, "xchg", 1, "eq", 0, "ACQUIRE,ACQ", "ONCE,RLX", "ONCE,RLX") == 0) {
		function();
		__mc_store(&once->__word, 4, 2, "RELEASE,REL");
	} else {
		__mc_await(&once->__word, 4, "eq", 2, "ACQUIRE,ACQ");
	}
}

#endif
