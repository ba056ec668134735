/* SPDX-License-Identifier: MIT */
/*
 * Tasks: every thread of a scenario is one, on a processor of its own. A task that sleeps does so until its state is
 * TASK_RUNNING again. There are no run queues, priorities, preemption or freezer; tasks are never freed; nobody wakes a task
 * without reason, and a timeout may be up at any moment or never.
 */
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/wake_q.h>
#include <linux/sched/prio.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/version.h>
#include <mc/lock.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
#define __state state
#endif
#ifndef MC_FAIL_KTHREAD
#define MC_FAIL_KTHREAD 0
#endif

#define __mc_task_state(task) &(task)->__state, sizeof((task)->__state)

#if MC_TREE_HAS_THREAD_INFO_IN_TASKS
#define __MC_TASK_CPU(n) .thread_info = { .cpu = (n) ? (n) - 1 : 0 },
#else
static struct thread_info __mc_thread_infos[MC_NR_THREADS];
#define __MC_TASK_CPU(n) .stack = &__mc_thread_infos[n],
#endif
#if MC_TREE_HAS_REFCOUNTS_IN_TASKS
#define __MC_TASK_USAGE REFCOUNT_INIT(2)
#else
#define __MC_TASK_USAGE ATOMIC_INIT(2)
#endif

/* Its number is the thread's; init, which runs before the others, shares the processor of the first. */
#define __MC_TASK(n) [n] = {						\
	.pid = (n) + 1,							\
	.tgid = (n) + 1,						\
	__MC_TASK_CPU(n)						\
	.on_cpu = 1,							\
	.on_rq = 1,							\
	.prio = DEFAULT_PRIO,						\
	.static_prio = DEFAULT_PRIO,					\
	.normal_prio = DEFAULT_PRIO,					\
	.usage = __MC_TASK_USAGE,					\
	.comm = "thread",						\
}
#define __MC_TASKS(n) __MC_TASK(n), __MC_TASK((n) + 1), __MC_TASK((n) + 2), __MC_TASK((n) + 3)
struct task_struct __mc_tasks[MC_NR_THREADS] = { __MC_TASKS(0), __MC_TASKS(4), __MC_TASKS(8), __MC_TASKS(12) };

struct task_struct *__mc_current(void)
{
	return &__mc_tasks[__mc_slot()];
}

/* What a signal does to a task that is going to sleep where signals wake it. */
static bool __mc_stays_awake(struct task_struct *task)
{
	unsigned int state = READ_ONCE(task->__state);

	if (state == TASK_RUNNING)
		return true;
	return state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL) && signal_pending_state(state, task);
}

void schedule(void)
{
	struct task_struct *task = current;

	__mc_assumes("sleeping-anywhere");
	__mc_fence("Mb");
	if (__mc_stays_awake(task)) {
		WRITE_ONCE(task->__state, TASK_RUNNING);
		return;
	}
	smp_store_release(&task->on_cpu, 0);
	__mc_await(__mc_task_state(task), "eq", TASK_RUNNING, "ACQUIRE");
	WRITE_ONCE(task->on_cpu, 1);
	__mc_fence("Mb");
}

void schedule_preempt_disabled(void)
{
	preempt_enable_no_resched();
	schedule();
	preempt_disable();
}

void io_schedule(void)
{
	schedule();
}

/* Woken before, or the time is up: what is left is all of it or 1, or 0. */
long schedule_timeout(long timeout)
{
	struct task_struct *task = current;

	if (timeout == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return timeout;
	}
	__mc_assumes("timeouts-expire");
	__mc_fence("Mb");
	if (!__mc_stays_awake(task) && __mc_choose(2)) {
		__mc_assume(__mc_load(__mc_task_state(task), "ACQUIRE") == TASK_RUNNING);
		__mc_fence("Mb");
		return timeout > 1 && __mc_choose(2) ? timeout : 1;
	}
	WRITE_ONCE(task->__state, TASK_RUNNING);
	return 0;
}

