/* SPDX-License-Identifier: MIT */
/* Sleeping is no order: any thread may run on before, during or after it. */
#ifndef _UNISTD_H
#define _UNISTD_H

#include <mc/intrinsics.h>
#include <mc/stdtypes.h>

#define sleep(seconds) (__mc_assumes("delays-are-nothing"), (void)(seconds), 0U)
#define usleep(microseconds) (__mc_assumes("delays-are-nothing"), (void)(microseconds), 0)
void _exit(int status) __attribute__((__noreturn__)); /* known to the front end */

/* Declared, so that a call is refused. */
int fork(void);
ssize_t read(int file, void *to, size_t size);
ssize_t write(int file, const void *from, size_t size);
int close(int file);

#endif
