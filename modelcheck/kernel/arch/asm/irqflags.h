/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_IRQFLAGS_H
#define MC_ARCH_ASM_IRQFLAGS_H

#include <mc/region.h>

#if MC_RCU_FLAVORS
/* No grace period waits for who has interrupts off; that he has is known all the same. */
__attribute__((weak)) unsigned int __mc_irqs[MC_NR_THREADS];
#define __mc_irqs_are_off() __mc_load(&__mc_irqs[__mc_slot()], 4, "ONCE")
#define __mc_irqs_set(off) __mc_store(&__mc_irqs[__mc_slot()], 4, (off), "ONCE")
#define __mc_irqs_asked() __mc_irqs_are_off()
#undef __mc_irqs_off
#undef __mc_irqs_on
#undef __mc_irqs_save
#undef __mc_irqs_restore
#define __mc_irqs_off() __mc_irqs_set(1)
#define __mc_irqs_on() __mc_irqs_set(0)
#define __mc_irqs_save(flags) ((flags) = __mc_irqs_are_off(), __mc_irqs_off())
#define __mc_irqs_restore(flags) __mc_irqs_set((flags) != 0)
#else
#define __mc_irqs_asked() __mc_load(&__mc_irqs[__mc_slot()], 4, "ONCE,Region,Asked")
#endif

#define ARCH_IRQS_ON 0UL
#define ARCH_IRQS_OFF 1UL
#define arch_local_save_flags() ((unsigned long)__mc_irqs_asked())
#define arch_local_irq_disable() __mc_irqs_off()
#define arch_local_irq_enable() __mc_irqs_on()
#define arch_local_irq_save() ({ unsigned long __mc_saved; __mc_irqs_save(__mc_saved); __mc_saved; })
#define arch_local_irq_restore(flags) __mc_irqs_restore(flags)
#define arch_irqs_disabled_flags(flags) ((flags) != 0)
#define arch_irqs_disabled() (arch_local_save_flags() != 0)
#define arch_safe_halt() ((void)0)

#endif
