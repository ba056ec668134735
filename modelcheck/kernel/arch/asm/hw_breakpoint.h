/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_HW_BREAKPOINT_H
#define MC_ARCH_ASM_HW_BREAKPOINT_H

#include <linux/types.h>

#define HBP_NUM 4
#define hw_breakpoint_slots(type) HBP_NUM
struct arch_hw_breakpoint {
	unsigned long address;
	u8 len, type;
};
struct perf_event;
struct perf_event_attr;
struct notifier_block;
struct pmu;
struct task_struct;
int arch_check_bp_in_kernelspace(struct arch_hw_breakpoint *hw);
int hw_breakpoint_arch_parse(struct perf_event *event, const struct perf_event_attr *attr, struct arch_hw_breakpoint *hw);
int arch_install_hw_breakpoint(struct perf_event *event);
void arch_uninstall_hw_breakpoint(struct perf_event *event);
void hw_breakpoint_pmu_read(struct perf_event *event);
int hw_breakpoint_exceptions_notify(struct notifier_block *block, unsigned long value, void *data);
static inline void flush_ptrace_hw_breakpoint(struct task_struct *task) { }

#endif
