/* SPDX-License-Identifier: MIT */
#include <linux/kernel.h>
#include <linux/srcu.h>
#include <mc/check.h>
static struct srcu_struct one, two;
static int x, cookie;
static void make(void) { init_srcu_struct(&one); init_srcu_struct(&two); }
static void reads(void) { int i = srcu_read_lock(&one); smp_store_release(&x, 1); srcu_read_unlock(&one, i); }
static void nests(void) { int i = srcu_read_lock(&one), j = srcu_read_lock(&two); srcu_read_unlock(&one, i); srcu_read_unlock(&two, j); }
static void keeps(void) { WRITE_ONCE(cookie, srcu_read_lock(&one)); srcu_read_unlock(&one, READ_ONCE(cookie)); }
static void leaves_another(void) { int i = srcu_read_lock(&one); srcu_read_unlock(&two, i); }
static void leaves_twice(void) { int i = srcu_read_lock(&one); srcu_read_unlock(&one, i); if (READ_ONCE(x)) srcu_read_unlock(&one, i); }
static void leaves_none(void) { if (READ_ONCE(x)) srcu_read_unlock(&one, 0); }
static void leaves_by_number(void) { (void)srcu_read_lock(&one); srcu_read_unlock(&one, 0); }
static void leaves_by_another_cookie(void) { int i = srcu_read_lock(&one); srcu_read_unlock(&one, i + 1); }
static void never_leaves(void) { WRITE_ONCE(cookie, srcu_read_lock(&one)); }
static void cleans_up(void) { if (smp_load_acquire(&x)) cleanup_srcu_struct(&one); }
static void cleans_up_behind(void) { if (smp_load_acquire(&x)) { synchronize_srcu(&one); cleanup_srcu_struct(&one); } }
