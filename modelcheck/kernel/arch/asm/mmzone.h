/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_MMZONE_H
#define MC_ARCH_ASM_MMZONE_H

#ifdef CONFIG_NUMA
struct pglist_data;
extern struct pglist_data *node_data[];
#define NODE_DATA(node) (node_data[node])
#endif

#endif
