/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_IRQFLAGS_H
#define MC_ARCH_ASM_IRQFLAGS_H

#include <mc/region.h>

#define ARCH_IRQS_ON 0UL
#define ARCH_IRQS_OFF 1UL
#define arch_local_save_flags() ((unsigned long)__mc_irqs_are_off())
#define arch_local_irq_disable() __mc_irqs_off()
#define arch_local_irq_enable() __mc_irqs_on()
#define arch_local_irq_save() ({ unsigned long __mc_saved; __mc_irqs_save(__mc_saved); __mc_saved; })
#define arch_local_irq_restore(flags) __mc_irqs_restore(flags)
#define arch_irqs_disabled_flags(flags) ((flags) != 0)
#define arch_irqs_disabled() (arch_local_save_flags() != 0)
#define arch_safe_halt() ((void)0)

#endif
