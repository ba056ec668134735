/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_ACENV_H
#define MC_ARCH_ASM_ACENV_H

#define ACPI_FLUSH_CPU_CACHE() ((void)0)

#endif
