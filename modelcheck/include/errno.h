/* SPDX-License-Identifier: MIT */
#ifndef _ERRNO_H
#define _ERRNO_H

#include <linux/errno.h>
#include <mc/slot.h>

/* One for each thread. */
__attribute__((weak)) int __mc_errno[MC_NR_THREADS];
#define errno (__mc_errno[__mc_slot()])

#endif
