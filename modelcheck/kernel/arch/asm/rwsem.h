/* SPDX-License-Identifier: MIT */
/* For kernels before 5.1: what the words of a semaphore mean. */
#ifndef MC_ARCH_ASM_RWSEM_H
#define MC_ARCH_ASM_RWSEM_H

#if __has_include(<asm-generic/rwsem.h>)
#include <asm-generic/rwsem.h>
#else
#define RWSEM_UNLOCKED_VALUE 0L
#define RWSEM_ACTIVE_BIAS 1L
#define RWSEM_ACTIVE_MASK 0xffffffffL
#define RWSEM_WAITING_BIAS (-RWSEM_ACTIVE_MASK - 1)
#define RWSEM_ACTIVE_READ_BIAS RWSEM_ACTIVE_BIAS
#define RWSEM_ACTIVE_WRITE_BIAS (RWSEM_WAITING_BIAS + RWSEM_ACTIVE_BIAS)
#endif

#endif
