/* SPDX-License-Identifier: MIT */
/* The balloon's list of pages, whatever its file is called; what begins it, if anything, is static. */
#if __has_include("mm/balloon_compaction.c")
#include "mm/balloon_compaction.c"
#else
#include "mm/balloon.c"
#endif

void begin_list(void)
{
#if __has_include("mm/balloon.c") && defined(CONFIG_BALLOON_MIGRATION)
	balloon_init();
#endif
}
