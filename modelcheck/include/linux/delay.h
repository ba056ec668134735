/* SPDX-License-Identifier: MIT */
/* A delay is no order and no promise: any thread may run on before, during or after it. */
#ifndef _LINUX_DELAY_H
#define _LINUX_DELAY_H

#include <mc/intrinsics.h>

#define ndelay(n) ((void)(n))
#define udelay(n) ((void)(n))
#define mdelay(n) ((void)(n))
#define msleep(n) ((void)(n))
#define ssleep(n) ((void)(n))
#define usleep_range(low, high) ((void)(low), (void)(high))
#define fsleep(n) ((void)(n))
#define msleep_interruptible(n) ((void)(n), 0UL)

#endif
