/* SPDX-License-Identifier: MIT */
/* Numbers for objects are not modelled: declared, so that a call is refused. */
#ifndef _LINUX_IDR_H
#define _LINUX_IDR_H

#include <linux/types.h>

struct idr {
	char unused;
};

struct ida {
	char unused;
};

#define IDR_INIT(name) { 0 }
#define DEFINE_IDR(name) struct idr name = IDR_INIT(name)
#define DEFINE_IDA(name) struct ida name = { 0 }
void idr_init(struct idr *idr);
int idr_alloc(struct idr *idr, void *object, int first, int end, gfp_t flags);
void *idr_find(const struct idr *idr, unsigned long id);
void *idr_remove(struct idr *idr, unsigned long id);
void idr_destroy(struct idr *idr);
int ida_alloc(struct ida *ida, gfp_t flags);
void ida_free(struct ida *ida, unsigned int id);

#endif
