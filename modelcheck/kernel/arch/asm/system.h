/* SPDX-License-Identifier: MIT */
/* For kernels before 3.4. */
#ifndef MC_ARCH_ASM_SYSTEM_H
#define MC_ARCH_ASM_SYSTEM_H

#include <asm/barrier.h>
#include <asm/cmpxchg.h>
#include <linux/irqflags.h>

#define arch_align_stack(x) (x)
#define switch_to(was, now, last) ((void)(was), (void)(now))

#endif
