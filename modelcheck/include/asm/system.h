/* SPDX-License-Identifier: MIT */
#ifndef _ASM_SYSTEM_H
#define _ASM_SYSTEM_H

#include <asm/barrier.h>
#include <asm/cmpxchg.h>

#endif
