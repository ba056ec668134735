/* SPDX-License-Identifier: MIT */
/* Each thread of a scenario is a task: bodies/task.c. */
#ifndef MC_ARCH_ASM_CURRENT_H
#define MC_ARCH_ASM_CURRENT_H

struct task_struct;
struct task_struct *__mc_current(void);
#define get_current() __mc_current()
#define current get_current()

#endif
