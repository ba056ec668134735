/* SPDX-License-Identifier: MIT */
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/delay.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <mc/check.h>
static int x, y;
static DEFINE_SPINLOCK(let);
static int *shared;
static struct task_struct *napping;
static DECLARE_WAIT_QUEUE_HEAD(q);
static DECLARE_COMPLETION(done);
static void completes(void) { x = 1; complete(&done); }
static void waits_done(void) { wait_for_completion(&done); MC_ASSERT("assertion", x == 1, "before"); }
static void completes_early(void) { complete(&done); x = 1; }
static void completes_all(void) { x = 1; complete_all(&done); }
static void completes_and_again(void) { x = 1; complete(&done); reinit_completion(&done); }
static void waits_timeout(void) { unsigned long left = wait_for_completion_timeout(&done, 10); MC_ASSERT("assertion", !left, "nobody"); }
static void tries(void) { if (try_wait_for_completion(&done)) MC_ASSERT("assertion", x == 1, "before"); }
static struct completion *stack;
static void owns_stack(void) { DECLARE_COMPLETION_ONSTACK(d); smp_store_release(&stack, &d); wait_for_completion(&d); }
static void completes_stack(void) { struct completion *d = smp_load_acquire(&stack); if (d) complete(d); else MC_ASSUME(0); }
struct job { struct completion d; int v; };
static struct job *job;
static void make_heap(void) { job = kzalloc(sizeof(*job), GFP_KERNEL); init_completion(&job->d); }
static void frees_completed(void) { wait_for_completion(&job->d); kfree(job); }
static void completes_heap(void) { job->v = 1; complete(&job->d); }
static void completes_then_writes(void) { complete(&job->d); job->v = 1; }
static void wakes(void) { WRITE_ONCE(x, 1); wake_up(&q); }
static void waits(void) { wait_event(q, READ_ONCE(x)); MC_ASSERT("assertion", READ_ONCE(x), "x"); }
static void sets(void) { WRITE_ONCE(x, 1); }
static void wakes_first(void) { wake_up(&q); WRITE_ONCE(x, 1); }
static void waits_exclusive(void) { (void)!wait_event_interruptible_exclusive(q, READ_ONCE(x)); }
static void wakes_all(void) { WRITE_ONCE(x, 1); wake_up_all(&q); }
static void wakes_active(void) { WRITE_ONCE(x, 1); if (waitqueue_active(&q)) wake_up(&q); }
static void wakes_active_mb(void) { WRITE_ONCE(x, 1); smp_mb(); if (waitqueue_active(&q)) wake_up(&q); }
static void wakes_sleeper(void) { WRITE_ONCE(x, 1); if (wq_has_sleeper(&q)) wake_up(&q); }
static void waits_to(void) { long r = wait_event_timeout(q, READ_ONCE(x), 10); MC_ASSERT("assertion", r == 0, "nobody"); }
static void wakes_int(void) { WRITE_ONCE(x, 1); wake_up_interruptible(&q); }
static void waits_int(void) { if (wait_event_interruptible(q, READ_ONCE(x))) return; MC_ASSERT("assertion", READ_ONCE(x), "x"); }
static void waits_hand(void) { DEFINE_WAIT(w); for (;;) { prepare_to_wait(&q, &w, TASK_UNINTERRUPTIBLE); if (READ_ONCE(x)) break; schedule(); } finish_wait(&q, &w); }
static void waits_hand_wrong(void) { DEFINE_WAIT(w); while (!READ_ONCE(x)) { prepare_to_wait(&q, &w, TASK_UNINTERRUPTIBLE); schedule(); } finish_wait(&q, &w); }
static void waits_unfinished(void) { DEFINE_WAIT(w); prepare_to_wait(&q, &w, TASK_UNINTERRUPTIBLE); __set_current_state(TASK_RUNNING); }
static int loops(void *d) { while (!kthread_should_stop()) { set_current_state(TASK_INTERRUPTIBLE); if (!kthread_should_stop()) schedule(); __set_current_state(TASK_RUNNING); } return 3; }
static void starts_and_stops(void) { struct task_struct *t = kthread_run(loops, NULL, "k"); MC_ASSERT("assertion", kthread_stop(t) == 3 || 1, "r"); }
static int lost(void *d) { while (!kthread_should_stop()) { set_current_state(TASK_INTERRUPTIBLE); schedule(); } return 0; }
static void starts_lost(void) { struct task_struct *t = kthread_run(lost, NULL, "k"); kthread_stop(t); }
static void starts_only(void) { kthread_run(loops, NULL, "k"); }
static int uses(void *d) { *(int *)d = 1; while (!kthread_should_stop()) { set_current_state(TASK_INTERRUPTIBLE); if (!kthread_should_stop()) schedule(); __set_current_state(TASK_RUNNING); } return 0; }
static void starts_frees(void) { int *d = kzalloc(4, GFP_KERNEL); struct task_struct *t = kthread_run(uses, d, "k"); kfree(d); kthread_stop(t); }
static void starts_data(void) { int *d = kzalloc(4, GFP_KERNEL); struct task_struct *t = kthread_run(uses, d, "k"); kthread_stop(t); kfree(d); }
static struct task_struct *sleeper;
static void sleeps_task(void) { WRITE_ONCE(sleeper, current); for (;;) { set_current_state(TASK_UNINTERRUPTIBLE); if (READ_ONCE(x)) break; schedule(); } __set_current_state(TASK_RUNNING); }
static void wakes_task(void) { struct task_struct *t; WRITE_ONCE(x, 1); smp_mb(); t = READ_ONCE(sleeper); if (t) wake_up_process(t); }
static void sleeps_lost(void) { WRITE_ONCE(sleeper, current); smp_mb(); if (!READ_ONCE(x)) { set_current_state(TASK_UNINTERRUPTIBLE); schedule(); } }
static void sleeps_weak(void) { WRITE_ONCE(sleeper, current); smp_mb(); for (;;) { __set_current_state(TASK_UNINTERRUPTIBLE); if (READ_ONCE(x)) break; schedule(); } __set_current_state(TASK_RUNNING); }
static void starts_leaks(void) { int *d = kzalloc(4, GFP_KERNEL); struct task_struct *t = kthread_run(uses, d, "k"); kthread_stop(t); }
static void done_in_time(void) { complete(&done); MC_ASSERT("assertion", wait_for_completion_timeout(&done, 10) == 10, "done"); MC_ASSERT("assertion", !wait_for_completion_timeout(&done, 10), "not done"); }
static void time_is_up(void) { MC_ASSERT("assertion", wait_for_completion_timeout(&done, 10), "up"); }
static void lets_go(void) { int *mine; spin_lock(&let); mine = shared; cond_resched_lock(&let); if (mine) *mine = 1; spin_unlock(&let); }
static void goes_on(void) { int *mine; spin_lock(&let); cond_resched_lock(&let); mine = shared; if (mine) *mine = 1; spin_unlock(&let); }
static void takes_away(void) { int *mine; spin_lock(&let); mine = shared; shared = NULL; spin_unlock(&let); kfree(mine); }
static void share(void) { shared = kzalloc(sizeof(*shared), GFP_KERNEL); }
static void naps(void) { set_current_state(TASK_INTERRUPTIBLE); smp_store_release(&napping, current); MC_ASSERT("assertion", !schedule_timeout(10), "left"); }
static void naps_alone(void) { set_current_state(TASK_INTERRUPTIBLE); MC_ASSERT("assertion", !schedule_timeout(10), "left"); }
static void sleeps(void) { set_current_state(TASK_INTERRUPTIBLE); schedule_timeout(MAX_SCHEDULE_TIMEOUT); }
static void wakes_napping(void) { struct task_struct *task = smp_load_acquire(&napping); if (task) wake_up_process(task); }
