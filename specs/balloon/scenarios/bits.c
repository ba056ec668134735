// SPDX-License-Identifier: MIT
/*
 * Row 14: the balloon's bit beside other bits of an address space's flags.
 */
#include <linux/balloon_compaction.h>

static struct address_space mapping;

void no_bits(void)
{
	address_space_init_once(&mapping);
}

void balloon_bit(void)
{
	no_bits();
	mapping_set_balloon(&mapping);
}

void set_balloon_bit(void)
{
	__mc_assert(!mapping_balloon(NULL), "misidentified", "no mapping is a balloon's mapping");
	mapping_set_balloon(&mapping);
	__mc_assert(mapping_balloon(&mapping), "misidentified", "the bit is not there for the thread that has set it");
}

void clear_balloon_bit(void)
{
	mapping_clear_balloon(&mapping);
	__mc_assert(!mapping_balloon(&mapping), "misidentified", "the bit is there for the thread that has cleared it");
}

/* What others do to the word: an error is noted, the pages become unevictable and evictable again. */
void set_other_bits(void)
{
	mapping_set_error(&mapping, -EIO);
	mapping_set_unevictable(&mapping);
	mapping_clear_unevictable(&mapping);
}

static void bits_at_rest(int balloon)
{
	__mc_assert(mapping_balloon(&mapping) == balloon, "misidentified", "the balloon's bit was lost");
	__mc_assert(test_bit(AS_EIO, &mapping.flags), "assertion", "the bit of an error was lost");
	__mc_assert(!test_bit(AS_UNEVICTABLE, &mapping.flags), "assertion", "a cleared bit is there again");
}

void balloon_bit_set(void)
{
	bits_at_rest(1);
}

void balloon_bit_cleared(void)
{
	bits_at_rest(0);
}
