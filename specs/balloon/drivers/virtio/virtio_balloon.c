// SPDX-License-Identifier: MIT
/*
 * The virtio balloon driver: pages go from the guest to the host and back, and compaction may move them.
 */
#include <linux/balloon_check.h>
#include <linux/balloon_compaction.h>
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "virtio_balloon.h"

/*
 * Telling the host the numbers in vb->pfns and waiting for its answer. The host takes no part in any
 * of the questions, touches no memory of ours but the numbers, and always answers: so nothing happens here.
 */
static inline void tell_host(struct virtio_balloon *vb)
{
}

/* Take up to @num pages from the guest. */
void fill_balloon(struct virtio_balloon *vb, size_t num)
{
	size_t taken = 0;

	/* One array of numbers is told at a time; who wants more calls again. */
	num = min_t(size_t, num, VIRTIO_BALLOON_ARRAY_PFNS_MAX);

	mutex_lock(&vb->balloon_lock);
	while (taken < num) {
		struct page *page = alloc_page(balloon_mapping_gfp_mask());

		if (!page)
			break;
		vb->pfns[taken++] = page_to_pfn(page);

		BUG_ON(!trylock_page(page));
		spin_lock(&vb->pages_lock);
		list_add(&page->lru, &vb->pages);
		assign_balloon_mapping(page, vb->mapping);
		vb->num_pages++;
		spin_unlock(&vb->pages_lock);
		unlock_page(page);
	}
	vb->num_pfns = taken;

	/* As posted: this way out leaves balloon_lock held. */
	if (taken == 0)
		return;
	tell_host(vb);
	mutex_unlock(&vb->balloon_lock);
}

/* Free the pages whose numbers are noted. */
static void release_pages_by_pfn(const unsigned long *pfns, size_t num)
{
	size_t i;

	for (i = 0; i < num; i++)
		__free_page(pfn_to_page(pfns[i]));
}

/*
 * Take pages off the list, up to @target, and free them. Called and left with balloon_lock and pages_lock held, but
 * pages_lock is dropped in between. Gives their number.
 */
static size_t __leak_balloon(struct virtio_balloon *vb, size_t target)
{
	size_t taken = 0;

	while (taken < target && !list_empty(&vb->pages)) {
		struct page *page = list_first_entry(&vb->pages, struct page, lru);

		/* Isolation locks the page first and the list second: no waiting here. */
		if (!trylock_page(page))
			break;
		clear_balloon_mapping(page);
		list_del(&page->lru);
		vb->num_pages--;
		vb->pfns[taken++] = page_to_pfn(page);
		unlock_page(page);
	}
	vb->num_pfns = taken;

	if (taken) {
		spin_unlock(&vb->pages_lock);
		tell_host(vb);
		release_pages_by_pfn(vb->pfns, taken);
		spin_lock(&vb->pages_lock);
	}
	return taken;
}

size_t leak_balloon_round(struct virtio_balloon *vb, size_t target)
{
	bool done;

	mutex_lock(&vb->balloon_lock);
	spin_lock(&vb->pages_lock);
	if (vb->num_pages - vb->num_isolated_pages >= target)
		target -= __leak_balloon(vb, target);
	/*
	 * As posted: enough pages at home count as success, also when a locked page ended the round
	 * before the target was reached.
	 */
	done = target <= vb->num_pages - vb->num_isolated_pages;
	spin_unlock(&vb->pages_lock);
	mutex_unlock(&vb->balloon_lock);
	return done ? 0 : target;
}

/* Give @num pages back to the guest; waits while too many are isolated. */
void leak_balloon(struct virtio_balloon *vb, size_t num)
{
	size_t target = min_t(size_t, num, VIRTIO_BALLOON_ARRAY_PFNS_MAX);

	wait_event(vb->config_change, !(target = leak_balloon_round(vb, target)));
}

#ifdef CONFIG_BALLOON_COMPACTION

