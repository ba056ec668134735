/* SPDX-License-Identifier: MIT */
/* Readers see all of what a writer does or nothing, and nobody else is with a writer. */
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <mc/check.h>

static DECLARE_RWSEM(sem);
static int one, other;

static void write(void)
{
	down_write(&sem);
	one++;
	other++;
	up_write(&sem);
}

static void read(void)
{
	down_read(&sem);
	MC_ASSERT("assertion", one == other, "a reader is in a writer's section");
	up_read(&sem);
}

void writer(void) { write(); }
void second_writer(void) { write(); }
void reader(void) { read(); }
void second_reader(void) { read(); }

/* Whoever is to be scheduled away does not spin. */
void sleeping_writer(void)
{
	set_tsk_need_resched(current);
	write();
}

void downgrader(void)
{
	down_write(&sem);
	one++;
	other++;
	downgrade_write(&sem);
	MC_ASSERT("assertion", one == other, "a writer is in a reader's section");
	up_read(&sem);
}

void one_has_written(void)
{
	MC_ASSERT("assertion", one == 1 && other == 1 && !rwsem_is_locked(&sem), "a writer's work is lost, or the lock is not free");
}

void two_have_written(void)
{
	MC_ASSERT("assertion", one == 2 && other == 2 && !rwsem_is_locked(&sem), "a writer's work is lost, or the lock is not free");
}
