/* SPDX-License-Identifier: MIT */
/* Names by which programs for other model checkers tell them what to assume and what may be any value. */
#ifndef _GENMC_H
#define _GENMC_H

#include <mc/intrinsics.h>

#define __VERIFIER_assume(condition) __mc_assume((condition))
#define __VERIFIER_assert(condition) __mc_assert((condition), "assertion", #condition)
#define __VERIFIER_error() do { __mc_assert(0, "assertion", "__VERIFIER_error()"); __mc_halt(); } while (0)
#define __VERIFIER_nondet_bool() ((_Bool)__mc_choose(2))

#endif