/* a_ops->invalidatepage: the page leaves the balloon's list. The page is locked. */
static void virtballoon_isolatepage(struct page *page, unsigned long offset)
{
	struct virtio_balloon *vb = __page_balloon_device(page);

	spin_lock(&vb->pages_lock);
	check_listed(page);
	list_del(&page->lru);
	vb->num_isolated_pages++;
	spin_unlock(&vb->pages_lock);
	count_balloon_event(COMPACTBALLOONISOLATED);
}

/* a_ops->freepage: an isolated page comes back to the balloon's list. The page is locked. */
static void virtballoon_putbackpage(struct page *page)
{
	struct virtio_balloon *vb = __page_balloon_device(page);

	spin_lock(&vb->pages_lock);
	list_add(&page->lru, &vb->pages);
	vb->num_isolated_pages--;
	spin_unlock(&vb->pages_lock);
	wake_up(&vb->config_change);
	count_balloon_event(COMPACTBALLOONRETURNED);
}

/* a_ops->migratepage: @newpage takes the place of the isolated @page. Both are locked. */
static int virtballoon_migratepage(struct address_space *mapping, struct page *newpage, struct page *page,
				   enum migrate_mode mode)
{
	struct virtio_balloon *vb = __page_balloon_device(page);

	mutex_lock(&vb->balloon_lock);

	/* The host takes the new page ... */
	spin_lock(&vb->pages_lock);
	list_add(&newpage->lru, &vb->pages);
	assign_balloon_mapping(newpage, mapping);
	vb->num_isolated_pages--;
	spin_unlock(&vb->pages_lock);
	vb->num_pfns = 1;
	vb->pfns[0] = page_to_pfn(newpage);
	tell_host(vb);

	/* ... and gives the old one back. */
	clear_balloon_mapping(page);
	vb->pfns[0] = page_to_pfn(page);
	tell_host(vb);

	mutex_unlock(&vb->balloon_lock);
	wake_up(&vb->config_change);
	count_balloon_event(COMPACTBALLOONMIGRATED);

	return BALLOON_MIGRATION_RETURN;
}

#else

#define virtballoon_isolatepage		NULL
#define virtballoon_putbackpage		NULL
#define virtballoon_migratepage		NULL

#endif /* CONFIG_BALLOON_COMPACTION */

static DEFINE_BALLOON_MAPPING_AOPS(virtio_balloon_aops, virtballoon_isolatepage, virtballoon_migratepage,
				   virtballoon_putbackpage);

/* A new device, or NULL with the error in *@err. */
struct virtio_balloon *virtballoon_probe(int *err)
{
	struct address_space *mapping;
	struct virtio_balloon *vb = kmalloc(sizeof(*vb), GFP_KERNEL);

	*err = -ENOMEM;
	if (!vb)
		return NULL;

	mutex_init(&vb->balloon_lock);
	spin_lock_init(&vb->pages_lock);
	INIT_LIST_HEAD(&vb->pages);
	vb->num_pages = 0;
	vb->num_isolated_pages = 0;
	vb->num_pfns = 0;
	init_waitqueue_head(&vb->config_change);

	mapping = alloc_balloon_mapping(vb, &virtio_balloon_aops);
	vb->mapping = mapping;
	if (IS_ERR(mapping)) {
		/* Without compaction the balloon still works. */
		*err = PTR_ERR(mapping);
		if (*err != -EOPNOTSUPP)
			goto out_free_mapping;
	}
	*err = 0;
	return vb;

out_free_mapping:
	/* As posted: by now this is an error pointer. */
	free_balloon_mapping(vb->mapping);
	kfree(vb);
	return NULL;
}

void virtballoon_free(struct virtio_balloon *vb)
{
	free_balloon_mapping(vb->mapping);
	kfree(vb);
}

/* The device goes. Its own thread, which inflates and deflates, has stopped. */
void virtballoon_remove(struct virtio_balloon *vb)
{
	while (vb->num_pages) {
		unsigned long before = vb->num_pages;

		leak_balloon(vb, before);
		stop_if_in_vain(vb->num_pages < before);
	}
	virtballoon_free(vb);
}
