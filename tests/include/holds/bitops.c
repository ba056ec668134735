/* Bits by number, over several words; test_and_ forms give the bit as it was. */
#include <linux/bitops.h>
#include <linux/bit_spinlock.h>
#include <linux/bug.h>

static DECLARE_BITMAP(map, 130);

int main(void)
{
	set_bit(0, map);
	set_bit(63, map);
	set_bit(64, map);
	set_bit(129, map);
	BUG_ON(map[0] != (1UL << 63 | 1));
	BUG_ON(map[1] != 1);
	BUG_ON(map[2] != 2);
	BUG_ON(test_bit(63, map) != 1);
	BUG_ON(test_bit(62, map) != 0);
	clear_bit(63, map);
	BUG_ON(map[0] != 1);
	change_bit(1, map);
	BUG_ON(map[0] != 3);
	BUG_ON(test_and_set_bit(5, map) != 0);
	BUG_ON(test_and_set_bit(5, map) != 1);
	BUG_ON(test_and_clear_bit(5, map) != 1);
	BUG_ON(test_and_clear_bit(5, map) != 0);
	BUG_ON(test_and_change_bit(128, map) != 0);
	BUG_ON(map[2] != 3);
	BUG_ON(test_and_set_bit_lock(70, map) != 0);
	BUG_ON(test_and_set_bit_lock(70, map) != 1);
	clear_bit_unlock(70, map);
	BUG_ON(map[1] != 1);
	__set_bit(3, map);
	BUG_ON(__test_and_set_bit(3, map) != 1);
	BUG_ON(__test_and_clear_bit(3, map) != 1);
	__change_bit(3, map);
	__clear_bit(3, map);
	BUG_ON(map[0] != 3);
	BUG_ON(find_first_bit(map, 130) != 0);
	BUG_ON(find_next_bit(map, 130, 2) != 64);
	BUG_ON(find_first_zero_bit(map, 130) != 2);
	BUG_ON(find_next_bit(map, 64, 2) != 64);
	bit_spin_lock(9, map);
	BUG_ON(bit_spin_trylock(9, map));
	bit_spin_unlock(9, map);
	BUG_ON(!bit_spin_trylock(9, map));
	bit_spin_unlock(9, map);

	BUG_ON(__ffs(0x50) != 4);
	BUG_ON(__fls(0x50) != 6);
	BUG_ON(ffs(0) != 0 || ffs(8) != 4);
	BUG_ON(fls(0) != 0 || fls(8) != 4 || fls(0x80000000U) != 32);
	BUG_ON(fls64(1ULL << 40) != 41);
	BUG_ON(ffz(7UL) != 3);
	BUG_ON(hweight32(0xff00ff) != 16);
	BUG_ON(BIT_MASK(65) != 2 || BIT_WORD(65) != 1 || BITS_TO_LONGS(65) != 2);
	BUG_ON(GENMASK(7, 4) != 0xf0);
	return 0;
}
