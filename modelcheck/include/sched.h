/* SPDX-License-Identifier: MIT */
#ifndef _SCHED_H
#define _SCHED_H

#include <mc/intrinsics.h>

#define sched_yield() (__mc_relax(), 0)

#endif
