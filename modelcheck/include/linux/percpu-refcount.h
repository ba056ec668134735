/* SPDX-License-Identifier: MIT */
/*
 * Counts by processor. Until it is killed, a count's gets and puts are unordered additions, in a read-side section of RCU,
 * that nobody tests: one word stands for those of all processors. Killing it makes the count an atomic one, and after a
 * grace period adds to it what was counted by processors and drops the first reference. The last put calls release().
 * What comes before a put is done when the grace period ends, for whoever learns of that. LKMM says so of plain accesses
 * only to the thread that waited; the release and the acquire on the word say it to all.
 */
#ifndef _LINUX_PERCPU_REFCOUNT_H
#define _LINUX_PERCPU_REFCOUNT_H

#include <linux/types.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/atomic.h>

struct percpu_ref;
typedef void percpu_ref_func_t(struct percpu_ref *ref);

#define PERCPU_REF_INIT_ATOMIC 1U
#define PERCPU_REF_INIT_DEAD 2U
#define PERCPU_REF_ALLOW_REINIT 4U

#define __MC_REF_ATOMIC 1UL
#define __MC_REF_DEAD 2UL
#define __MC_REF_GONE 4UL
#define __MC_REF_ZERO 8UL /* what is left of the count once it is gone */
#define __MC_REF_BIAS (1L << 62)

struct percpu_ref {
	unsigned long __mode;
	atomic_long_t __count;
	atomic_long_t __by_cpu;
	percpu_ref_func_t *__last;
	percpu_ref_func_t *__switched;
	struct rcu_head __head;
};

/* Counts that start in another mode are not modelled: declared, so that a call is refused. */
int percpu_ref_init_atomic_is_not_modelled(void);
void percpu_ref_switch_to_atomic(struct percpu_ref *ref, percpu_ref_func_t *confirm);
void percpu_ref_switch_to_percpu(struct percpu_ref *ref);
void percpu_ref_resurrect(struct percpu_ref *ref);
void percpu_ref_reinit(struct percpu_ref *ref);

static inline int percpu_ref_init(struct percpu_ref *ref, percpu_ref_func_t *release, unsigned int flags, gfp_t gfp)
{
	(void)gfp;
	if (flags & (PERCPU_REF_INIT_ATOMIC | PERCPU_REF_INIT_DEAD))
		return percpu_ref_init_atomic_is_not_modelled();
	ref->__mode = 0;
	atomic_long_set(&ref->__count, 1 + __MC_REF_BIAS);
	atomic_long_set(&ref->__by_cpu, 0);
	ref->__last = release;
	ref->__switched = NULL;
	return 0;
}

/* What counts is gone then: whoever still gets or puts a reference, or a switch on the way, finds none. */
static inline void percpu_ref_exit(struct percpu_ref *ref)
{
	unsigned long mode = READ_ONCE(ref->__mode), left;

	if (mode & __MC_REF_GONE)
		return;
	left = mode && atomic_long_read(&ref->__count) == 0 ? __MC_REF_ZERO : 0;
	WRITE_ONCE(ref->__mode, __MC_REF_ATOMIC | __MC_REF_DEAD | __MC_REF_GONE | left);
	atomic_long_set(&ref->__count, 0);
	atomic_long_set(&ref->__by_cpu, 0);
	__mc_reset(&ref->__count, 8, "destroy percpu_ref");
	__mc_reset(&ref->__by_cpu, 8, "destroy percpu_ref");
}

static inline void percpu_ref_get_many(struct percpu_ref *ref, unsigned long nr)
{
	rcu_read_lock();
	if (READ_ONCE(ref->__mode) == 0)
		atomic_long_add((long)nr, &ref->__by_cpu);
	else
		atomic_long_add((long)nr, &ref->__count);
	rcu_read_unlock();
}

static inline bool percpu_ref_tryget_many(struct percpu_ref *ref, unsigned long nr)
{
	bool got = true;

	rcu_read_lock();
	if (READ_ONCE(ref->__mode) == 0)
		atomic_long_add((long)nr, &ref->__by_cpu);
	else
		got = atomic_long_add_unless(&ref->__count, (long)nr, 0);
	rcu_read_unlock();
	return got;
}

static inline bool percpu_ref_tryget_live_rcu(struct percpu_ref *ref)
{
	unsigned long mode = READ_ONCE(ref->__mode);

	if (mode == 0) {
		atomic_long_inc(&ref->__by_cpu);
		return true;
	}
	return !(mode & __MC_REF_DEAD) && atomic_long_inc_not_zero(&ref->__count);
}

static inline bool percpu_ref_tryget_live(struct percpu_ref *ref)
{
	bool got;

	rcu_read_lock();
	got = percpu_ref_tryget_live_rcu(ref);
	rcu_read_unlock();
	return got;
}

static inline void percpu_ref_put_many(struct percpu_ref *ref, unsigned long nr)
{
	rcu_read_lock();
	if (READ_ONCE(ref->__mode) == 0)
		atomic_long_sub_return_release((long)nr, &ref->__by_cpu);
	else if (atomic_long_sub_and_test((long)nr, &ref->__count))
		ref->__last(ref);
	rcu_read_unlock();
}

static inline void percpu_ref_get(struct percpu_ref *ref)
{
	percpu_ref_get_many(ref, 1);
}

static inline bool percpu_ref_tryget(struct percpu_ref *ref)
{
	return percpu_ref_tryget_many(ref, 1);
}

static inline void percpu_ref_put(struct percpu_ref *ref)
{
	percpu_ref_put_many(ref, 1);
}

static inline void __mc_ref_counted(struct rcu_head *head)
{
	struct percpu_ref *ref = container_of(head, struct percpu_ref, __head);

	atomic_long_add(atomic_long_read_acquire(&ref->__by_cpu) - __MC_REF_BIAS, &ref->__count);
	WARN_ONCE(atomic_long_read(&ref->__count) <= 0, "percpu_ref is not above 0 after the switch to atomic");
	if (ref->__switched)
		ref->__switched(ref);
	percpu_ref_put(ref);	/* of the switch */
}

static inline void percpu_ref_kill_and_confirm(struct percpu_ref *ref, percpu_ref_func_t *confirm)
{
	WARN_ONCE(READ_ONCE(ref->__mode) & __MC_REF_DEAD, "percpu_ref_kill called more than once");
	ref->__switched = confirm;
	percpu_ref_get(ref);	/* for the switch */
	WRITE_ONCE(ref->__mode, __MC_REF_ATOMIC | __MC_REF_DEAD);
	call_rcu(&ref->__head, __mc_ref_counted);
	percpu_ref_put(ref);
}

static inline void percpu_ref_kill(struct percpu_ref *ref)
{
	percpu_ref_kill_and_confirm(ref, NULL);
}

static inline bool percpu_ref_is_dying(struct percpu_ref *ref)
{
	return READ_ONCE(ref->__mode) & __MC_REF_DEAD;
}

static inline bool percpu_ref_is_zero(struct percpu_ref *ref)
{
	unsigned long mode = READ_ONCE(ref->__mode);

	if (mode & __MC_REF_GONE)
		return mode & __MC_REF_ZERO;
	return mode != 0 && atomic_long_read(&ref->__count) == 0;
}

#endif
