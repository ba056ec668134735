/* SPDX-License-Identifier: MIT */
/*
 * Memory of user space is memory that threads of the program may change at any time. Copying works on objects whose types are
 * known; with -DMC_FAIL_COPY_FROM_USER=1 and the like nothing may be copied.
 */
#ifndef _LINUX_UACCESS_H
#define _LINUX_UACCESS_H

#include <linux/kernel.h>

#ifndef MC_FAIL_COPY_FROM_USER
#define MC_FAIL_COPY_FROM_USER 0
#endif
#ifndef MC_FAIL_COPY_TO_USER
#define MC_FAIL_COPY_TO_USER 0
#endif
#ifndef MC_FAIL_GET_USER
#define MC_FAIL_GET_USER 0
#endif
#ifndef MC_FAIL_PUT_USER
#define MC_FAIL_PUT_USER 0
#endif

#define __mc_users_memory() __mc_assumes("user-memory-is-the-program-s")

/* Bytes that were not copied; copy_from_user() sets them to 0. */
#define copy_from_user(to, from, size) \
	(__mc_users_memory(), MC_FAIL_COPY_FROM_USER && __mc_choose(2) ? (__builtin_memset((to), 0, (size)), (unsigned long)(size)) \
						  : (__builtin_memcpy((to), (from), (size)), 0UL))
#define copy_to_user(to, from, size) \
	(__mc_users_memory(), MC_FAIL_COPY_TO_USER && __mc_choose(2) ? (unsigned long)(size) : (__builtin_memcpy((to), (from), (size)), 0UL))
#define __copy_from_user(to, from, size) copy_from_user(to, from, size)
#define __copy_to_user(to, from, size) copy_to_user(to, from, size)
#define clear_user(to, size) \
	(MC_FAIL_COPY_TO_USER && __mc_choose(2) ? (unsigned long)(size) : (__builtin_memset((to), 0, (size)), 0UL))
#define get_user(x, p) \
	(__mc_users_memory(), MC_FAIL_GET_USER && __mc_choose(2) ? ((x) = 0, -EFAULT) : ((void)((x) = (__typeof__(x))READ_ONCE(*(p))), 0))
#define put_user(x, p) \
	(__mc_users_memory(), MC_FAIL_PUT_USER && __mc_choose(2) ? -EFAULT : ((void)WRITE_ONCE(*(p), (__typeof__(*(p)))(x)), 0))
#define __get_user(x, p) get_user(x, p)
#define __put_user(x, p) put_user(x, p)
#define access_ok(...) 1

#endif
