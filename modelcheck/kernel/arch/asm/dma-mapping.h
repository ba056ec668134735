/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_DMA_MAPPING_H
#define MC_ARCH_ASM_DMA_MAPPING_H

#if __has_include(<asm-generic/dma-mapping.h>)
#include <asm-generic/dma-mapping.h>
#else
struct device;
struct dma_map_ops;
extern struct dma_map_ops *dma_ops;
#define get_dma_ops(device) ((void)(device), dma_ops)
#if __has_include(<asm-generic/dma-mapping-common.h>)
#include <asm-generic/dma-mapping-common.h>
#endif
#endif

#endif
