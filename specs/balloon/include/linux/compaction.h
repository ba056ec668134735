/* SPDX-License-Identifier: MIT */
/*
 * One compacting thread: which pages it has isolated.
 */
#ifndef BALLOON_LINUX_COMPACTION_H
#define BALLOON_LINUX_COMPACTION_H

#include_next <linux/compaction.h>
#include <linux/list.h>

struct compact_control {
	/* Isolated pages, in links that only this thread follows. */
	struct list_head migratepages;
	unsigned long nr_migratepages;
};

void isolate_migratepage(struct compact_control *cc, unsigned long pfn);
void isolate_migratepages_range(struct compact_control *cc, unsigned long low_pfn, unsigned long end_pfn);
void compact_zone(struct compact_control *cc, unsigned long low_pfn, unsigned long end_pfn);

#endif
