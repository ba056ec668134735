/* SPDX-License-Identifier: MIT */
/* The driver of the tree with one page in its balloon, a host that answers at once, and compaction as mm/ has it. */
#include "drivers/virtio/virtio_balloon.c"
#include <linux/migrate.h>
#include <linux/version.h>
#include <mc/check.h>

static struct virtio_balloon vb;
static struct virtio_device device;
static struct virtqueue queue;

int virtqueue_add_outbuf(struct virtqueue *vq, struct scatterlist *sg, unsigned int num, void *data, gfp_t gfp)
{
	return 0;
}

bool virtqueue_kick(struct virtqueue *vq)
{
	return true;
}

void *virtqueue_get_buf(struct virtqueue *vq, unsigned int *length)
{
	return &queue;
}

void virtio_check_driver_offered_feature(const struct virtio_device *vdev, unsigned int feature)
{
}

void sg_init_one(struct scatterlist *sg, const void *data, unsigned int length)
{
}

static void made(void)
{
	vb.vdev = &device;
	vb.inflate_vq = vb.deflate_vq = &queue;
	mutex_init(&vb.balloon_lock);
	init_waitqueue_head(&vb.acked);
	balloon_devinfo_init(&vb.vb_dev_info);
	vb.vb_dev_info.migratepage = virtballoon_migratepage;
}

static void filled(void)
{
	made();
	fill_balloon(&vb, 1);
}

static void inflate(void)
{
	fill_balloon(&vb, 1);
}

static void deflate(void)
{
	leak_balloon(&vb, 1);
}

static bool isolated_one(struct page *page)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	return isolate_movable_page(page, ISOLATE_UNEVICTABLE);
#else
	return isolate_movable_page(page, ISOLATE_UNEVICTABLE) == 0;
#endif
}

/* The page that compaction's scanner meets. */
static void compact(void)
{
	struct page *page = pfn_to_page(0);
	LIST_HEAD(isolated);

	if (__PageMovable(page) && isolated_one(page)) {
		list_add(&page->lru, &isolated);
		putback_movable_pages(&isolated);
	}
}

int moved(struct page *to, struct page *from);

/* To another page, as compaction does; what cannot be moved is put back. */
static void migrate(void)
{
	struct page *page = pfn_to_page(0), *other;
	LIST_HEAD(isolated);

	if (!__PageMovable(page) || !isolated_one(page))
		return;
	list_add(&page->lru, &isolated);
	other = alloc_page(GFP_KERNEL);
	if (other) {
		lock_page(page);
		lock_page(other);
		if (moved(other, page) == MIGRATEPAGE_SUCCESS)
			list_del(&page->lru);
		unlock_page(other);
		unlock_page(page);
		put_page(other);
	}
	if (list_empty(&isolated))
		put_page(page);
	else
		putback_movable_pages(&isolated);
}

/* Whoever is left gives it back. */
static void empty(void)
{
	leak_balloon(&vb, 1);
	mc_counter(vb.num_pages == 0);
	mc_list(list_empty(&vb.vb_dev_info.pages));
	mc_leak(page_count(pfn_to_page(0)), "the page is not given back");
}

static void empty_of_all(void)
{
	leak_balloon(&vb, 1);
	empty();
	mc_leak(page_count(pfn_to_page(1)), "the page that it was moved to is not given back");
}
