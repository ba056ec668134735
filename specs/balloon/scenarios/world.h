/* SPDX-License-Identifier: MIT */
/*
 * What the scenarios share: one balloon device, the compacting threads' lists, and the questions asked at rest.
 *
 * What the properties mean. Under a weak model there is no moment at which "the page is a balloon page", so
 * nothing here speaks of moments; each property is a condition on an execution (events, rf, co).
 *
 * - at rest: read in the final function, after every thread has been joined. Each read there reads from the
 *   co-last write to its location, whatever the model: what is asked of memory at rest is asked of co alone.
 * - leak, at rest: a page which nobody has: the co-last write to its count leaves references, and no list's
 *   links, followed from its head through co-last writes, lead to it.
 * - list-corruption, at rest: the co-last links of a list do not form a ring, or a page is on two lists.
 * - use-after-free, at rest: a page that the allocator has (its co-last count is 0) is on a list all the same.
 * - misidentified, where a page is isolated: see check_listed() in <linux/balloon_check.h>.
 * - misidentified, in an observer: a thread that read, from a later write, that the page has left its list may still
 *   read from the earlier write that it is a balloon page (a load pair, with an smp_rmb() between).
 */
#ifndef BALLOON_SCENARIOS_WORLD_H
#define BALLOON_SCENARIOS_WORLD_H

#include <linux/compaction.h>
#include <linux/mm.h>

#include "../drivers/virtio/virtio_balloon.h"

/* Threads that compact, each with a list of its own; a scenario with several sets it. */
#ifndef NR_COMPACTORS
#define NR_COMPACTORS	1
#endif

extern struct virtio_balloon *vb;
extern struct compact_control compactors[NR_COMPACTORS];
/* That of a scenario's only one. */
#define cc	(compactors[0])

/* The page that a scenario is about: the first that the allocator gives. */
#define FIRST	(&mem_map[0])

/* A device whose balloon holds the first @ballooned pages; the others are free. */
void world_init(size_t ballooned);

/* The pages on a list, as bits by page number; the ring must be whole in both directions. */
unsigned int pages_on(const struct list_head *head);

/* Everything that must hold of pages, lists and counters when all threads have ended. */
void at_rest(void);

#endif
