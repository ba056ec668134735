/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_UAPI_ASM_BYTEORDER_H
#define MC_ARCH_UAPI_ASM_BYTEORDER_H

#include <linux/byteorder/little_endian.h>

#endif
