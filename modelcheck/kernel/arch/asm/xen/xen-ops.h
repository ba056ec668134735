/* SPDX-License-Identifier: MIT */
/* What the tree has outside of its folders of architectures. */
#ifndef MC_ARCH_ASM_XEN_XEN_OPS_H
#define MC_ARCH_ASM_XEN_XEN_OPS_H

#include <xen/arm/xen-ops.h>

#endif
