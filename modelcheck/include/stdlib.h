/* SPDX-License-Identifier: MIT */
/* With -DMC_FAIL_MALLOC=1 every allocation may fail. */
#ifndef _STDLIB_H
#define _STDLIB_H

#include <mc/intrinsics.h>
#include <mc/resize.h>
#include <mc/stdtypes.h>

#ifndef MC_FAIL_MALLOC
#define MC_FAIL_MALLOC 0
#endif

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1
#define RAND_MAX 2147483647

#define __mc_malloc(size, zeroed) __mc_alloc((size), zeroed, MC_FAIL_MALLOC, __LONG_MAX__, "malloc")
#define malloc(size) __mc_malloc(size, 0)
#define calloc(n, size) __mc_malloc(__mc_product(n, size), 1)
/* Of size 0 it frees, and gives NULL, as glibc does. */
#define realloc(object, size) \
	__mc_resize(object, size, 0, __mc_free(__mc_old, "malloc"), __mc_malloc(__mc_bytes, 0))
#define reallocarray(object, n, size) realloc(object, __mc_product(n, size))
#define aligned_alloc(alignment, size) ((void)(alignment), __mc_malloc(size, 0))

static inline void (free)(void *object)
{
	__mc_free(object, "malloc");
}

#define free(object) __mc_free(object, "malloc")
/* The front end knows these: abort() is a failure. */
void abort(void) __attribute__((__noreturn__));
/*
 * The process ends: its caller does no more. The others go on, for there is no saying how soon they are stopped; but
 * that nobody ends their waits, or frees what they had, is then no mistake (no deadlock, no leak).
 */
void exit(int status) __attribute__((__noreturn__));
void quick_exit(int status) __attribute__((__noreturn__));
void _Exit(int status) __attribute__((__noreturn__));
#undef abs
#define abs(x) ({ int __mc_abs = (x); __mc_abs < 0 ? -__mc_abs : __mc_abs; })
#define labs(x) ({ long __mc_abs = (x); __mc_abs < 0 ? -__mc_abs : __mc_abs; })

/* C11 7.22.4.2: at least so many; POSIX's ATEXIT_MAX. */
#define __MC_MOST_AT_EXIT 32

__attribute__((weak)) unsigned int __mc_at_exit_count;
__attribute__((weak)) void (*__mc_at_exit[__MC_MOST_AT_EXIT])(void);
void more_calls_of_atexit_than_are_modelled(void);

static inline int atexit(void (*function)(void))
{
	unsigned long number = __mc_load(&__mc_at_exit_count, 4, "ONCE,RLX");

	if (number >= __MC_MOST_AT_EXIT)
		more_calls_of_atexit_than_are_modelled();
	__mc_store(&__mc_at_exit[number], 8, (unsigned long)function, "ONCE,RLX");
	__mc_store(&__mc_at_exit_count, 4, number + 1, "RELEASE,REL");
	return 0;
}

/* The front end calls it where the process ends: the last that was registered first, those that they register too. */
static inline void __mc_run_at_exit(void)
{
	unsigned long left;

	while ((left = __mc_load(&__mc_at_exit_count, 4, "ACQUIRE,ACQ")) != 0) {
		void (*function)(void) =
			(void (*)(void))__mc_load(&__mc_at_exit[left - 1], 8, "ONCE,RLX");

		__mc_store(&__mc_at_exit_count, 4, left - 1, "ONCE,RLX");
		function();
	}
}

/* Declared, so that a call is refused. */
int at_quick_exit(void (*function)(void));
int rand(void);
void srand(unsigned int seed);
int atoi(const char *text);
long strtol(const char *text, char **end, int base);
char *getenv(const char *name);
int posix_memalign(void **object, size_t alignment, size_t size);

#endif
