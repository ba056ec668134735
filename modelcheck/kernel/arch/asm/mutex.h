/* SPDX-License-Identifier: MIT */
/* For kernels before 4.11. */
#ifndef MC_ARCH_ASM_MUTEX_H
#define MC_ARCH_ASM_MUTEX_H

#if __has_include(<asm-generic/mutex-dec.h>)
#include <asm-generic/mutex-dec.h>
#endif

#endif
