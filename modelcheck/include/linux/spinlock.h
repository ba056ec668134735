/* SPDX-License-Identifier: MIT */
/*
 * Spinlocks and reader-writer spinlocks. Who holds one has preemption off, and perhaps bottom halves or interrupts, which
 * grace periods of RCU wait for (mc/region.h); else that changes nothing: a handler is a thread of the program like any
 * other.
 */
#ifndef _LINUX_SPINLOCK_H
#define _LINUX_SPINLOCK_H

#include <linux/lockdep.h>
#include <linux/types.h>
#include <linux/atomic.h>
#include <linux/spinlock_types.h>
#include <asm/barrier.h>
#include <mc/lock.h>
#include <mc/region.h>

#define spin_lock_init(lock) __mc_lock_init(&(lock)->__spin_word, "spinlock")
#define raw_spin_lock_init(lock) __mc_lock_init(&(lock)->__raw_word, "spinlock")
#define rwlock_init(lock) __mc_lock_init(&(lock)->__rw_word, "rwlock")

#define __mc_preempt_off_try(take) ({					\
	__mc_preemption_off();					\
	int __mc_got = (take);						\
	if (!__mc_got)							\
		__mc_preemption_on();				\
	__mc_got;							\
})
#define __mc_bh_off_try(take) ({					\
	__mc_bottom_halves_off();					\
	int __mc_taken = __mc_preempt_off_try(take);			\
	if (!__mc_taken)						\
		__mc_bottom_halves_on();				\
	__mc_taken;							\
})

#define __mc_irq_try(take) ({						\
	__mc_irqs_off();						\
	int __mc_taken = __mc_preempt_off_try(take);			\
	if (!__mc_taken)						\
		__mc_irqs_on();						\
	__mc_taken;							\
})
#define __mc_irqsave_try(flags, take) ({				\
	__mc_irqs_save(flags);						\
	int __mc_taken = __mc_preempt_off_try(take);			\
	if (!__mc_taken)						\
		__mc_irqs_restore(flags);				\
	__mc_taken;							\
})

#define spin_lock(lock) (__mc_preemption_off(), __mc_lock(&(lock)->__spin_word, "spinlock"))
#define spin_lock_irq(lock) \
	(__mc_irqs_off(), __mc_preemption_off(), __mc_lock(&(lock)->__spin_word, "spinlock"))
#define spin_lock_bh(lock) \
	(__mc_bottom_halves_off(), __mc_preemption_off(), __mc_lock(&(lock)->__spin_word, "spinlock"))
#define spin_lock_irqsave(lock, flags) \
	(__mc_irqs_save(flags), __mc_preemption_off(), __mc_lock(&(lock)->__spin_word, "spinlock"))
#define spin_lock_nested(lock, subclass) (__mc_preemption_off(), __mc_lock(&(lock)->__spin_word, "spinlock"))
#define spin_lock_bh_nested(lock, subclass) \
	(__mc_bottom_halves_off(), __mc_preemption_off(), __mc_lock(&(lock)->__spin_word, "spinlock"))
#define spin_lock_irqsave_nested(lock, flags, subclass) spin_lock_irqsave(lock, flags)
#define spin_lock_nest_lock(lock, outer) (__mc_preemption_off(), __mc_lock(&(lock)->__spin_word, "spinlock"))
#define spin_trylock(lock) __mc_preempt_off_try(__mc_trylock(&(lock)->__spin_word, "spinlock"))
#define spin_trylock_irq(lock) __mc_irq_try(__mc_trylock(&(lock)->__spin_word, "spinlock"))
#define spin_trylock_bh(lock) __mc_bh_off_try(__mc_trylock(&(lock)->__spin_word, "spinlock"))
#define spin_trylock_irqsave(lock, flags) \
	__mc_irqsave_try(flags, __mc_trylock(&(lock)->__spin_word, "spinlock"))
#define spin_unlock(lock) (__mc_unlock_word(&(lock)->__spin_word, "spinlock"), __mc_preemption_on())
#define spin_unlock_irq(lock) \
	(__mc_unlock_word(&(lock)->__spin_word, "spinlock"), __mc_preemption_on(), __mc_irqs_on())
