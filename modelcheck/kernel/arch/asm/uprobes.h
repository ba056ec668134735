/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_UPROBES_H
#define MC_ARCH_ASM_UPROBES_H

#include <linux/types.h>

#define MAX_UINSN_BYTES 16
#define UPROBE_SWBP_INSN 0xcc
#define UPROBE_SWBP_INSN_SIZE 1
#define UPROBE_XOL_SLOT_BYTES 128
typedef u8 uprobe_opcode_t;
struct arch_uprobe {
	union {
		u8 insn[MAX_UINSN_BYTES];
		u8 ixol[MAX_UINSN_BYTES];
	};
};
struct arch_uprobe_task {
	unsigned long saved;
};

#endif
