/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MODULEPARAM_H
#define _LINUX_MODULEPARAM_H

#define module_param(name, type, perm) _Static_assert(1, #name)
#define module_param_named(name, value, type, perm) _Static_assert(1, #name)
#define module_param_array(name, type, count, perm) _Static_assert(1, #name)
#define MODULE_PARM_DESC(name, text) _Static_assert(1, #name)
#define MODULE_INFO(tag, text) _Static_assert(1, #tag)

#endif
