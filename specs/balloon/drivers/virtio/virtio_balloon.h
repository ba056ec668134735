/* SPDX-License-Identifier: MIT */
/*
 * The balloon device and the driver's functions. A driver would keep both to itself; the scenarios call them.
 */
#ifndef BALLOON_VIRTIO_BALLOON_H
#define BALLOON_VIRTIO_BALLOON_H

#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

/* As many page numbers as the host is told at once; 256 in the driver. */
#ifndef VIRTIO_BALLOON_ARRAY_PFNS_MAX
#define VIRTIO_BALLOON_ARRAY_PFNS_MAX	4
#endif

struct virtio_balloon {
	/* Held over a whole round of inflating, deflating or migrating: it guards pfns and num_pfns. */
	struct mutex balloon_lock;
	/* Guards the list and the two counters below it. */
	spinlock_t pages_lock;
	struct list_head pages;
	/* Pages taken from the guest, those included that are isolated. */
	unsigned long num_pages;
	unsigned long num_isolated_pages;

	unsigned long num_pfns;
	unsigned long pfns[VIRTIO_BALLOON_ARRAY_PFNS_MAX];

	wait_queue_head_t config_change;
	/* What ->mapping of this balloon's pages points to. */
	struct address_space *mapping;
};

struct virtio_balloon *virtballoon_probe(int *err);
void virtballoon_remove(struct virtio_balloon *vb);
/* The end of removal, once the balloon has no page left. */
void virtballoon_free(struct virtio_balloon *vb);

void fill_balloon(struct virtio_balloon *vb, size_t num);
void leak_balloon(struct virtio_balloon *vb, size_t num);
/* One look of leak_balloon(): gives what is left of the target, 0 for an end. */
size_t leak_balloon_round(struct virtio_balloon *vb, size_t target);

#endif
