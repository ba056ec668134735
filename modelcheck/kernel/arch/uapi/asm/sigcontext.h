/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_UAPI_ASM_SIGCONTEXT_H
#define MC_ARCH_UAPI_ASM_SIGCONTEXT_H

struct sigcontext {
	unsigned long __any;
};

#endif
