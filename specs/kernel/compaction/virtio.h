/* SPDX-License-Identifier: MIT */
/* virtio's driver of the tree, and a host that answers at once. */
#include "drivers/virtio/virtio_balloon.c"

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

static void virtio_made(void)
{
	vb.vdev = &device;
	vb.inflate_vq = vb.deflate_vq = &queue;
	mutex_init(&vb.balloon_lock);
	init_waitqueue_head(&vb.acked);
	balloon_devinfo_init(&vb.vb_dev_info);
	vb.vb_dev_info.migratepage = virtballoon_migratepage;
}
