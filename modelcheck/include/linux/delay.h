/* SPDX-License-Identifier: MIT */
/* A delay is no order and no promise: any thread may run on before, during or after it. */
#ifndef _LINUX_DELAY_H
#define _LINUX_DELAY_H

#include <mc/intrinsics.h>
#include <mc/lock.h>

#define ndelay(n) (__mc_assumes("delays-are-nothing"), (void)(n))
#define udelay(n) (__mc_assumes("delays-are-nothing"), (void)(n))
#define mdelay(n) (__mc_assumes("delays-are-nothing"), (void)(n))
#define msleep(n) (__mc_assumes("delays-are-nothing"), (void)(n))
#define ssleep(n) (__mc_assumes("delays-are-nothing"), (void)(n))
#define usleep_range(low, high) (__mc_assumes("delays-are-nothing"), (void)(low), (void)(high))
#define fsleep(n) (__mc_assumes("delays-are-nothing"), (void)(n))
#define msleep_interruptible(n) \
	(__mc_assumes("delays-are-nothing"), (unsigned long)((n) > 0 && __mc_interrupted()))

#endif
