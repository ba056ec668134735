/* SPDX-License-Identifier: MIT */
/* As much of virtio as a driver's probe and removal need; what the host does is up to the program under check. */
#ifndef _LINUX_VIRTIO_H
#define _LINUX_VIRTIO_H

#include <linux/types.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/scatterlist.h>

struct virtio_device;

struct virtqueue {
	void (*callback)(struct virtqueue *vq);
	const char *name;
	struct virtio_device *vdev;
	void *priv;
};

struct virtio_device_id {
	u32 device;
	u32 vendor;
};

struct virtio_config_ops;

struct virtio_device {
	int index;
	struct device dev;
	struct virtio_device_id id;
	const struct virtio_config_ops *config;
	unsigned long features[1];
	void *priv;
};

struct virtio_driver {
	struct device_driver driver;
	const struct virtio_device_id *id_table;
	const unsigned int *feature_table;
	unsigned int feature_table_size;
	int (*probe)(struct virtio_device *dev);
	void (*remove)(struct virtio_device *dev);
	void (*config_changed)(struct virtio_device *dev);
	int (*freeze)(struct virtio_device *dev);
	int (*restore)(struct virtio_device *dev);
};

#define VIRTIO_DEV_ANY_ID 0xffffffff
#define dev_to_virtio(device) container_of(device, struct virtio_device, dev)
#define register_virtio_driver(driver) ((void)(driver), 0)
#define unregister_virtio_driver(driver) ((void)(driver))
#define module_virtio_driver(driver) _Static_assert(1, #driver)

/* The host's side; the program under check gives them bodies where it needs them. */
int virtqueue_add_buf(struct virtqueue *vq, struct scatterlist sg[], unsigned int out, unsigned int in, void *data, gfp_t flags);
int virtqueue_add_outbuf(struct virtqueue *vq, struct scatterlist sg[], unsigned int num, void *data, gfp_t flags);
int virtqueue_add_inbuf(struct virtqueue *vq, struct scatterlist sg[], unsigned int num, void *data, gfp_t flags);
bool virtqueue_kick(struct virtqueue *vq);
void *virtqueue_get_buf(struct virtqueue *vq, unsigned int *length);
void virtio_device_ready(struct virtio_device *dev);

#endif