#define spin_unlock_bh(lock) \
	(__mc_unlock_word(&(lock)->__spin_word, "spinlock"), __mc_preemption_on(), __mc_bottom_halves_on())
#define spin_unlock_irqrestore(lock, flags) \
	(__mc_unlock_word(&(lock)->__spin_word, "spinlock"), __mc_preemption_on(), __mc_irqs_restore(flags))
#define spin_is_locked(lock) __mc_is_locked(&(lock)->__spin_word)

#define raw_spin_lock(lock) (__mc_preemption_off(), __mc_lock(&(lock)->__raw_word, "spinlock"))
#define raw_spin_lock_irq(lock) \
	(__mc_irqs_off(), __mc_preemption_off(), __mc_lock(&(lock)->__raw_word, "spinlock"))
#define raw_spin_lock_bh(lock) \
	(__mc_bottom_halves_off(), __mc_preemption_off(), __mc_lock(&(lock)->__raw_word, "spinlock"))
#define raw_spin_lock_irqsave(lock, flags) \
	(__mc_irqs_save(flags), __mc_preemption_off(), __mc_lock(&(lock)->__raw_word, "spinlock"))
#define raw_spin_lock_nested(lock, subclass) \
	(__mc_preemption_off(), __mc_lock(&(lock)->__raw_word, "spinlock"))
#define raw_spin_lock_bh_nested(lock, subclass) \
	(__mc_bottom_halves_off(), __mc_preemption_off(), __mc_lock(&(lock)->__raw_word, "spinlock"))
#define raw_spin_lock_irqsave_nested(lock, flags, subclass) raw_spin_lock_irqsave(lock, flags)
#define raw_spin_lock_nest_lock(lock, outer) \
	(__mc_preemption_off(), __mc_lock(&(lock)->__raw_word, "spinlock"))
#define raw_spin_trylock(lock) __mc_preempt_off_try(__mc_trylock(&(lock)->__raw_word, "spinlock"))
#define raw_spin_trylock_irq(lock) __mc_irq_try(__mc_trylock(&(lock)->__raw_word, "spinlock"))
#define raw_spin_trylock_bh(lock) __mc_bh_off_try(__mc_trylock(&(lock)->__raw_word, "spinlock"))
#define raw_spin_trylock_irqsave(lock, flags) \
	__mc_irqsave_try(flags, __mc_trylock(&(lock)->__raw_word, "spinlock"))
#define raw_spin_unlock(lock) (__mc_unlock_word(&(lock)->__raw_word, "spinlock"), __mc_preemption_on())
#define raw_spin_unlock_irq(lock) \
	(__mc_unlock_word(&(lock)->__raw_word, "spinlock"), __mc_preemption_on(), __mc_irqs_on())
#define raw_spin_unlock_bh(lock) \
	(__mc_unlock_word(&(lock)->__raw_word, "spinlock"), __mc_preemption_on(), __mc_bottom_halves_on())
#define raw_spin_unlock_irqrestore(lock, flags) \
	(__mc_unlock_word(&(lock)->__raw_word, "spinlock"), __mc_preemption_on(), __mc_irqs_restore(flags))
#define raw_spin_is_locked(lock) __mc_is_locked(&(lock)->__raw_word)

#define spin_can_lock(lock) (!spin_is_locked(lock))
#define spin_is_contended(lock) ((int)__mc_choose(2))
#define spin_needbreak(lock) ((int)__mc_choose(2))
#define spin_unlock_wait(lock) \
	((void)__mc_await(&(lock)->__spin_word, 4, "eq", 0, "ACQUIRE"))
#define assert_spin_locked(lock) \
	__mc_assert(spin_is_locked(lock), "assertion", "assert_spin_locked(" #lock ")")
#define assert_raw_spin_locked(lock) \
	__mc_assert(raw_spin_is_locked(lock), "assertion", "assert_raw_spin_locked(" #lock ")")

/* Takes the lock only if the counter reaches 0; true if it did. */
#define atomic_dec_and_lock(v, lock) ({					\
	int __mc_last = 0;						\
	if (!atomic_add_unless(v, -1, 1)) {				\
		spin_lock(lock);					\
		__mc_last = atomic_dec_and_test(v);			\
		if (!__mc_last)						\
			spin_unlock(lock);				\
	}								\
	__mc_last;							\
})

