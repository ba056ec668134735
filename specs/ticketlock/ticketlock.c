// SPDX-License-Identifier: MIT
/*
 * A ticket lock: draw a number, wait until it is called; whoever leaves calls the next. Two threads count
 * under it, and no count may be lost.
 */
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <asm/barrier.h>
#include <asm/processor.h>

static atomic_t next_ticket;
static int now_serving;
static int counter;

static void ticket_lock(void)
{
	/* Who is first is decided here, but nothing is ordered by it: the wait below does that. */
	int ticket = atomic_fetch_add_relaxed(1, &next_ticket);

	while (smp_load_acquire(&now_serving) != ticket)
		cpu_relax();
}

static void ticket_unlock(void)
{
	/* Only who holds the lock writes here, so reading it needs no care. */
	smp_store_release(&now_serving, now_serving + 1);
}

void count(void)
{
	ticket_lock();
	counter++;
	ticket_unlock();
}

void at_rest(void)
{
	BUG_ON(counter != 2);
}
