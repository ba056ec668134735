/* SPDX-License-Identifier: MIT */
/* virtio's driver of the tree, and a host that answers at once. */
#include "drivers/virtio/virtio_balloon.c"
#include <linux/version.h>
#include "inode.h"

/* In list.c. */
void begin_list(void);


static struct virtio_balloon vb;
static struct virtio_device device;
static struct virtqueue queue;
static struct inode virtio_inode;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(3, 10, 0)
int virtqueue_add_outbuf(struct virtqueue *vq, struct scatterlist *sg, unsigned int num, void *data, gfp_t gfp)
#else
int virtqueue_add_buf(struct virtqueue *vq, struct scatterlist *sg, unsigned int out, unsigned int in, void *data, gfp_t gfp)
#endif
{
	return 0;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(3, 12, 0)
bool virtqueue_kick(struct virtqueue *vq)
{
	return true;
}
#else
void virtqueue_kick(struct virtqueue *vq)
{
}
#endif

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

static void virtio_made(void)
{
	vb.vdev = &device;
	vb.inflate_vq = vb.deflate_vq = &queue;
	mutex_init(&vb.balloon_lock);
	init_waitqueue_head(&vb.acked);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(3, 18, 0)
	balloon_devinfo_init(&vb.vb_dev_info);
	vb.vb_dev_info.migratepage = virtballoon_migratepage;
	has_inode(&vb.vb_dev_info, &virtio_inode);
#else
	vb.vb_dev_info = balloon_devinfo_alloc(&vb);
	balloon_mapping_alloc(vb.vb_dev_info, &virtio_balloon_aops);
#endif
	begin_list();
}

static struct balloon_dev_info *virtio_list(void)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(3, 18, 0)
	return &vb.vb_dev_info;
#else
	return vb.vb_dev_info;
#endif
}
