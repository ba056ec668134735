/* SPDX-License-Identifier: MIT */
/*
 * Regions with preemption, bottom halves or interrupts off. Since v5.0 grace periods of RCU wait for them as for any reader;
 * before, those of RCU-sched and RCU-bh did, which are not modelled. Where the program waits for no grace period they leave
 * nothing behind.
 *
 * Regions nest, but for those with interrupts off: a thread has them off or not. Whoever turns them on ends the region, however
 * often they were turned off; who restores them makes them what they were when they were saved.
 */
#ifndef MC_REGION_H
#define MC_REGION_H

#include <mc/intrinsics.h>
#include <mc/asked.h>
#include <mc/version.h>

#define MC_RCU_FLAVORS (MC_KERNEL_VERSION < 0x050000)

#if MC_RCU_FLAVORS
#define __mc_region(use) ((void)0)
#define __mc_irqs_matter() __mc_depths_asked()
#else
#define __mc_region(use) __mc_section(use)
#define __mc_irqs_matter() 1
#endif

#define __mc_preemption_off() (__mc_deeper(preemption, 1), __mc_region("take preemption"))
#define __mc_preemption_on() (__mc_deeper(preemption, -1), __mc_region("give preemption"))
#define __mc_bottom_halves_off() (__mc_deeper(bottom_halves, 1), __mc_region("take bottom halves"))
#define __mc_bottom_halves_on() (__mc_deeper(bottom_halves, -1), __mc_region("give bottom halves"))

/*
 * What each thread alone reads and writes; its accesses bear the tag Region, and go where the regions go. Who asks whether a
 * thread is in a region, as irqs_disabled() of a kernel tree does, reads with the tag Asked: then they stay.
 */
__attribute__((weak)) unsigned int __mc_irqs[MC_NR_THREADS];
#define __mc_irqs_are_off() \
	(__mc_depths_asked() ? (unsigned long)__mc_depth.interrupts : \
	 __mc_irqs_matter() ? __mc_load(&__mc_irqs[__mc_slot()], 4, "ONCE,Region") : 0)
#define __mc_irqs_are_now(off) do {					\
	if (__mc_depths_asked())					\
		__mc_depth.interrupts = (off);		\
	else if (__mc_irqs_matter())					\
		__mc_store(&__mc_irqs[__mc_slot()], 4, (off), "ONCE,Region"); \
} while (0)
#define __mc_irqs_off() ({						\
	if (__mc_irqs_matter() && !__mc_irqs_are_off()) {		\
		__mc_irqs_are_now(1);					\
		__mc_region("take interrupts");				\
	}								\
	(void)0;							\
})
#define __mc_irqs_on() ({						\
	if (__mc_irqs_matter() && __mc_irqs_are_off()) {		\
		__mc_irqs_are_now(0);					\
		__mc_region("give interrupts");				\
	}								\
	(void)0;							\
})
#define __mc_irqs_save(flags) ({ (flags) = __mc_irqs_are_off(); __mc_irqs_off(); })
#define __mc_irqs_restore(flags) ({					\
	if (flags)							\
		__mc_irqs_off();					\
	else								\
		__mc_irqs_on();						\
	(void)0;							\
})

/* What lockdep asks: being in a region, as in_softirq(), irqs_disabled() and preemptible() have it. */
#define __mc_bottom_halves_are_off() (__mc_deep()->bottom_halves > 0)
#define __mc_interrupts_are_off() (__mc_deep()->interrupts > 0)
#define __mc_preemptible() \
	(__mc_deep()->preemption <= 0 && __mc_deep()->bottom_halves <= 0 && __mc_deep()->interrupts <= 0)

#endif
