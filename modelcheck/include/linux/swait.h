/* SPDX-License-Identifier: MIT */
/* Simple wait queues: every waiter stands in line, and is woken by itself unless all are. */
#ifndef _LINUX_SWAIT_H
#define _LINUX_SWAIT_H

#include <linux/wait.h>

#define swait_queue_head wait_queue_head
#define swait_queue wait_queue_entry
#define __SWAIT_QUEUE_HEAD_INITIALIZER(name) __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define DECLARE_SWAIT_QUEUE_HEAD(name) DECLARE_WAIT_QUEUE_HEAD(name)
#define DECLARE_SWAIT_QUEUE_HEAD_ONSTACK(name) DECLARE_WAIT_QUEUE_HEAD(name)
#define DECLARE_SWAITQUEUE(name) DEFINE_WAIT(name)
#define init_swait_queue_head(wq) init_waitqueue_head(wq)
#define swake_up_one(wq) __mc_wake_line(wq, 1)
#define swake_up_locked(wq) __mc_wake_line(wq, 1)
#define swake_up_all(wq) __mc_wake_line(wq, 0)
#define swait_active(wq) (READ_ONCE((wq)->__line) != 0)
#define swq_has_sleeper(wq) ({ __mc_fence("Mb"); swait_active(wq); })
#define prepare_to_swait_exclusive(wq, wait, state) prepare_to_wait_exclusive(wq, wait, state)
#define finish_swait(wq, wait) finish_wait(wq, wait)
#define swait_event_exclusive(wq, condition) ((void)__mc_wait_exclusive(&(wq), condition, 0, 1))
#define swait_event_idle_exclusive(wq, condition) ((void)__mc_wait_exclusive(&(wq), condition, 0, 1))
#define swait_event_interruptible_exclusive(wq, condition) \
	__mc_wait_exclusive(&(wq), condition, __mc_interrupted(), 0)

#endif
