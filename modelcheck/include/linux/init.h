/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_INIT_H
#define _LINUX_INIT_H

#define __init
#define __exit
#define __initdata
#define __initconst
#define __exitdata
#define __devinit
#define __devexit
#define __devinitdata
#define __devexit_p(x) x
#define __cpuinit
#define __cpuexit
#define __meminit
#define __net_init
#define __ref
#define __refdata

typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);

/* Names the functions, so that they do not count as unused; whoever sets up a scenario calls them. */
#define __mc_initcall(function) static const initcall_t __mc_initcall_##function __attribute__((unused)) = function
#define __initcall(function) __mc_initcall(function)
#define early_initcall(function) __mc_initcall(function)
#define core_initcall(function) __mc_initcall(function)
#define postcore_initcall(function) __mc_initcall(function)
#define arch_initcall(function) __mc_initcall(function)
#define subsys_initcall(function) __mc_initcall(function)
#define fs_initcall(function) __mc_initcall(function)
#define device_initcall(function) __mc_initcall(function)
#define late_initcall(function) __mc_initcall(function)
#define module_init(function) __mc_initcall(function)
#define module_exit(function) \
	static const exitcall_t __mc_exitcall_##function __attribute__((unused)) = function
#define __setup(string, function) _Static_assert(1, string)
#define early_param(string, function) _Static_assert(1, string)

#endif
