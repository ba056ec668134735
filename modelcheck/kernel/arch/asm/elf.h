/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_ELF_H
#define MC_ARCH_ASM_ELF_H

#include <asm/ptrace.h>
#include <linux/types.h>

#define ELF_CLASS ELFCLASS64
#define ELF_DATA ELFDATA2LSB
#define ELF_ARCH 0
#define ELF_NGREG 4
#define ELF_EXEC_PAGESIZE 4096
#define ELF_ET_DYN_BASE 0x10000UL
#define ELF_HWCAP 0
#define ELF_PLATFORM ((const char *)0)
#define elf_check_arch(x) 0
#define CORE_DUMP_USE_REGSET
typedef unsigned long elf_greg_t;
typedef elf_greg_t elf_gregset_t[ELF_NGREG];
typedef unsigned long elf_fpregset_t;

#endif
