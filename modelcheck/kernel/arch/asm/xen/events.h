/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_XEN_EVENTS_H
#define MC_ARCH_ASM_XEN_EVENTS_H

enum ipi_vector {
	XEN_PLACEHOLDER_VECTOR,
	XEN_NR_IPIS,
};
static inline int xen_irqs_disabled(struct pt_regs *regs) { return regs->__irqs_off; }
#define xen_support_evtchn_rebind() 1
#define xchg_xen_ulong(p, value) xchg((p), (value))

#endif
