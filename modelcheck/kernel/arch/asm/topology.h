/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_TOPOLOGY_H
#define MC_ARCH_ASM_TOPOLOGY_H

/* All CPUs are of one node. */
#ifdef CONFIG_NUMA
#define cpu_to_node(cpu) ((void)(cpu), 0)
#define cpumask_of_node(node) ((void)(node), cpu_online_mask)
#define pcibus_to_node(bus) ((void)(bus), -1)
#endif
#include <asm-generic/topology.h>

#endif
