/* SPDX-License-Identifier: MIT */
/* Readers count by CPU as long as no writer comes; a writer waits for all of them. */
#include <linux/percpu-rwsem.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <mc/check.h>

/* The first writer makes all readers see it, for good. */
void rcu_sync_enter(struct rcu_sync *sync)
{
	WRITE_ONCE(sync->gp_state, 1);
	synchronize_rcu();
}

void rcu_sync_exit(struct rcu_sync *sync)
{
}

DEFINE_STATIC_PERCPU_RWSEM(sem);
static int one, other;

static void write(void)
{
	percpu_down_write(&sem);
	one++;
	other++;
	percpu_up_write(&sem);
}

void writer(void) { write(); }

void reader(void)
{
	percpu_down_read(&sem);
	MC_ASSERT("assertion", one == other, "a reader is in a writer's section");
	percpu_up_read(&sem);
}

void tries(void)
{
	if (!percpu_down_read_trylock(&sem))
		return;
	MC_ASSERT("assertion", one == other, "a reader is in a writer's section");
	percpu_up_read(&sem);
}

void one_has_written(void)
{
	MC_ASSERT("assertion", one == 1 && other == 1 && !percpu_is_read_locked(&sem), "a writer's work is lost, or a reader counted");
}
