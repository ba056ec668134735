/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SWAP_H
#define _LINUX_SWAP_H

#include <linux/mm.h>
#include <linux/vmstat.h>

#define ISOLATE_INACTIVE ((isolate_mode_t)0x1)
#define ISOLATE_ACTIVE ((isolate_mode_t)0x2)
#define ISOLATE_CLEAN ((isolate_mode_t)0x4)
#define ISOLATE_UNMAPPED ((isolate_mode_t)0x8)
#define ISOLATE_ASYNC_MIGRATE ((isolate_mode_t)0x10)
#define ISOLATE_UNEVICTABLE ((isolate_mode_t)0x20)

#define lru_add_drain() ((void)0)
#define lru_add_drain_all() ((void)0)
#define migrate_prep() 0
#define migrate_prep_local() 0

#endif
