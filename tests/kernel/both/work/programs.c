/* SPDX-License-Identifier: MIT */
#include <linux/kernel.h>
#include <linux/workqueue.h>
#include <linux/slab.h>
#include <linux/delay.h>
#include <mc/check.h>
struct job { struct work_struct work; int n; };
static struct job *job;
static int x;
static void runs(struct work_struct *w) { struct job *j = container_of(w, struct job, work); j->n++; }
static void frees_itself(struct work_struct *w) { kfree(container_of(w, struct job, work)); }
static void sets(struct work_struct *w) { WRITE_ONCE(x, 1); }
static void make(void) { job = kzalloc(sizeof(*job), GFP_KERNEL); INIT_WORK(&job->work, runs); }
static void make_self(void) { job = kzalloc(sizeof(*job), GFP_KERNEL); INIT_WORK(&job->work, frees_itself); }
static void make_sets(void) { job = kzalloc(sizeof(*job), GFP_KERNEL); INIT_WORK(&job->work, sets); }
static void queues_flushes(void) { schedule_work(&job->work); flush_work(&job->work); MC_ASSERT("assertion", job->n == 1, "ran"); kfree(job); }
static void queues_frees(void) { schedule_work(&job->work); kfree(job); }
static void queues_cancels(void) { schedule_work(&job->work); cancel_work_sync(&job->work); kfree(job); }
static void queues_cancels_only(void) { schedule_work(&job->work); cancel_work(&job->work); kfree(job); }
static void queues_twice(void) { bool a = schedule_work(&job->work), b = schedule_work(&job->work); flush_work(&job->work); MC_ASSERT("assertion", a && job->n == 1 + b, "once each"); kfree(job); }
static void queues_twice_wrong(void) { schedule_work(&job->work); schedule_work(&job->work); flush_work(&job->work); MC_ASSERT("assertion", job->n == 2, "twice"); kfree(job); }
static void queues_self(void) { schedule_work(&job->work); }
static void queues_self_uses(void) { struct job *j = job; schedule_work(&j->work); j->n = 1; }
static void queues_self_flushes(void) { schedule_work(&job->work); flush_work(&job->work); kfree(job); }
static void queues_looks(void) { schedule_work(&job->work); MC_ASSERT("assertion", READ_ONCE(x), "ran"); }
static void queues_one(void) { schedule_work(&job->work); }
static void queue_own(void) { struct workqueue_struct *q = alloc_workqueue("q", 0, 0); struct job *j = kzalloc(sizeof(*j), GFP_KERNEL); INIT_WORK(&j->work, runs); queue_work(q, &j->work); destroy_workqueue(q); MC_ASSERT("assertion", j->n == 1, "ran"); kfree(j); }
static void queue_leak(void) { (void)alloc_workqueue("q", 0, 0); }
static void queue_after(void) { struct workqueue_struct *q = alloc_workqueue("q", 0, 0); destroy_workqueue(q); queue_work(q, &job->work); }
static void flush_me(struct work_struct *w) { flush_work(w); }
static void flushes_self_init(void) { job = kzalloc(sizeof(*job), GFP_KERNEL); INIT_WORK(&job->work, flush_me); schedule_work(&job->work); }
static void runs_delayed(struct work_struct *w) { WRITE_ONCE(x, 1); }
static DECLARE_DELAYED_WORK(dw, runs_delayed);
static void delayed(void) { schedule_delayed_work(&dw, 10); if (!cancel_delayed_work_sync(&dw)) MC_ASSERT("assertion", READ_ONCE(x), "ran"); }
static void delayed_mod(void) { schedule_delayed_work(&dw, 10); mod_delayed_work(system_wq, &dw, 1); flush_delayed_work(&dw); MC_ASSERT("assertion", READ_ONCE(x), "ran"); }
static void queue_used_leak(void) { struct workqueue_struct *q = alloc_workqueue("q", 0, 0); queue_work(q, &job->work); flush_work(&job->work); kfree(job); }
static void item_leak(void) { struct job *j = kzalloc(sizeof(*j), GFP_KERNEL); INIT_WORK(&j->work, runs); schedule_work(&j->work); }
