// SPDX-License-Identifier: MIT
#include <linux/bug.h>
#include <linux/compiler.h>
#include <asm/barrier.h>

static int letter;
static int flag;

void empty(void)
{
	WRITE_ONCE(letter, 0);
	WRITE_ONCE(flag, 0);
}

void sender(void)
{
	WRITE_ONCE(letter, 42);
	smp_store_release(&flag, 1);
}

void receiver(void)
{
	if (smp_load_acquire(&flag))
		BUG_ON(READ_ONCE(letter) != 42);
}
