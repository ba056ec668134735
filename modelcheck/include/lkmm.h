/* SPDX-License-Identifier: MIT */
/* The kernel's primitives for programs that are otherwise plain C: a main() with threads. */
#ifndef _LKMM_H
#define _LKMM_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/atomic.h>
#include <linux/spinlock.h>
#include <linux/rcupdate.h>
#include <linux/srcu.h>
#include <linux/bug.h>
#include <asm/barrier.h>
#include <asm/cmpxchg.h>
#include <asm/processor.h>

#endif
