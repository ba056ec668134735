/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_UNISTD_H
#define MC_ARCH_ASM_UNISTD_H

#if __has_include(<uapi/asm-generic/unistd.h>)
#include <uapi/asm-generic/unistd.h>
#else
#include <asm-generic/unistd.h>
#endif

extern const unsigned long sys_call_table[];
#ifndef NR_syscalls
#define NR_syscalls __NR_syscalls
#endif

#endif
