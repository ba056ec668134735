/* SPDX-License-Identifier: MIT */
/* Sleepable RCU. The cookie that srcu_read_lock() gives is the value it reads. */
#ifndef _LINUX_SRCU_H
#define _LINUX_SRCU_H

#include <linux/types.h>
#include <linux/rcupdate.h>
#include <asm/barrier.h>

struct srcu_struct {
	int __srcu_word;
	unsigned int __readers;  /* in a section; counted only where the program cleans such structures up */
	unsigned int __down;     /* sections that srcu_down_read() has begun and nobody has ended */
	unsigned long __pending; /* callbacks asked for and not yet run, as <linux/rcupdate.h> has them */
};

#define __SRCU_STRUCT_INIT(name) { 0, 0, 0, 0 }
#define DEFINE_SRCU(name) struct srcu_struct name = __SRCU_STRUCT_INIT(name)
#define DEFINE_STATIC_SRCU(name) static struct srcu_struct name = __SRCU_STRUCT_INIT(name)
#define init_srcu_struct(s) ((s)->__srcu_word = 0, (s)->__readers = 0, (s)->__down = 0, (s)->__pending = 0, 0)
/* The kernel warns, and leaves the memory behind, where readers are inside or callbacks still to come. After it it is none. */
void cleanup_srcu_struct(struct srcu_struct *s); /* in mc/srcu.h */

/* Within the section: so a grace period says it to whoever waited for one. */
#define __mc_srcu_counts(s, op, tags) \
	((void)(__mc_calls("cleanup_srcu_struct") && (__mc_rmw(&(s)->__readers, 4, op, 1, "ONCE", tags), 1)))

/*
 * A cookie is what the word holds, and 1 more where the thread that gets it has to give it back: who gives another, or the other
 * kind's, is found by its value.
 */
#define srcu_read_lock(s) ({						\
	__mc_reads(&(s)->__srcu_word);					\
	int __mc_cookie = 1 + (int)__mc_load(&(s)->__srcu_word, 4, "Srcu-lock,Own"); \
	__mc_srcu_counts(s, "add", "ONCE");				\
	__mc_cookie;							\
})
#define srcu_read_unlock(s, cookie) ({					\
	int __mc_given = (cookie);					\
	__mc_assumes("cookies-are-kept");				\
	__mc_srcu_left(&(s)->__srcu_word);				\
	__mc_assert(__mc_given == 1, "lock-misuse", "srcu_read_unlock() of what srcu_read_lock() has not given"); \
	__mc_srcu_counts(s, "sub", "RELEASE");				\
	__mc_store(&(s)->__srcu_word, 4, (unsigned long)(__mc_given - 1), "Srcu-unlock,Own"); \
})
/* Anybody may end what srcu_down_read() begins. What the cookie rests on orders the counting before its end: -1 is never there. */
#define srcu_down_read(s) ({						\
	int __mc_cookie = (int)__mc_load(&(s)->__srcu_word, 4, "Srcu-lock"); \
	unsigned int __mc_down = __mc_rmw(&(s)->__down, 4, "add", 1, "ONCE", "ONCE"); \
	__mc_srcu_counts(s, "add", "ONCE");				\
	__mc_cookie + (__mc_down == -1U);				\
})
#define srcu_up_read(s, cookie) ({					\
	int __mc_given = (cookie);					\
	__mc_assumes("cookies-are-kept");				\
	__mc_assert(__mc_given == 0, "lock-misuse", "srcu_up_read() of what srcu_down_read() has not given"); \
	__mc_assert(__mc_rmw(&(s)->__down, 4, "sub", 1, "ONCE", "ONCE") != 0, "lock-misuse", \
		    "srcu_up_read() without a section that srcu_down_read() has begun"); \
	__mc_srcu_counts(s, "sub", "RELEASE");				\
	__mc_store(&(s)->__srcu_word, 4, (unsigned long)__mc_given, "Srcu-unlock"); \
})
#define srcu_read_lock_notrace(s) srcu_read_lock(s)
#define srcu_read_unlock_notrace(s, cookie) srcu_read_unlock(s, cookie)
#define synchronize_srcu(s) __mc_fence_at("Sync-srcu", &(s)->__srcu_word)
#define synchronize_srcu_expedited(s) synchronize_srcu(s)
#define srcu_read_lock_held(s) __mc_is_reader(&(s)->__srcu_word)
#define srcu_dereference_check(p, s, condition) \
	(__mc_rcu_check((condition) || srcu_read_lock_held(s), "srcu_dereference_check(" #p ", " #s ", " #condition ")"), \
	 READ_ONCE(p))
#define srcu_dereference(p, s) srcu_dereference_check(p, s, 0)
#define srcu_dereference_notrace(p, s) READ_ONCE(p)

/* A thread that waits for a grace period of the structure, which the head's other member keeps, and then calls. */
static inline void *__mc_srcu_callback(void *argument)
{
	struct rcu_head *head = argument;
	struct srcu_struct *s = (struct srcu_struct *)head->next;

	__mc_callback_begins(&s->__pending);
	synchronize_srcu(s);
	head->func(head);
	__mc_callback_ended(&s->__pending);
	return NULL;
}

static inline void call_srcu(struct srcu_struct *s, struct rcu_head *head, rcu_callback_t func)
{
	__mc_assumes("callbacks-run-apart");
	head->func = func;
	head->next = (struct rcu_head *)s;
	__mc_callback_asked(&s->__pending, __mc_spawn(__mc_srcu_callback, head));
}

#define srcu_barrier(s) __mc_callbacks_awaited(&(s)->__pending)

/* Not modelled: declared, so that a call is refused. */
unsigned long get_state_synchronize_srcu(struct srcu_struct *s);
unsigned long start_poll_synchronize_srcu(struct srcu_struct *s);
bool poll_state_synchronize_srcu(struct srcu_struct *s, unsigned long cookie);

#endif
