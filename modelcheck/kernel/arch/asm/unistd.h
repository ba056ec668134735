/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_UNISTD_H
#define MC_ARCH_ASM_UNISTD_H

#include <uapi/asm/unistd.h>

extern const unsigned long sys_call_table[];
#ifndef NR_syscalls
#define NR_syscalls __NR_syscalls
#endif

#endif
