/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_DEVICE_H
#define _LINUX_DEVICE_H

#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/mutex.h>

struct device_driver {
	const char *name;
	struct module *owner;
};

struct device {
	struct device *parent;
	struct device_driver *driver;
	void *driver_data;
	void *platform_data;
};

static inline void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}

static inline void dev_set_drvdata(struct device *dev, void *data)
{
	dev->driver_data = data;
}

#define dev_name(dev) ((void)(dev), "device")
#define dev_printk(level, dev, ...) ((void)(dev), __mc_printed(__VA_ARGS__))
#define dev_err(dev, ...) ((void)(dev), __mc_printed(__VA_ARGS__))
#define dev_warn(dev, ...) ((void)(dev), __mc_printed(__VA_ARGS__))
#define dev_notice(dev, ...) ((void)(dev), __mc_printed(__VA_ARGS__))
#define dev_info(dev, ...) ((void)(dev), __mc_printed(__VA_ARGS__))
#define dev_dbg(dev, ...) ((void)(dev), __mc_printed(__VA_ARGS__))

#endif
