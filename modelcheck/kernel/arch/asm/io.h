/* SPDX-License-Identifier: MIT */
/* Registers of devices are memory, where a scenario maps them: bodies say what ioremap() gives. */
#ifndef MC_ARCH_ASM_IO_H
#define MC_ARCH_ASM_IO_H

#include <linux/types.h>
#include <asm/page.h>

#define __iormb(...) rmb()
#define __iowmb() wmb()
void __iomem *ioremap(phys_addr_t address, size_t size);
void iounmap(volatile void __iomem *address);
#define ioremap ioremap
#define iounmap iounmap
#define virt_to_phys virt_to_phys
#define phys_to_virt phys_to_virt
static inline phys_addr_t virt_to_phys(volatile void *address) { return __pa(address); }
static inline void *phys_to_virt(phys_addr_t address) { return __va(address); }
#define ioremap_cache(address, size) ioremap(address, size)
#define xlate_dev_mem_ptr(address) __va(address)
#define unxlate_dev_mem_ptr(address, pointer) ((void)(pointer))
#include <asm-generic/io.h>

#endif
