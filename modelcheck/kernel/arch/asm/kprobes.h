/* SPDX-License-Identifier: MIT */
/* Probes are data: no code is patched. */
#ifndef MC_ARCH_ASM_KPROBES_H
#define MC_ARCH_ASM_KPROBES_H

#include <linux/types.h>

#if __has_include(<asm-generic/kprobes.h>)
#include <asm-generic/kprobes.h>
#endif
#ifdef CONFIG_KPROBES
#define __ARCH_WANT_KPROBES_INSN_SLOT
#define MAX_INSN_SIZE 1
#define MAX_STACK_SIZE 64
#define kretprobe_blacklist_size 0
#define flush_insn_slot(p) ((void)(p))
typedef u8 kprobe_opcode_t;
struct kprobe;
struct pt_regs;
struct arch_specific_insn {
	kprobe_opcode_t *insn;
};
struct prev_kprobe {
	struct kprobe *kp;
	unsigned long status;
};
struct kprobe_ctlblk {
	unsigned long kprobe_status;
	struct prev_kprobe prev_kprobe;
};
int kprobe_fault_handler(struct pt_regs *regs, int trap);
void arch_remove_kprobe(struct kprobe *probe);
#endif

#endif