long io_schedule_timeout(long timeout)
{
	return schedule_timeout(timeout);
}

long schedule_timeout_interruptible(long timeout)
{
	__set_current_state(TASK_INTERRUPTIBLE);
	return schedule_timeout(timeout);
}

long schedule_timeout_killable(long timeout)
{
	__set_current_state(TASK_KILLABLE);
	return schedule_timeout(timeout);
}

long schedule_timeout_uninterruptible(long timeout)
{
	__set_current_state(TASK_UNINTERRUPTIBLE);
	return schedule_timeout(timeout);
}

long schedule_timeout_idle(long timeout)
{
	__set_current_state(TASK_IDLE);
	return schedule_timeout(timeout);
}

void a_state_besides_TASK_NORMAL_is_not_modelled(void);

/* One step where all who sleep are meant. A full barrier comes before, as that of ttwu, whether somebody is woken or not. */
int wake_up_state(struct task_struct *task, unsigned int state)
{
	unsigned int old;

	__mc_fence("Mb");
	if ((state & TASK_NORMAL) == TASK_NORMAL) {
		old = __mc_rmw_if(__mc_task_state(task), "xchg", TASK_RUNNING, "ne", TASK_RUNNING, "ONCE", "RELEASE", "ONCE");
		if (old && !(old & state))
			a_state_besides_TASK_NORMAL_is_not_modelled();
		return old != TASK_RUNNING;
	}
	/* Whoever changes it meanwhile looks after the barrier of set_current_state() at what it waits for. */
	old = READ_ONCE(task->__state);
	return old & state &&
	       __mc_rmw_if(__mc_task_state(task), "xchg", TASK_RUNNING, "eq", old, "ONCE", "RELEASE", "ONCE") == old;
}

int wake_up_process(struct task_struct *task)
{
	return wake_up_state(task, TASK_NORMAL);
}

void signal_wake_up_state(struct task_struct *task, unsigned int state)
{
	set_tsk_thread_flag(task, TIF_SIGPENDING);
	wake_up_state(task, state | TASK_INTERRUPTIBLE);
}

/* One queue at a time has a task: who finds it on another's is sure that it will be woken. */
static bool __mc_onto_wake_q(struct wake_q_head *head, struct task_struct *task)
{
	struct wake_q_node *node = &task->wake_q;

	smp_mb__before_atomic();
	if (cmpxchg_relaxed(&node->next, NULL, WAKE_Q_TAIL) != NULL)
		return false;
	*head->lastp = node;
	head->lastp = &node->next;
	return true;
}

void wake_q_add(struct wake_q_head *head, struct task_struct *task)
{
	if (__mc_onto_wake_q(head, task))
		get_task_struct(task);
}

void wake_q_add_safe(struct wake_q_head *head, struct task_struct *task)
{
	if (!__mc_onto_wake_q(head, task))
		put_task_struct(task);
}

void wake_up_q(struct wake_q_head *head)
{
	for (struct wake_q_node *node = head->first; node != WAKE_Q_TAIL;) {
		struct task_struct *task = container_of(node, struct task_struct, wake_q);

		node = READ_ONCE(node->next);
		WRITE_ONCE(task->wake_q.next, NULL);
		wake_up_process(task);
		put_task_struct(task);
	}
}

void __put_task_struct(struct task_struct *task)
{
	__mc_assert(0, "double-free", "a reference of a task is dropped that nobody has");
}

int __cond_resched(void)
{
	__mc_assumes("nothing-else-is-due");
	return 0;
}

/* It may let others have the lock, and says whether it has. */
#define __mc_lets_go(give, take) ({					\
	int __mc_let = (int)__mc_choose(2);				\
	if (__mc_let) {							\
		give;							\
		take;							\
	}								\
	__mc_let;							\
})

