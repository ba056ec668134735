/* SPDX-License-Identifier: MIT */
/* Event counters, exact ones: one atomic counter for each item. A program may name items of its own from NR_VM_EVENT_ITEMS up. */
#ifndef _LINUX_VMSTAT_H
#define _LINUX_VMSTAT_H

#include <linux/atomic.h>

enum vm_event_item {
	PGPGIN,
	PGPGOUT,
	PSWPIN,
	PSWPOUT,
	PGALLOC_NORMAL,
	PGFREE,
	PGACTIVATE,
	PGDEACTIVATE,
	PGFAULT,
	PGMAJFAULT,
	PGMIGRATE_SUCCESS,
	PGMIGRATE_FAIL,
	COMPACTBLOCKS,
	COMPACTPAGES,
	COMPACTPAGEFAILED,
	COMPACTSTALL,
	COMPACTFAIL,
	COMPACTSUCCESS,
	COMPACTISOLATED,
	COMPACTMIGRATE_SCANNED,
	COMPACTFREE_SCANNED,
	BALLOON_INFLATE,
	BALLOON_DEFLATE,
	BALLOON_MIGRATE,
	COMPACTBALLOONISOLATED,
	COMPACTBALLOONMIGRATED,
	COMPACTBALLOONRETURNED,
	COMPACTBALLOONRELEASED,
	NR_VM_EVENT_ITEMS,
};

enum zone_stat_item {
	NR_FREE_PAGES,
	NR_INACTIVE_ANON,
	NR_ACTIVE_ANON,
	NR_INACTIVE_FILE,
	NR_ACTIVE_FILE,
	NR_ANON_PAGES,
	NR_FILE_MAPPED,
	NR_FILE_PAGES,
	NR_ISOLATED_ANON,
	NR_ISOLATED_FILE,
	NR_VM_ZONE_STAT_ITEMS,
};

#define MC_NR_EVENTS (NR_VM_EVENT_ITEMS + 8)
__attribute__((weak)) atomic_long_t __mc_vm_events[MC_NR_EVENTS];
__attribute__((weak)) atomic_long_t __mc_vm_stats[NR_VM_ZONE_STAT_ITEMS];

#define count_vm_event(item) (__mc_assumes("exact-counters"), atomic_long_inc(&__mc_vm_events[item]))
#define count_vm_events(item, n) (__mc_assumes("exact-counters"), atomic_long_add(n, &__mc_vm_events[item]))
#define __count_vm_event(item) count_vm_event(item)
#define __count_vm_events(item, n) count_vm_events(item, n)
#define mc_vm_event(item) atomic_long_read(&__mc_vm_events[item])

/* Declared, so that a call is refused. */
void all_vm_events(unsigned long *to);

#define mod_zone_page_state(zone, item, n) (__mc_assumes("exact-counters"), (void)(zone), atomic_long_add(n, &__mc_vm_stats[item]))
#define inc_zone_page_state(page, item) ((void)(page), atomic_long_inc(&__mc_vm_stats[item]))
#define dec_zone_page_state(page, item) ((void)(page), atomic_long_dec(&__mc_vm_stats[item]))
#define __mod_zone_page_state(zone, item, n) mod_zone_page_state(zone, item, n)
#define __inc_zone_page_state(page, item) inc_zone_page_state(page, item)
#define __dec_zone_page_state(page, item) dec_zone_page_state(page, item)
#define global_page_state(item) ((unsigned long)atomic_long_read(&__mc_vm_stats[item]))

#endif
