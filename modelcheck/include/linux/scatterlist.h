/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SCATTERLIST_H
#define _LINUX_SCATTERLIST_H

#include <linux/types.h>

struct scatterlist {
	const void *__address;
	unsigned int length;
};

static inline void sg_init_one(struct scatterlist *sg, const void *address, unsigned int length)
{
	sg->__address = address;
	sg->length = length;
}

#endif
