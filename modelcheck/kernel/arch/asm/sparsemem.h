/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_SPARSEMEM_H
#define MC_ARCH_ASM_SPARSEMEM_H

#define SECTION_SIZE_BITS 27
#define MAX_PHYSMEM_BITS 46

#endif
