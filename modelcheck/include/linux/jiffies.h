/* SPDX-License-Identifier: MIT */
/* Time does not pass in the model: what depends on it is refused where it is called. */
#ifndef _LINUX_JIFFIES_H
#define _LINUX_JIFFIES_H

#include <linux/types.h>

#define HZ 1000
extern unsigned long volatile jiffies;
ktime_t ktime_get(void);
u64 ktime_get_ns(void);
u64 local_clock(void);
u64 sched_clock(void);
u64 get_jiffies_64(void);
#define msecs_to_jiffies(ms) ((unsigned long)(ms))
#define usecs_to_jiffies(us) ((unsigned long)(us) / 1000)
#define jiffies_to_msecs(j) ((unsigned int)(j))
#define time_after(a, b) ((long)((b) - (a)) < 0)
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) ((long)((a) - (b)) >= 0)
#define time_before_eq(a, b) time_after_eq(b, a)

#endif
