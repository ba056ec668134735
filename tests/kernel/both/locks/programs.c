/* SPDX-License-Identifier: MIT */
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/seqlock.h>
#include <linux/bit_spinlock.h>
#include <linux/percpu-rwsem.h>
#include <mc/check.h>

static int x, y;
static DEFINE_MUTEX(m);
static DEFINE_MUTEX(m2);
static DEFINE_SPINLOCK(s);
static DEFINE_RWLOCK(rw);
static DECLARE_RWSEM(sem);
static unsigned long bits;
static DEFINE_SEQLOCK(seq);
static struct semaphore count;

static void twice(void) { MC_ASSERT("assertion", x == 2, "an update is lost"); }
static void mutex_adds(void) { mutex_lock(&m); x++; mutex_unlock(&m); }
static void bare_adds(void) { x++; }
static void try_adds(void) { if (mutex_trylock(&m)) { x++; mutex_unlock(&m); } else { mutex_lock(&m); x++; mutex_unlock(&m); } }
static void try_ignored(void) { (void)!mutex_trylock(&m); x++; mutex_unlock(&m); }
static void mutex_twice(void) { mutex_lock(&m); mutex_lock(&m); mutex_unlock(&m); mutex_unlock(&m); }
static void mutex_given_twice(void) { mutex_lock(&m); mutex_unlock(&m); mutex_unlock(&m); }
static void mutex_kept(void) { mutex_lock(&m); x++; }
static void mutex_given_only(void) { mutex_unlock(&m); }
static void ab(void) { mutex_lock(&m); mutex_lock(&m2); mutex_unlock(&m2); mutex_unlock(&m); }
static void ba(void) { mutex_lock(&m2); mutex_lock(&m); mutex_unlock(&m); mutex_unlock(&m2); }
static void mutex_interruptible(void) { if (mutex_lock_interruptible(&m)) return; x++; mutex_unlock(&m); }

static void spin_adds(void) { spin_lock(&s); x++; spin_unlock(&s); }
static void spin_irq_adds(void) { unsigned long flags; spin_lock_irqsave(&s, flags); x++; spin_unlock_irqrestore(&s, flags); }
static void spin_bh_adds(void) { spin_lock_bh(&s); x++; spin_unlock_bh(&s); }
static void spin_twice(void) { spin_lock(&s); spin_lock(&s); spin_unlock(&s); spin_unlock(&s); }
static void spin_given_twice(void) { spin_lock(&s); spin_unlock(&s); spin_unlock(&s); }
static void spin_kept(void) { spin_lock(&s); }

static void write_adds(void) { write_lock(&rw); x++; write_unlock(&rw); }
static void read_adds(void) { read_lock(&rw); x++; read_unlock(&rw); }
static void write_pair(void) { write_lock(&rw); WRITE_ONCE(x, 1); WRITE_ONCE(y, 1); write_unlock(&rw); }
static void read_pair(void) { int a, b; read_lock(&rw); a = READ_ONCE(x); b = READ_ONCE(y); read_unlock(&rw); MC_ASSERT("assertion", a == b, "half"); }
static void write_given_as_read(void) { write_lock(&rw); read_unlock(&rw); }
static void read_given_as_write(void) { read_lock(&rw); write_unlock(&rw); }

static void sem_write_pair(void) { down_write(&sem); WRITE_ONCE(x, 1); WRITE_ONCE(y, 1); up_write(&sem); }
static void sem_read_pair(void) { int a, b; down_read(&sem); a = READ_ONCE(x); b = READ_ONCE(y); up_read(&sem); MC_ASSERT("assertion", a == b, "half"); }
static void sem_downgrade_pair(void) { int b; down_write(&sem); WRITE_ONCE(x, 1); WRITE_ONCE(y, 1); downgrade_write(&sem); b = READ_ONCE(x); up_read(&sem); MC_ASSERT("assertion", b == 1, "changed"); }
static void sem_downgrade_early(void) { down_write(&sem); WRITE_ONCE(x, 1); downgrade_write(&sem); WRITE_ONCE(y, 1); up_read(&sem); }
static void sem_downgrade_given_as_write(void) { down_write(&sem); downgrade_write(&sem); up_write(&sem); }
static void sem_downgrade_of_reader(void) { down_read(&sem); downgrade_write(&sem); up_read(&sem); }
static void sem_read_given_as_write(void) { down_read(&sem); up_write(&sem); }
static void sem_write_twice(void) { down_write(&sem); down_write(&sem); up_write(&sem); up_write(&sem); }
static void sem_read_adds(void) { down_read(&sem); x++; up_read(&sem); }
static void sem_write_adds(void) { down_write(&sem); x++; up_write(&sem); }

static void sema_one(void) { sema_init(&count, 1); }
static void sema_two(void) { sema_init(&count, 2); }
static void sema_none(void) { sema_init(&count, 0); }
static void sema_adds(void) { down(&count); x++; up(&count); }
static void sema_downs(void) { down(&count); }
static void sema_ups(void) { x = 1; up(&count); }
static void sema_takes(void) { down(&count); MC_ASSERT("assertion", x == 1, "before"); }

static void bit_adds(void) { bit_spin_lock(0, &bits); x++; bit_spin_unlock(0, &bits); }
static void bit_twice(void) { bit_spin_lock(0, &bits); bit_spin_lock(0, &bits); bit_spin_unlock(0, &bits); }
static void bit_given_twice(void) { bit_spin_lock(0, &bits); bit_spin_unlock(0, &bits); bit_spin_unlock(0, &bits); }
static void bit_other_adds(void) { bit_spin_lock(1, &bits); x++; bit_spin_unlock(1, &bits); }

static void seq_writes(void) { write_seqlock(&seq); WRITE_ONCE(x, 1); WRITE_ONCE(y, 1); write_sequnlock(&seq); }
static void seq_reads(void) { unsigned int start; int a, b; start = read_seqbegin(&seq); a = READ_ONCE(x); b = READ_ONCE(y); MC_ASSERT("assertion", read_seqretry(&seq, start) || a == b, "half"); }
static void seq_reads_hastily(void) { unsigned int start; int a, b; start = read_seqbegin(&seq); a = READ_ONCE(x); b = READ_ONCE(y); (void)start; MC_ASSERT("assertion", a == b, "half"); }
static void not_interrupted(void)
{
	MC_ASSERT("assertion", !mutex_lock_interruptible(&m), "mutex"); mutex_unlock(&m);
	MC_ASSERT("assertion", !down_write_killable(&sem), "writer"); up_write(&sem);
	MC_ASSERT("assertion", !down_interruptible(&count), "semaphore"); up(&count);
	MC_ASSERT("assertion", !down_timeout(&count, 10) && down_timeout(&count, 10), "time"); up(&count);
}
