/* SPDX-License-Identifier: MIT */
/* What a specification says of the code under check. Properties are those of modelcheck; names and texts are literals. */
#ifndef MC_CHECK_H
#define MC_CHECK_H

#include <mc/intrinsics.h>

#define MC_ASSERT(property, condition, message) __mc_assert((condition), property, message)
#define MC_ASSUME(condition) __mc_assume(condition)
#define MC_CHOOSE(count) __mc_choose(count)

/* A page (or another thing) is acted on as what it is not. */
#define mc_misidentified(condition, message) __mc_assert(!(condition), "misidentified", message)
/* A counter does not say what it counts. */
#define mc_counter(condition) __mc_assert((condition), "counters", #condition)
#define mc_leak(condition, message) __mc_assert(!(condition), "leak", message)
#define mc_list(condition) __mc_assert((condition), "list-corruption", #condition)
#define mc_unreachable(message) do { __mc_assert(0, "assertion", message); __mc_halt(); } while (0)

#endif
