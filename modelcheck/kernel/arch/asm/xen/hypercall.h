/* SPDX-License-Identifier: MIT */
/* What the tree has outside of its folders of architectures. */
#ifndef MC_ARCH_ASM_XEN_HYPERCALL_H
#define MC_ARCH_ASM_XEN_HYPERCALL_H

#include <xen/arm/hypercall.h>

#endif
