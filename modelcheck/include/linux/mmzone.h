/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MMZONE_H
#define _LINUX_MMZONE_H

#include <linux/spinlock.h>
#include <linux/list.h>
#include <linux/vmstat.h>
#include <asm/page.h>

#define MAX_ORDER 11
#define pageblock_order 9
#define pageblock_nr_pages (1UL << pageblock_order)

struct lruvec {
	struct list_head lists[5];
};

struct zone {
	spinlock_t lock;
	spinlock_t lru_lock;
	struct lruvec lruvec;
};

#endif
