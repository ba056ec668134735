/* SPDX-License-Identifier: MIT */
/* The tree's, but for a fence that the memory model knows by name. */
#undef smp_mb__after_srcu_read_unlock
#include_next <linux/srcu.h>
#define smp_mb__after_srcu_read_unlock() __mc_fence("After-srcu-read-unlock")
