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
#define MAX_JIFFY_OFFSET ((long)(~0UL >> 1) / 2 - 1)
#define MSEC_PER_SEC 1000L
#define USEC_PER_SEC 1000000L
#define NSEC_PER_SEC 1000000000L

/* What would be negative as an int is for ever. */
static inline unsigned long msecs_to_jiffies(unsigned int ms)
{
	return (int)ms < 0 ? MAX_JIFFY_OFFSET : ms;
}

/* A part of one counts as one. */
static inline unsigned long usecs_to_jiffies(unsigned int us)
{
	return ((unsigned long)us + 999) / 1000;
}

#define jiffies_to_msecs(j) ((unsigned int)(j))
#define jiffies_to_usecs(j) ((unsigned int)(1000 * (unsigned long)(j)))
#define time_after(a, b) ((long)((b) - (a)) < 0)
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) ((long)((a) - (b)) >= 0)
#define time_before_eq(a, b) time_after_eq(b, a)
#define time_in_range(a, b, c) (time_after_eq(a, b) && time_before_eq(a, c))
#define time_in_range_open(a, b, c) (time_after_eq(a, b) && time_before(a, c))
#define time_after64(a, b) ((s64)((b) - (a)) < 0)
#define time_before64(a, b) time_after64(b, a)
#define time_after_eq64(a, b) ((s64)((a) - (b)) >= 0)
#define time_before_eq64(a, b) time_after_eq64(b, a)

#endif
