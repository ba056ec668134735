/* SPDX-License-Identifier: MIT */
/* A guest of whatever runs it: x86_hyper_type is for a scenario to set. */
#ifndef MC_ARCH_ASM_HYPERVISOR_H
#define MC_ARCH_ASM_HYPERVISOR_H

enum x86_hypervisor_type {
	X86_HYPER_NATIVE,
	X86_HYPER_VMWARE,
	X86_HYPER_MS_HYPERV,
	X86_HYPER_XEN_PV,
	X86_HYPER_XEN_HVM,
	X86_HYPER_KVM,
	X86_HYPER_JAILHOUSE,
	X86_HYPER_ACRN,
};
extern enum x86_hypervisor_type x86_hyper_type;
struct hypervisor_x86;
extern const struct hypervisor_x86 *x86_hyper;
extern const struct hypervisor_x86 x86_hyper_vmware;
#define hypervisor_is_type(type) (x86_hyper_type == (type))

#endif
