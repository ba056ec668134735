/* SPDX-License-Identifier: MIT */
/* Declared, so that a call is refused. */
#ifndef _LINUX_STOP_MACHINE_H
#define _LINUX_STOP_MACHINE_H

typedef int (*cpu_stop_fn_t)(void *argument);
struct cpumask;
int stop_machine(cpu_stop_fn_t function, void *data, const struct cpumask *cpus);

#endif
