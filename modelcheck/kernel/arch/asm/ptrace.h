/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_PTRACE_H
#define MC_ARCH_ASM_PTRACE_H

#include <uapi/asm/ptrace.h>

#define user_mode(regs) ((regs)->__of_user)
#define instruction_pointer(regs) ((regs)->__ip)
#define profile_pc(regs) instruction_pointer(regs)
#define user_stack_pointer(regs) ((regs)->__sp)
#define kernel_stack_pointer(regs) ((regs)->__sp)
static inline long regs_return_value(struct pt_regs *regs) { return regs->__result; }
#define is_syscall_success(regs) (regs_return_value(regs) >= 0)
#define instruction_pointer_set(regs, value) ((void)((regs)->__ip = (value)))
#define current_user_stack_pointer() 0UL
#define current_pt_regs() ((struct pt_regs *)0)
#define arch_has_single_step() 0
#define regs_irqs_disabled(regs) ((regs)->__irqs_off)

#endif
