/* SPDX-License-Identifier: MIT */
#ifndef _STDBOOL_H
#define _STDBOOL_H

#define bool _Bool
#ifndef true
#define true 1
#define false 0
#endif
#define __bool_true_false_are_defined 1

#endif
