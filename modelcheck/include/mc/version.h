/* SPDX-License-Identifier: MIT */
/* The kernel that the sources are of, as KERNEL_VERSION() gives it: where nobody says, newer than any. */
#ifndef MC_VERSION_H
#define MC_VERSION_H

#ifndef MC_KERNEL_VERSION
#define MC_KERNEL_VERSION 0x7fffffff
#endif

#endif
