/* SPDX-License-Identifier: MIT */
/*
 * Compiler builtins in terms of modelcheck's intrinsics; read before every C file.
 * Memory orders are C11's: 0 relaxed, 1 consume, 2 acquire, 3 release, 4 acquire and release, 5 sequentially consistent.
 * Each order is a branch of its own because tags are literals; the ones not chosen are never reached.
 */
#ifndef MC_PRELUDE_H
#define MC_PRELUDE_H

#define __ATOMIC_RELAXED 0
#endif
