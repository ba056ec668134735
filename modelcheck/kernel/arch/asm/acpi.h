/* SPDX-License-Identifier: MIT */
/* Firmware that tells nothing. */
#ifndef MC_ARCH_ASM_ACPI_H
#define MC_ARCH_ASM_ACPI_H

#define acpi_disabled 1
#define acpi_noirq 1
#define acpi_pci_disabled 1
#define acpi_strict 0
static inline void disable_acpi(void) { }
static inline void enable_acpi(void) { }
static inline void acpi_noirq_set(void) { }
static inline void arch_fix_phys_package_id(int number, u32 slot) { }

#endif
