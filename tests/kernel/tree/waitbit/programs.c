/* SPDX-License-Identifier: MIT */
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/delay.h>
#include <linux/slab.h>
#include <mc/check.h>
#include <linux/wait_bit.h>
#include <linux/swait.h>
static int x;
static void sets(void) { WRITE_ONCE(x, 1); }
static unsigned long word = 1;
static void clears_bit(void) { x = 1; clear_bit_unlock(0, &word); smp_mb__after_atomic(); wake_up_bit(&word, 0); }
static void waits_bit(void) { wait_on_bit(&word, 0, TASK_UNINTERRUPTIBLE); MC_ASSERT("assertion", x == 1, "before"); }
static void clears_only(void) { x = 1; clear_bit_unlock(0, &word); }
static void clears_nomb(void) { x = 1; clear_bit_unlock(0, &word); wake_up_bit(&word, 0); }
static void locks_bit(void) { wait_on_bit_lock(&word, 0, TASK_UNINTERRUPTIBLE); MC_ASSERT("assertion", x == 1, "before"); }
static atomic_t var = ATOMIC_INIT(1);
static void var_wakes(void) { if (atomic_dec_and_test(&var)) wake_up_var(&var); }
static void var_waits(void) { wait_var_event(&var, !atomic_read(&var)); }
static void var_sets(void) { atomic_dec(&var); }
static DECLARE_SWAIT_QUEUE_HEAD(sq);
static void swakes(void) { WRITE_ONCE(x, 1); smp_mb(); swake_up_one(&sq); }
static void swaits(void) { swait_event_exclusive(sq, READ_ONCE(x)); }
