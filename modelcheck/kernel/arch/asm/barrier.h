/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_BARRIER_H
#define MC_ARCH_ASM_BARRIER_H

#include <mc/barrier.h>
#include <asm-generic/barrier.h>

#endif
