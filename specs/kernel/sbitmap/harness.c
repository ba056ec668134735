/* SPDX-License-Identifier: MIT */
/* Numbers are taken and given back; who has one uses what belongs to it alone. */
#include <linux/sbitmap.h>
#include <mc/check.h>

static struct sbitmap_word word = { .swap_lock = __RAW_SPIN_LOCK_UNLOCKED(word.swap_lock) };
static DEFINE_PER_CPU(unsigned int, hints);
static struct sbitmap numbers = {
	.depth = DEPTH, .shift = 1, .map_nr = 1, .round_robin = true, .map = &word, .alloc_hint = &hints,
};
static int users[2];

/* All bits are in one word. */
unsigned long _find_next_zero_bit(const unsigned long *words, unsigned long size, unsigned long start)
{
	unsigned long clear = start < size ? ~words[0] & ~0UL << start : 0;

	return clear && __ffs(clear) < size ? __ffs(clear) : size;
}

/* Both have been taken, and given back: they are free, but the word does not say so yet. */
static void two_given_back(void)
{
	sbitmap_get(&numbers);
	sbitmap_get(&numbers);
	sbitmap_put(&numbers, 0);
	sbitmap_put(&numbers, 1);
}

static bool use(int number)
{
	if (number < 0)
		return false;
	MC_ASSERT("assertion", !users[number], "a number is one user's");
	users[number] = 1;
	users[number] = 0;
	return true;
}

/* As sbitmap_queue_clear() does: what was done with the number comes before it is free. */
static void take_and_give_back(void)
{
	int number = sbitmap_get(&numbers);

	if (use(number)) {
		smp_mb__before_atomic();
		sbitmap_put(&numbers, number);
	}
}

static void take_and_just_give_back(void)
{
	int number = sbitmap_get(&numbers);

	if (use(number))
		sbitmap_put(&numbers, number);
}

static void take(void)
{
	int number = sbitmap_get(&numbers);

	MC_ASSERT("assertion", number >= 0, "who looks for a number while one is free finds it");
	MC_ASSERT("assertion", !users[number], "a number is given once");
	users[number] = 1;
}

static void ended(void)
{
	MC_ASSERT("assertion", sbitmap_get(&numbers) == 0, "what was given back is free");
	MC_ASSERT("assertion", sbitmap_get(&numbers) == -1, "and no more than that");
}
