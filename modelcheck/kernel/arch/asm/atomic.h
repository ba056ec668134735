/* SPDX-License-Identifier: MIT */
/* The operations of <mc/atomic.h> under all of their names; mc/atomic_names.h is made by modelcheck/kernel/made.py. */
#ifndef MC_ARCH_ASM_ATOMIC_H
#define MC_ARCH_ASM_ATOMIC_H

#include <linux/types.h>
#include <asm/cmpxchg.h>
#include <mc/atomic.h>
#include <mc/atomic_names.h>

#endif
