/* SPDX-License-Identifier: MIT */
/* Readers see all of what a writer does or nothing, and nobody else is with a writer. */
#include <linux/spinlock.h>
#include <linux/sched.h>
#include <mc/check.h>

static DEFINE_RWLOCK(lock);
static int one, other;

static void write(void)
{
	write_lock(&lock);
	one++;
	other++;
	write_unlock(&lock);
}

static void read(void)
{
	read_lock(&lock);
	MC_ASSERT("assertion", one == other, "a reader is in a writer's section");
	read_unlock(&lock);
}

void writer(void) { write(); }
void second_writer(void) { write(); }
void reader(void) { read(); }
void second_reader(void) { read(); }

void one_has_written(void) { MC_ASSERT("assertion", one == 1 && other == 1, "a writer's work is lost"); }
void two_have_written(void) { MC_ASSERT("assertion", one == 2 && other == 2, "a writer's work is lost"); }
