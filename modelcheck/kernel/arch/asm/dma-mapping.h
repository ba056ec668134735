/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_DMA_MAPPING_H
#define MC_ARCH_ASM_DMA_MAPPING_H

#if __has_include(<asm-generic/dma-mapping.h>)
#include <asm-generic/dma-mapping.h>
#else
struct device;
struct dma_map_ops;
extern struct dma_map_ops *dma_ops;
#if MC_TREE_ASKS_BUSES_FOR_DMA
#define get_arch_dma_ops(bus) ((void)(bus), dma_ops)
#else
#define get_dma_ops(device) ((void)(device), dma_ops)
#endif
#if __has_include(<asm-generic/dma-mapping-common.h>)
#include <asm-generic/dma-mapping-common.h>
#endif
#endif

#endif
