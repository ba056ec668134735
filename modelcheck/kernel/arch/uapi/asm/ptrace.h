/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_UAPI_ASM_PTRACE_H
#define MC_ARCH_UAPI_ASM_PTRACE_H

#define PTRACE_SYSEMU 31
#define PTRACE_SYSEMU_SINGLESTEP 32

struct pt_regs {
	unsigned long __ip, __sp;
	long __result;
	int __of_user, __irqs_off;
};

#endif
