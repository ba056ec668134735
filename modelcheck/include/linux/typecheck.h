/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_TYPECHECK_H
#define _LINUX_TYPECHECK_H

#define typecheck(type, x) (_Generic((x), type: 1))
#define typecheck_fn(type, function) ((void)sizeof((type)0 == (function)))

#endif
