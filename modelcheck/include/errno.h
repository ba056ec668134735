/* SPDX-License-Identifier: MIT */
#ifndef _ERRNO_H
#define _ERRNO_H

#include <linux/errno.h>

/* One for each thread. */
#ifndef MC_NR_THREADS
#define MC_NR_THREADS 16
#endif
__attribute__((weak)) int __mc_errno[MC_NR_THREADS];
#define errno (__mc_errno[__mc_self()])

#endif
