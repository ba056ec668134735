/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_KERNEL_H
#define _LINUX_KERNEL_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/stddef.h>
#include <linux/errno.h>
#include <linux/bug.h>
#include <linux/printk.h>
#include <linux/minmax.h>
#include <linux/math.h>
#include <linux/log2.h>
#include <linux/container_of.h>
#include <linux/kconfig.h>
#include <linux/stringify.h>
#include <linux/limits.h>
#include <mc/region.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define FIELD_SIZEOF(type, member) sizeof(((type *)0)->member)
#define __ALIGN_KERNEL(x, a) (((x) + ((__typeof__(x))(a) - 1)) & ~((__typeof__(x))(a) - 1))
#define ALIGN(x, a) __ALIGN_KERNEL(x, a)
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a) - 1))
#define PTR_ALIGN(p, a) ((__typeof__(p))ALIGN((unsigned long)(p), (a)))
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a) - 1)) == 0)
#define upper_32_bits(n) ((u32)((u64)(n) >> 32))
#define lower_32_bits(n) ((u32)(n))
#define cpu_to_le16(x) ((__le16)(x))
#define cpu_to_le32(x) ((__le32)(x))
#define cpu_to_le64(x) ((__le64)(x))
#define le16_to_cpu(x) ((u16)(x))
#define le32_to_cpu(x) ((u32)(x))
#define le64_to_cpu(x) ((u64)(x))

#define might_sleep() __mc_assumes("sleeping-anywhere")
#define might_sleep_if(condition) ((void)(condition), might_sleep())
#define might_fault() ((void)0)
#define cant_sleep() ((void)0)
#define in_interrupt() (__mc_assumes("process-context"), 0)
#define in_atomic() in_interrupt()
#define in_irq() in_interrupt()
#define in_softirq() in_interrupt()
#define in_task() (!in_interrupt())
#define irqs_disabled() __mc_interrupts_are_off()
#define smp_processor_id() (__mc_assumes("per-cpu-is-per-thread"), (int)__mc_self())
#define raw_smp_processor_id() smp_processor_id()
#define get_cpu() (preempt_disable(), smp_processor_id())
#define put_cpu() preempt_enable()

/* Every thread has a processor to itself; an interrupt handler is a thread of the program. So there is nothing to hold off,
 * but grace periods of RCU. */
#define preempt_disable() __mc_preemption_off()
#define preempt_enable() __mc_preemption_on()
#define preempt_disable_notrace() preempt_disable()
#define preempt_enable_notrace() preempt_enable()
#define preempt_enable_no_resched() preempt_enable()
#define migrate_disable() ((void)0)
#define migrate_enable() ((void)0)
#define local_irq_disable() __mc_irqs_off()
#define local_irq_enable() __mc_irqs_on()
#define local_irq_save(flags) __mc_irqs_save(flags)
#define local_irq_restore(flags) __mc_irqs_restore(flags)
#define local_bh_disable() __mc_bottom_halves_off()
#define local_bh_enable() __mc_bottom_halves_on()

/* The thread ends here, from however deep in its calls; kthread_stop() gives code. */
#define do_exit(code) __mc_exit((unsigned long)(long)(code))
#define complete_and_exit(completion, code) do {	\
	if (completion)					\
		complete(completion);			\
	do_exit(code);					\
} while (0)

#define _RET_IP_ 0UL
#define _THIS_IP_ 0UL

#endif
