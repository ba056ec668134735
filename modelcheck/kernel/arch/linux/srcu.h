/* SPDX-License-Identifier: MIT */
/* The tree's, but for a fence that the memory model knows by name, and for what tells readers that others may end. */
#undef smp_mb__after_srcu_read_unlock
#include_next <linux/srcu.h>
#define smp_mb__after_srcu_read_unlock() __mc_fence("After-srcu-read-unlock")
#if MC_TREE_HANDS_SRCU_READERS_ON
int __mc_srcu_down_read(struct srcu_struct *domain);
void __mc_srcu_up_read(struct srcu_struct *domain, int index);
#define srcu_down_read(domain) __mc_srcu_down_read(domain)
#define srcu_up_read(domain, index) __mc_srcu_up_read(domain, index)
#endif
