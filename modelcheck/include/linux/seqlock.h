/* SPDX-License-Identifier: MIT */
/*
 * Sequence counters and locks: a reader waits for an even count and retries when it has changed. Who begins to write under a
 * counter that names its lock must hold that. (That preemption is off where a plain counter is written is not asked.)
 */
#ifndef _LINUX_SEQLOCK_H
#define _LINUX_SEQLOCK_H

#include <linux/types.h>
#include <linux/spinlock.h>
#include <linux/lockdep.h>
#include <asm/barrier.h>

typedef struct seqcount {
	unsigned int sequence;
} seqcount_t;

typedef seqcount_t seqcount_latch_t;
typedef struct {
	unsigned int sequence;
	const void *__lock;
} seqcount_spinlock_t, seqcount_raw_spinlock_t, seqcount_mutex_t, seqcount_rwlock_t, seqcount_ww_mutex_t;

#define SEQCNT_ZERO(name) { 0 }
#define SEQCNT_SPINLOCK_ZERO(name, lock) { 0, lock }
#define SEQCNT_RAW_SPINLOCK_ZERO(name, lock) { 0, lock }
#define SEQCNT_RWLOCK_ZERO(name, lock) { 0, lock }
#define SEQCNT_MUTEX_ZERO(name, lock) { 0, lock }
#define SEQCNT_LATCH_ZERO(name) { 0 }
#define seqcount_init(s) ((void)((s)->sequence = 0))
#define seqcount_latch_init(s) seqcount_init(s)
#define __mc_seqcount_init(s, lock) ((s)->__lock = (lock), seqcount_init(s))
#define seqcount_spinlock_init(s, lock) __mc_seqcount_init(s, lock)
#define seqcount_raw_spinlock_init(s, lock) __mc_seqcount_init(s, lock)
#define seqcount_mutex_init(s, lock) __mc_seqcount_init(s, lock)
#define seqcount_rwlock_init(s, lock) __mc_seqcount_init(s, lock)
/*
 * A counter that a lock is named for has only writers who hold it. One of a plain counter must not be preempted, since v5.9 the
 * kernel looks: a reader who comes by then waits for it, and may have a higher priority.
 */
#define __mc_seqcount_held(s) do {					\
	const void *__mc_lock_of = _Generic(*(s), seqcount_t: NULL, default: ((const seqcount_spinlock_t *)(s))->__lock); \
	if (_Generic(*(s), seqcount_t: 0, default: 1))			\
		lockdep_assert_held(__mc_lock_of);			\
	else								\
		__mc_seqcount_unpreempted();				\
} while (0)
#if MC_KERNEL_VERSION < 0x050900
#define __mc_seqcount_unpreempted() ((void)0)
#else
#define __mc_seqcount_unpreempted() \
	__mc_lockdep_context(!__mc_preemptible(), "write_seqcount_begin() of a plain seqcount_t with preemption on")
#endif

#define __read_seqcount_begin(s) ((unsigned int)__mc_await(&(s)->sequence, 4, "clear", 1, "ONCE"))
#define read_seqcount_begin(s) ({					\
	unsigned int __mc_start = __read_seqcount_begin(s);		\
	smp_rmb();							\
	__mc_start;							\
})
#define raw_read_seqcount_begin(s) read_seqcount_begin(s)
#define raw_read_seqcount(s) ({						\
	unsigned int __mc_start = READ_ONCE((s)->sequence);		\
	smp_rmb();							\
	__mc_start;							\
})
#define raw_seqcount_begin(s) (raw_read_seqcount(s) & ~1U)
#define __read_seqcount_retry(s, start) (READ_ONCE((s)->sequence) != (start))
#define read_seqcount_retry(s, start) ({ smp_rmb(); __read_seqcount_retry(s, start); })

/* Only one writer at a time, so adding to the count needs no atomic step. */
#define raw_write_seqcount_begin(s) do {				\
	WRITE_ONCE((s)->sequence, (s)->sequence + 1);			\
	smp_wmb();							\
} while (0)
#define raw_write_seqcount_end(s) do {					\
	smp_wmb();							\
	WRITE_ONCE((s)->sequence, (s)->sequence + 1);			\
} while (0)
#define write_seqcount_begin(s) do { __mc_seqcount_held(s); raw_write_seqcount_begin(s); } while (0)
#define write_seqcount_begin_nested(s, subclass) write_seqcount_begin(s)
#define write_seqcount_end(s) raw_write_seqcount_end(s)
#define write_seqcount_invalidate(s) do {				\
	smp_wmb();							\
	WRITE_ONCE((s)->sequence, (s)->sequence + 2);			\
} while (0)
#define raw_write_seqcount_latch(s) do {				\
	smp_wmb();							\
	WRITE_ONCE((s)->sequence, (s)->sequence + 1);			\
	smp_wmb();							\
} while (0)

typedef struct {
	seqcount_t seqcount;
	spinlock_t lock;
} seqlock_t;

#define __SEQLOCK_UNLOCKED(name) { { 0 }, { 0 } }
#define SEQLOCK_UNLOCKED ((seqlock_t)__SEQLOCK_UNLOCKED())
#define DEFINE_SEQLOCK(name) seqlock_t name = __SEQLOCK_UNLOCKED(name)
#define seqlock_init(sl) do { seqcount_init(&(sl)->seqcount); spin_lock_init(&(sl)->lock); } while (0)

#define read_seqbegin(sl) read_seqcount_begin(&(sl)->seqcount)
#define read_seqretry(sl, start) read_seqcount_retry(&(sl)->seqcount, start)
#define write_seqlock(sl) do { spin_lock(&(sl)->lock); raw_write_seqcount_begin(&(sl)->seqcount); } while (0)
#define write_sequnlock(sl) do { write_seqcount_end(&(sl)->seqcount); spin_unlock(&(sl)->lock); } while (0)
#define write_tryseqlock(sl) ({						\
	int __mc_got = spin_trylock(&(sl)->lock);			\
	if (__mc_got)							\
		raw_write_seqcount_begin(&(sl)->seqcount);			\
	__mc_got;							\
})
#define write_seqlock_irq(sl) do { __mc_irqs_off(); write_seqlock(sl); } while (0)
#define write_sequnlock_irq(sl) do { write_sequnlock(sl); __mc_irqs_on(); } while (0)
#define write_seqlock_bh(sl) do { __mc_bottom_halves_off(); write_seqlock(sl); } while (0)
#define write_sequnlock_bh(sl) do { write_sequnlock(sl); __mc_bottom_halves_on(); } while (0)
#define write_seqlock_irqsave(sl, flags) do { __mc_irqs_save(flags); write_seqlock(sl); } while (0)
#define write_sequnlock_irqrestore(sl, flags) do { write_sequnlock(sl); __mc_irqs_restore(flags); } while (0)
#define read_seqlock_excl(sl) spin_lock(&(sl)->lock)
#define read_sequnlock_excl(sl) spin_unlock(&(sl)->lock)

#define need_seqretry(sl, seq) (!((seq) & 1) && read_seqretry(sl, seq))
#define read_seqbegin_or_lock(sl, seq) do {				\
	if (!(*(seq) & 1))						\
		*(seq) = (int)read_seqbegin(sl);			\
	else								\
		read_seqlock_excl(sl);					\
} while (0)
#define done_seqretry(sl, seq) do { if ((seq) & 1) read_sequnlock_excl(sl); } while (0)

#endif
