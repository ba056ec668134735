/* SPDX-License-Identifier: MIT */
#include <linux/kernel.h>
#include <linux/srcu.h>
#include <mc/check.h>
static struct srcu_struct one, two;
static int cookie;
static void make(void) { init_srcu_struct(&one); init_srcu_struct(&two); }
static void begins(void) { int i = srcu_down_read(&one); smp_store_release(&cookie, i + 1); }
static void begins_its_own(void) { int i = srcu_read_lock(&one); smp_store_release(&cookie, i + 1); }
static void ends(void) { int i = smp_load_acquire(&cookie); if (i) srcu_up_read(&one, i - 1); }
static void ends_twice(void) { int i = smp_load_acquire(&cookie); if (i) srcu_up_read(&one, i - 1); if (i) srcu_up_read(&one, i - 1); }
static void ends_another(void) { int i = smp_load_acquire(&cookie); if (i) srcu_up_read(&two, i - 1); }
static void ends_as_its_own(void) { int i = smp_load_acquire(&cookie); if (i) srcu_read_unlock(&one, i - 1); }
static void does_both(void) { int i = srcu_down_read(&one), j = srcu_read_lock(&one); srcu_up_read(&one, i); srcu_read_unlock(&one, j); }
static void mixes_both(void) { int i = srcu_down_read(&one), j = srcu_read_lock(&one); srcu_up_read(&one, j); srcu_read_unlock(&one, i); }
static void begins_and_cleans_up(void) { WRITE_ONCE(cookie, srcu_down_read(&one)); cleanup_srcu_struct(&one); }
