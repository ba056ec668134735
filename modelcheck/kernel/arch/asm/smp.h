/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_SMP_H
#define MC_ARCH_ASM_SMP_H

#define raw_smp_processor_id() __mc_cpu()
#define hard_smp_processor_id() raw_smp_processor_id()

struct cpumask;
void arch_send_call_function_single_ipi(int cpu);
void arch_send_call_function_ipi_mask(const struct cpumask *mask);
void arch_smp_send_reschedule(int cpu);
#define smp_send_reschedule(cpu) arch_smp_send_reschedule(cpu)

#endif
