/* SPDX-License-Identifier: MIT */
/* Interrupts are threads of the program. What asks the kernel for them is declared only, so that a call is refused. */
#ifndef _LINUX_INTERRUPT_H
#define _LINUX_INTERRUPT_H

#include <linux/kernel.h>
#include <linux/hardirq.h>

typedef enum irqreturn {
	IRQ_NONE = 0,
	IRQ_HANDLED = 1,
	IRQ_WAKE_THREAD = 2,
} irqreturn_t;
typedef irqreturn_t (*irq_handler_t)(int irq, void *device);

#define IRQF_SHARED 0x80UL
#define IRQ_RETVAL(x) ((x) ? IRQ_HANDLED : IRQ_NONE)

struct tasklet_struct {
	void (*func)(unsigned long data);
	unsigned long data;
};

int request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags, const char *name, void *device);
const void *free_irq(unsigned int irq, void *device);
void synchronize_irq(unsigned int irq);
void disable_irq(unsigned int irq);
void enable_irq(unsigned int irq);
void tasklet_init(struct tasklet_struct *tasklet, void (*func)(unsigned long data), unsigned long data);
void tasklet_schedule(struct tasklet_struct *tasklet);
void tasklet_kill(struct tasklet_struct *tasklet);

#endif
