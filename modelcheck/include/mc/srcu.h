/* SPDX-License-Identifier: MIT */
/* A body for <linux/srcu.h>: the end of an SRCU structure. */
#ifndef MC_SRCU_H
#define MC_SRCU_H

#include <linux/srcu.h>

void cleanup_srcu_struct(struct srcu_struct *s)
{
	unsigned long pending = __mc_load(&s->__pending, 8, "ACQUIRE");
	unsigned int readers = __mc_load(&s->__readers, 4, "ACQUIRE");

	__mc_assert(readers == 0, "warning", "cleanup_srcu_struct: a reader is still in a section");
	__mc_assert(pending == 0, "warning", "cleanup_srcu_struct: callbacks are still to come");
	if (readers || pending)
		return;
	__mc_reset(&s->__srcu_word, 4, "destroy SRCU structure");
	__mc_reset(&s->__pending, 8, "destroy SRCU structure");
}

#endif
