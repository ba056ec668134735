/* SPDX-License-Identifier: MIT */
/* Declared, so that a call is refused. */
#ifndef _LINUX_IRQ_WORK_H
#define _LINUX_IRQ_WORK_H

#include <linux/types.h>

struct irq_work {
	void (*func)(struct irq_work *work);
};

bool irq_work_queue(struct irq_work *work);
void irq_work_sync(struct irq_work *work);

#endif
