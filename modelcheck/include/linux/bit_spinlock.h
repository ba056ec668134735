/* SPDX-License-Identifier: MIT */
/* A bit as a spinlock: a word shared with other bits, so it does not say who holds it. */
#ifndef _LINUX_BIT_SPINLOCK_H
#define _LINUX_BIT_SPINLOCK_H

#include <linux/bitops.h>
#include <mc/region.h>

#define __mc_bit_lock(nr, addr) ({					\
	__mc_assumes("bit-locks-have-no-owner");			\
	unsigned long __mc_nr = (nr);					\
	(void)__mc_rmw_await(__mc_bit_word(__mc_nr, addr), 8, "or", BIT_MASK(__mc_nr), "clear", BIT_MASK(__mc_nr), \
			     "ACQUIRE", "ONCE");			\
})
#define __mc_bit_unlock(nr, addr) ({					\
	unsigned long __mc_nr = (nr);					\
	__mc_assert(__mc_rmw(__mc_bit_word(__mc_nr, addr), 8, "andnot", BIT_MASK(__mc_nr), "ONCE", "RELEASE") \
		    & BIT_MASK(__mc_nr), "lock-misuse", "a bit lock that nobody holds is released"); \
})

#define bit_spin_lock(nr, addr) (__mc_preemption_off(), __mc_bit_lock(nr, addr))
#define bit_spin_trylock(nr, addr) ({					\
	__mc_preemption_off();					\
	int __mc_got = !test_and_set_bit_lock(nr, addr);		\
	if (!__mc_got)							\
		__mc_preemption_on();				\
	__mc_got;							\
})
#define bit_spin_unlock(nr, addr) (__mc_bit_unlock(nr, addr), __mc_preemption_on())
#define __bit_spin_unlock(nr, addr) bit_spin_unlock(nr, addr)
#define bit_spin_is_locked(nr, addr) test_bit(nr, addr)

#endif
