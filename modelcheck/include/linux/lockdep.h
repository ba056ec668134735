/* SPDX-License-Identifier: MIT */
/* What lockdep is told says nothing here, but that a lock is held is checked. */
#ifndef _LINUX_LOCKDEP_H
#define _LINUX_LOCKDEP_H

#include <linux/types.h>
#include <linux/bug.h>
#include <mc/lock.h>
#include <mc/region.h>

struct lock_class_key {
	char unused;
};

struct lockdep_map {
	char unused;
};

#define SINGLE_DEPTH_NESTING 1
#define lockdep_set_class(lock, key) ((void)0)
#define lockdep_set_class_and_name(lock, key, name) ((void)0)
#define lockdep_set_subclass(lock, sub) ((void)0)
#define lockdep_set_novalidate_class(lock) ((void)0)
#define lockdep_register_key(key) ((void)0)
#define lockdep_unregister_key(key) ((void)0)
#define lockdep_init_map(map, name, key, sub) ((void)0)
#define lockdep_off() ((void)0)
#define lockdep_on() ((void)0)
#define lock_acquire(...) ((void)0)
#define lock_release(...) ((void)0)
#define lock_map_acquire(map) ((void)0)
#define lock_map_release(map) ((void)0)

/*
 * Every lock is a structure that begins with its word. What a thread asserts is compared with what it has taken itself; as a
 * value, what it has taken as a reader is kept where a program asks for it.
 */
#define __mc_lockdep(lock, how) ((void)__mc_load((const unsigned int *)(lock), 4, "ONCE," how))
#define lockdep_is_held_type(lock, r) ({				\
	unsigned long __mc_held = __mc_load((const unsigned int *)(lock), 4, "ONCE"); \
	(int)(((int)(r) != 1 && __mc_held == __mc_self() + 1) ||	\
	      ((int)(r) != 0 && __mc_held >= __MC_READER && __mc_is_reader(lock))); \
})
#define lockdep_is_held(lock) lockdep_is_held_type(lock, -1)
#define lock_is_held(lock) lockdep_is_held(lock)
#define lockdep_assert(condition) __mc_assert((condition), "warning", "lockdep_assert(" #condition ")")
#define lockdep_assert_once(condition) lockdep_assert(condition)
#define lockdep_assert_held(lock) __mc_lockdep(lock, "Held")
#define lockdep_assert_held_once(lock) __mc_lockdep(lock, "Held")
#define lockdep_assert_held_write(lock) __mc_lockdep(lock, "Held-write")
#define lockdep_assert_held_read(lock) __mc_lockdep(lock, "Held-read")
#define lockdep_assert_not_held(lock) __mc_lockdep(lock, "Held-not")

#define lockdep_assert_irqs_disabled() __mc_lockdep_context(__mc_interrupts_are_off(), "lockdep_assert_irqs_disabled()")
#define lockdep_assert_irqs_enabled() __mc_lockdep_context(!__mc_interrupts_are_off(), "lockdep_assert_irqs_enabled()")
#define lockdep_assert_preemption_disabled() \
	__mc_lockdep_context(!__mc_preemptible(), "lockdep_assert_preemption_disabled()")
#define lockdep_assert_preemption_enabled() \
	__mc_lockdep_context(__mc_preemptible(), "lockdep_assert_preemption_enabled()")
#define __mc_lockdep_context(condition, what) __mc_assert((condition), "warning", what)

/* Handlers are threads, and not all locks that a thread holds are known: declared, so that a call is refused. */
void lockdep_assert_in_irq(void);
void lockdep_assert_in_softirq(void);
void lockdep_assert_none_held_once(void);

#endif
