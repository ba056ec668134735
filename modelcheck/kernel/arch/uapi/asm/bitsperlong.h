/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_UAPI_ASM_BITSPERLONG_H
#define MC_ARCH_UAPI_ASM_BITSPERLONG_H

#define __BITS_PER_LONG 64
#include <asm-generic/bitsperlong.h>

#endif
