/* SPDX-License-Identifier: MIT */
/* Whether a CONFIG_ symbol is defined as 1; as the preprocessor can tell. */
#ifndef _LINUX_KCONFIG_H
#define _LINUX_KCONFIG_H

#define __mc_one_1 0,
#define __mc_second(ignored, value, ...) value
#define __mc_is_set(one_or_junk) __mc_second(one_or_junk 1, 0)
#define __mc_is_defined(value) __mc_is_set(__mc_one_##value)
#define __mc_is_enabled(value) __mc_is_defined(value)

#define IS_BUILTIN(option) __mc_is_enabled(option)
#define IS_MODULE(option) __mc_is_enabled(option##_MODULE)
#define IS_ENABLED(option) (IS_BUILTIN(option) || IS_MODULE(option))
#define IS_REACHABLE(option) IS_ENABLED(option)

#endif
