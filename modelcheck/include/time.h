/* SPDX-License-Identifier: MIT */
/* Time does not pass in the model. */
#ifndef _TIME_H
#define _TIME_H

#include <mc/stdtypes.h>

struct timespec {
	long tv_sec;
	long tv_nsec;
};

#define nanosleep(request, left) ((void)(request), (void)(left), 0)

#endif
