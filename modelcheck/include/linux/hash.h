/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_HASH_H
#define _LINUX_HASH_H

#include <linux/types.h>

#define GOLDEN_RATIO_32 0x61C88647U
#define GOLDEN_RATIO_64 0x61C8864680B583EBUL
#define hash_32(value, bits) ((u32)(value) * GOLDEN_RATIO_32 >> (32 - (bits)))
#define hash_64(value, bits) ((u32)((u64)(value) * GOLDEN_RATIO_64 >> (64 - (bits))))
#define hash_long(value, bits) hash_64(value, bits)
#define hash_ptr(p, bits) hash_64((unsigned long)(p), bits)
#define hash32_ptr(p) ({						\
	unsigned long __mc_hashed = (unsigned long)(p);			\
	(u32)(__mc_hashed ^ __mc_hashed >> 32);				\
})

#endif
