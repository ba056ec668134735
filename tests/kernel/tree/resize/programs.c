/* SPDX-License-Identifier: MIT */
/* kvrealloc(): the object before is gone, what it held is kept. */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/version.h>
#include <mc/check.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define resize(object, before, size) kvrealloc(object, size, GFP_KERNEL)
#else
#define resize(object, before, size) kvrealloc(object, before, size, GFP_KERNEL)
#endif

static int *one(void) { int *p = kvzalloc(sizeof(int), GFP_KERNEL); p[0] = 7; return p; }
static void grows(void) { int *p = resize(one(), sizeof(int), 2 * sizeof(int)); MC_ASSERT("assertion", p[0] == 7, "kept"); p[1] = 1; kvfree(p); }
static void reads_beyond(void) { int *p = resize(one(), sizeof(int), 2 * sizeof(int)); p[2] = 1; kvfree(p); }
static void uses_old(void) { int *p = one(), *q = resize(p, sizeof(int), 2 * sizeof(int)); p[0] = 1; kvfree(q); }
static void frees_old(void) { int *p = one(), *q = resize(p, sizeof(int), 2 * sizeof(int)); kvfree(p); kvfree(q); }
static void forgets(void) { (void)!resize(one(), sizeof(int), 2 * sizeof(int)); }
