/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MODULE_H
#define _LINUX_MODULE_H

#include <linux/init.h>
#include <linux/export.h>
#include <linux/moduleparam.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mutex.h>

struct module {
	const char *name;
};

#define MODULE_LICENSE(text) _Static_assert(1, text)
#define MODULE_AUTHOR(text) _Static_assert(1, text)
#define MODULE_DESCRIPTION(text) _Static_assert(1, text)
#define MODULE_VERSION(text) _Static_assert(1, text)
#define MODULE_ALIAS(text) _Static_assert(1, text)
#define MODULE_IMPORT_NS(ns) _Static_assert(1, #ns)
#define MODULE_DEVICE_TABLE(type, name) _Static_assert(1, #name)
#define KBUILD_MODNAME "modelcheck"

#define try_module_get(module) ((module) == NULL || (bool)__mc_choose(2))
#define module_put(module) ((void)(module))
#define __module_get(module) ((void)(module))
#define module_put_and_exit(code) do_exit(code)
#define module_put_and_kthread_exit(code) do_exit(code)

#endif
