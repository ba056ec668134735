/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_PERF_EVENT_H
#define MC_ARCH_ASM_PERF_EVENT_H

#define perf_arch_fetch_caller_regs(regs, ip) ((void)(regs), (void)(ip))
#define perf_misc_flags(...) 0UL
#define perf_instruction_pointer(regs) instruction_pointer(regs)
#define PERF_EVENT_INDEX_OFFSET 0

#endif