#define atomic_dec_and_lock_irqsave(v, lock, flags) ({			\
	int __mc_last_one;						\
	__mc_irqs_save(flags);						\
	__mc_last_one = atomic_dec_and_lock(v, lock);			\
	if (!__mc_last_one)						\
		__mc_irqs_restore(flags);				\
	__mc_last_one;							\
})

#define read_lock(lock) (__mc_preemption_off(), __mc_read_lock(&(lock)->__rw_word, "rwlock"))
#define read_lock_irq(lock) \
	(__mc_irqs_off(), __mc_preemption_off(), __mc_read_lock(&(lock)->__rw_word, "rwlock"))
#define read_lock_bh(lock) \
	(__mc_bottom_halves_off(), __mc_preemption_off(), __mc_read_lock(&(lock)->__rw_word, "rwlock"))
#define read_lock_irqsave(lock, flags) \
	(__mc_irqs_save(flags), __mc_preemption_off(), __mc_read_lock(&(lock)->__rw_word, "rwlock"))
#define read_lock_nested(lock, subclass) \
	(__mc_preemption_off(), __mc_read_lock(&(lock)->__rw_word, "rwlock"))
#define __mc_rw_read_try(lock) \
	(__mc_assumes("readers-try-past-writers"), __mc_read_trylock(&(lock)->__rw_word, "rwlock"))
#define read_trylock(lock) __mc_preempt_off_try(__mc_rw_read_try(lock))
#define read_trylock_irqsave(lock, flags) \
	__mc_irqsave_try(flags, __mc_rw_read_try(lock))
#define read_unlock(lock) (__mc_read_unlock(&(lock)->__rw_word, "rwlock"), __mc_preemption_on())
#define read_unlock_irq(lock) \
	(__mc_read_unlock(&(lock)->__rw_word, "rwlock"), __mc_preemption_on(), __mc_irqs_on())
#define read_unlock_bh(lock) \
	(__mc_read_unlock(&(lock)->__rw_word, "rwlock"), __mc_preemption_on(), __mc_bottom_halves_on())
#define read_unlock_irqrestore(lock, flags) \
	(__mc_read_unlock(&(lock)->__rw_word, "rwlock"), __mc_preemption_on(), __mc_irqs_restore(flags))

#define write_lock(lock) (__mc_preemption_off(), __mc_write_lock(&(lock)->__rw_word, "rwlock"))
#define write_lock_irq(lock) \
	(__mc_irqs_off(), __mc_preemption_off(), __mc_write_lock(&(lock)->__rw_word, "rwlock"))
#define write_lock_bh(lock) \
	(__mc_bottom_halves_off(), __mc_preemption_off(), __mc_write_lock(&(lock)->__rw_word, "rwlock"))
#define write_lock_irqsave(lock, flags) \
	(__mc_irqs_save(flags), __mc_preemption_off(), __mc_write_lock(&(lock)->__rw_word, "rwlock"))
#define write_lock_nested(lock, subclass) \
	(__mc_preemption_off(), __mc_write_lock(&(lock)->__rw_word, "rwlock"))
#define write_trylock(lock) __mc_preempt_off_try(__mc_write_trylock(&(lock)->__rw_word, "rwlock"))
#define write_trylock_irqsave(lock, flags) \
	__mc_irqsave_try(flags, __mc_write_trylock(&(lock)->__rw_word, "rwlock"))
#define write_unlock(lock) (__mc_write_unlock(&(lock)->__rw_word, "rwlock"), __mc_preemption_on())
#define write_unlock_irq(lock) \
	(__mc_write_unlock(&(lock)->__rw_word, "rwlock"), __mc_preemption_on(), __mc_irqs_on())
#define write_unlock_bh(lock) \
	(__mc_write_unlock(&(lock)->__rw_word, "rwlock"), __mc_preemption_on(), __mc_bottom_halves_on())
#define write_unlock_irqrestore(lock, flags) \
	(__mc_write_unlock(&(lock)->__rw_word, "rwlock"), __mc_preemption_on(), __mc_irqs_restore(flags))

#endif