int __cond_resched_lock(spinlock_t *lock)
{
	return __mc_lets_go(spin_unlock(lock), spin_lock(lock));
}

int __cond_resched_rwlock_read(rwlock_t *lock)
{
	return __mc_lets_go(read_unlock(lock), read_lock(lock));
}

int __cond_resched_rwlock_write(rwlock_t *lock)
{
	return __mc_lets_go(write_unlock(lock), write_lock(lock));
}

void yield(void)
{
	__mc_relax();
}

void msleep(unsigned int milliseconds)
{
	__mc_assumes("delays-are-nothing");
}

void usleep_range_state(unsigned long least, unsigned long most, unsigned int state)
{
	__mc_assumes("delays-are-nothing");
}

unsigned long msleep_interruptible(unsigned int milliseconds)
{
	__mc_assumes("delays-are-nothing");
	return signal_pending(current) ? milliseconds : 0;
}

void __noreturn do_exit(long code)
{
	__mc_exit((unsigned long)code);
}

/* Kernel threads: made asleep, and begun when they are woken for the first time; stopped before, they never run. */
struct __mc_kthread {
	int (*function)(void *data);
	void *data;
};

static struct {
	unsigned int made;
	unsigned int stop;
	void *data;
} __mc_kthreads[MC_NR_THREADS] MC_UNITS;

#define __mc_kthread_of(task) (&__mc_kthreads[(task) - __mc_tasks])

static void *__mc_kthread_main(void *argument)
{
	struct __mc_kthread *start = argument;
	int (*function)(void *data) = start->function;
	void *data = start->data;
	struct task_struct *task = current;

	__mc_free(start);
	__mc_await(&__mc_kthread_of(task)->made, 4, "ne", 0, "ACQUIRE");
	__mc_await(__mc_task_state(task), "eq", TASK_RUNNING, "ACQUIRE");
	if (READ_ONCE(__mc_kthread_of(task)->stop))
		return (void *)(long)-EINTR;
	return (void *)(long)function(data);
}

struct task_struct *kthread_create_on_node(int (*function)(void *data), void *data, int node, const char name[], ...)
{
	struct __mc_kthread *start;
	struct task_struct *task;

	if (MC_FAIL_KTHREAD && __mc_choose(2))
		return ERR_PTR(-ENOMEM);
	start = __mc_alloc(sizeof(*start), 0, 0);
	start->function = function;
	start->data = data;
	task = &__mc_tasks[__mc_spawn(__mc_kthread_main, start)];
	WRITE_ONCE(task->__state, TASK_UNINTERRUPTIBLE);
	task->flags |= PF_KTHREAD;
	__mc_kthread_of(task)->data = data;
	__mc_store(&__mc_kthread_of(task)->made, 4, 1, "RELEASE");
	return task;
}

struct task_struct *kthread_create_on_cpu(int (*function)(void *data), void *data, unsigned int cpu, const char *name)
{
	return kthread_create_on_node(function, data, NUMA_NO_NODE, name);
}

void kthread_bind(struct task_struct *task, unsigned int cpu)
{
}

void *kthread_data(struct task_struct *task)
{
	return __mc_kthread_of(task)->data;
}

bool kthread_should_stop(void)
{
	return READ_ONCE(__mc_kthread_of(current)->stop) != 0;
}

bool kthread_should_park(void)
{
	__mc_assumes("never-frozen");
	return false;
}

bool kthread_freezable_should_stop(bool *was_frozen)
{
	__mc_assumes("never-frozen");
	if (was_frozen)
		*was_frozen = false;
	return kthread_should_stop();
}

int kthread_stop(struct task_struct *task)
{
	WRITE_ONCE(__mc_kthread_of(task)->stop, 1);
	wake_up_process(task);
	return (int)__mc_join((unsigned long)(task - __mc_tasks));
}

#ifndef kthread_exit
void __noreturn kthread_exit(long result)
{
	__mc_exit((unsigned long)result);
}
#endif
