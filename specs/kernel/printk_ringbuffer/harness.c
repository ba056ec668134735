/* SPDX-License-Identifier: MIT */
/* A ring of four descriptors and 64 bytes of text, its messages of two bytes that must be found together. */
#include <linux/kernel.h>
#include "kernel/printk/printk_ringbuffer.h"
#include <mc/check.h>

DEFINE_PRINTKRB(ring, 2, 4);

static bool write_message(char letter)
{
	struct prb_reserved_entry entry;
	struct printk_record record;

	prb_rec_init_wr(&record, 2);
	if (!prb_reserve(&entry, &ring, &record))
		return false;
	record.text_buf[0] = letter;
	record.text_buf[1] = letter;
	record.info->text_len = 2;
	record.info->facility = letter;
	prb_final_commit(&entry);
	return true;
}

static void write_a(void)
{
	MC_ASSERT("assertion", write_message('a'), "there is room for two");
}

static void write_b(void)
{
	MC_ASSERT("assertion", write_message('b'), "there is room for two");
}

static unsigned int read_message(u64 number)
{
	struct printk_record record;
	struct printk_info info;
	char text[4];

	prb_rec_init_rd(&record, &info, text, sizeof(text));
	if (!prb_read_valid(&ring, number, &record))
		return 0;
	MC_ASSERT("assertion", info.seq >= number, "a message has the number asked for, or a later one");
	MC_ASSERT("assertion", info.text_len == 2, "the length is there with the message");
	MC_ASSERT("assertion", info.facility == 'a' || info.facility == 'b', "and what else is said of it");
	MC_ASSERT("assertion", text[0] == info.facility && text[1] == text[0], "the text is that of the message");
	return text[0];
}

static void read_first(void)
{
	read_message(0);
}

static void both(void)
{
	unsigned int first = read_message(0), second = read_message(1);

	MC_ASSERT("assertion", first && second && first != second, "neither message is lost");
}

static void the_only(void)
{
	MC_ASSERT("assertion", read_message(0) == 'a', "the message is not lost");
}
