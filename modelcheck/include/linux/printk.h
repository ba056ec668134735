/* SPDX-License-Identifier: MIT */
/* Messages are dropped; the arguments are evaluated and strings read, for what they touch. */
#ifndef _LINUX_PRINTK_H
#define _LINUX_PRINTK_H

#include <mc/stdtypes.h>
#include <mc/intrinsics.h>

#define KERN_EMERG ""
#define KERN_ALERT ""
#define KERN_CRIT ""
#define KERN_ERR ""
#define KERN_WARNING ""
#define KERN_NOTICE ""
#define KERN_INFO ""
#define KERN_DEBUG ""
#define KERN_DEFAULT ""
#define KERN_CONT ""

#define printk(...) __mc_printed(__VA_ARGS__)
#define _printk(...) __mc_printed(__VA_ARGS__)
#define early_printk(...) __mc_printed(__VA_ARGS__)
#define printk_once(...) __mc_printed(__VA_ARGS__)
#define printk_ratelimited(...) __mc_printed(__VA_ARGS__)
#define printk_deferred(...) __mc_printed(__VA_ARGS__)
#define printk_ratelimit() ((int)__mc_choose(2))
#define trace_printk(...) __mc_printed(__VA_ARGS__)
#define pr_emerg(...) __mc_printed(__VA_ARGS__)
#define pr_alert(...) __mc_printed(__VA_ARGS__)
#define pr_crit(...) __mc_printed(__VA_ARGS__)
#define pr_err(...) __mc_printed(__VA_ARGS__)
#define pr_warning(...) __mc_printed(__VA_ARGS__)
#define pr_warn(...) __mc_printed(__VA_ARGS__)
#define pr_notice(...) __mc_printed(__VA_ARGS__)
#define pr_info(...) __mc_printed(__VA_ARGS__)
#define pr_cont(...) __mc_printed(__VA_ARGS__)
#define pr_debug(...) __mc_printed(__VA_ARGS__)
#define pr_devel(...) __mc_printed(__VA_ARGS__)
#define pr_err_once(...) __mc_printed(__VA_ARGS__)
#define pr_warn_once(...) __mc_printed(__VA_ARGS__)
#define pr_info_once(...) __mc_printed(__VA_ARGS__)
#define pr_err_ratelimited(...) __mc_printed(__VA_ARGS__)
#define pr_warn_ratelimited(...) __mc_printed(__VA_ARGS__)
#define pr_info_ratelimited(...) __mc_printed(__VA_ARGS__)
#define no_printk(...) __mc_use(__VA_ARGS__)
#define dump_stack() ((void)0)
#define print_hex_dump(...) __mc_use(__VA_ARGS__)

#endif
