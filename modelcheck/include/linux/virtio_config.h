/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_VIRTIO_CONFIG_H
#define _LINUX_VIRTIO_CONFIG_H

#include <linux/virtio.h>
#include <linux/bitops.h>

typedef void vq_callback_t(struct virtqueue *vq);

struct virtio_config_ops {
	void (*get)(struct virtio_device *dev, unsigned int offset, void *to, unsigned int size);
	void (*set)(struct virtio_device *dev, unsigned int offset, const void *from, unsigned int size);
	u8 (*get_status)(struct virtio_device *dev);
	void (*set_status)(struct virtio_device *dev, u8 status);
	void (*reset)(struct virtio_device *dev);
	int (*find_vqs)(struct virtio_device *dev, unsigned int n, struct virtqueue *vqs[], vq_callback_t *callbacks[],
			const char *names[]);
	void (*del_vqs)(struct virtio_device *dev);
};

#define virtio_has_feature(dev, bit) (test_bit(bit, (dev)->features) != 0)

#endif
