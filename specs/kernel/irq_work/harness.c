/* SPDX-License-Identifier: MIT */
/*
 * Work for the second processor: interrupts between processors are a list of it, which a thread of that processor runs with
 * interrupts off, as the architecture's handler does.
 */
#include <linux/irq_work.h>
#include <linux/irqflags.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <mc/check.h>

#define OTHER 1

static LLIST_HEAD(called);

void __smp_call_single_queue(int cpu, struct llist_node *node)
{
	llist_add(node, &called);
}

static void interrupt(void)
{
	struct irq_work *work, *next;
	struct llist_node *list;

	local_irq_disable();
	list = llist_del_all(&called);
	llist_for_each_entry_safe(work, next, list, node.llist)
		irq_work_single(work);
	local_irq_enable();
}

static int asked_first, asked_second, done_first, done_second;

static void run(struct irq_work *work)
{
	if (READ_ONCE(asked_first))
		done_first = 1;
	if (READ_ONCE(asked_second))
		done_second = 1;
}

static struct irq_work shared = IRQ_WORK_INIT(run);

static void ask_first(void)
{
	WRITE_ONCE(asked_first, 1);
	irq_work_queue_on(&shared, OTHER);
}

static void ask_second(void)
{
	WRITE_ONCE(asked_second, 1);
	irq_work_queue_on(&shared, OTHER);
}

/* Every interrupt has come. */
static void all_done(void)
{
	interrupt();
	MC_ASSERT("assertion", done_first && done_second, "a run begins after each request");
	MC_ASSERT("assertion", !irq_work_is_pending(&shared), "nothing is left to be run");
}

static int runs;

static void count(struct irq_work *work)
{
	runs++;
}

/* One of its own, which it frees once it is synchronised with. */
static void use_once(void)
{
	struct irq_work *work = kmalloc(sizeof(*work), GFP_KERNEL);

	init_irq_work(work, count);
	irq_work_queue_on(work, OTHER);
	irq_work_sync(work);
	MC_ASSERT("assertion", runs == 1, "it has run");
	kfree(work);
}

/* Comes when there is something to do. */
static void interrupt_on_demand(void)
{
	while (llist_empty(&called))
		cpu_relax();
	interrupt();
}
