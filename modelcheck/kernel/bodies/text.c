/* SPDX-License-Identifier: MIT */
/* Messages are not kept: what they would print is read where they are, and that is all. Strings are as C has them. */
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/panic.h>
#include <linux/version.h>
#include <mc/strings.h>

/* A string is read to be printed; NULL is printed as such. */
void __mc_print_text(const char *text)
{
	if (text)
		while (*text)
			text++;
}

int _printk(const char *format, ...)
{
	__mc_assumes("messages-say-nothing");
	return 0;
}

int (printk)(const char *format, ...)
{
	__mc_assumes("messages-say-nothing");
	return 0;
}

int _printk_deferred(const char *format, ...)
{
	__mc_assumes("messages-say-nothing");
	return 0;
}

int ___ratelimit(struct ratelimit_state *state, const char *function)
{
	return (int)__mc_choose(2);
}

void panic(const char *format, ...)
{
	__mc_assert(0, "assertion", "panic()");
	__mc_halt();
}

void *memcpy(void *to, const void *from, size_t size)
{
	return __builtin_memcpy(to, from, size);
}

void *memmove(void *to, const void *from, size_t size)
{
	return __builtin_memmove(to, from, size);
}

void *memset(void *to, int byte, size_t size)
{
	return __builtin_memset(to, byte, size);
}

int memcmp(const void *a, const void *b, size_t size)
{
	return __builtin_memcmp(a, b, size);
}

void dump_stack(void)
{
}

void dump_stack_lvl(const char *level)
{
}

/* Nobody panics but who fails. */
bool panic_in_progress(void)
{
	return false;
}

bool this_cpu_in_panic(void)
{
	return false;
}

bool panic_on_this_cpu(void)
{
	return false;
}

bool panic_on_other_cpu(void)
{
	return false;
}
