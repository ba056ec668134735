/* SPDX-License-Identifier: MIT */
/* Registers of devices are memory, where a scenario maps them: bodies say what ioremap() gives. */
#ifndef MC_ARCH_ASM_IO_H
#define MC_ARCH_ASM_IO_H

#include <linux/types.h>
#include <asm/page.h>
#include <asm/barrier.h>

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
#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 4, 0)
#include <asm-generic/io.h>
#else
#define __mc_io(type, address) (*(volatile type *)(address))
#define readb(address) __mc_io(u8, address)
#define readw(address) __mc_io(u16, address)
#define readl(address) __mc_io(u32, address)
#define readq(address) __mc_io(u64, address)
#define writeb(value, address) ((void)(wmb(), __mc_io(u8, address) = (value)))
#define writew(value, address) ((void)(wmb(), __mc_io(u16, address) = (value)))
#define writel(value, address) ((void)(wmb(), __mc_io(u32, address) = (value)))
#define writeq(value, address) ((void)(wmb(), __mc_io(u64, address) = (value)))
#define __raw_readb(address) readb(address)
#define __raw_readw(address) readw(address)
#define __raw_readl(address) readl(address)
#define __raw_readq(address) readq(address)
#define __raw_writeb(value, address) ((void)(__mc_io(u8, address) = (value)))
#define __raw_writew(value, address) ((void)(__mc_io(u16, address) = (value)))
#define __raw_writel(value, address) ((void)(__mc_io(u32, address) = (value)))
#define __raw_writeq(value, address) ((void)(__mc_io(u64, address) = (value)))
u8 inb(unsigned long port);
u16 inw(unsigned long port);
u32 inl(unsigned long port);
void outb(u8 value, unsigned long port);
void outw(u16 value, unsigned long port);
void outl(u32 value, unsigned long port);
#define memset_io(to, value, n) memset((void *)(to), (value), (n))
#define memcpy_fromio(to, from, n) memcpy((to), (const void *)(from), (n))
#define memcpy_toio(to, from, n) memcpy((void *)(to), (from), (n))
#define ioremap_nocache(address, size) ioremap(address, size)
#define ioremap_wc(address, size) ioremap(address, size)
#define mmiowb() barrier()
#define virt_to_bus(address) virt_to_phys(address)
#define bus_to_virt(address) phys_to_virt(address)
#endif

#endif
