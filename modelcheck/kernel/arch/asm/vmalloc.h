/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_VMALLOC_H
#define MC_ARCH_ASM_VMALLOC_H



#endif
