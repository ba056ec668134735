/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_COMPACTION_H
#define _LINUX_COMPACTION_H

#include <linux/mm.h>

#define COMPACT_SKIPPED 0
#define COMPACT_CONTINUE 1
#define COMPACT_PARTIAL 2
#define COMPACT_COMPLETE 3

#endif
