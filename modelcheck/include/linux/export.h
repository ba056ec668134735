/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_EXPORT_H
#define _LINUX_EXPORT_H

struct module;
#define THIS_MODULE ((struct module *)0)

#define EXPORT_SYMBOL(name) _Static_assert(1, #name)
#define EXPORT_SYMBOL_GPL(name) _Static_assert(1, #name)
#define EXPORT_SYMBOL_NS(name, ns) _Static_assert(1, #name)
#define EXPORT_SYMBOL_NS_GPL(name, ns) _Static_assert(1, #name)
#define EXPORT_UNUSED_SYMBOL(name) _Static_assert(1, #name)

#endif
