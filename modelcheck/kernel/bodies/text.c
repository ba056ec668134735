/* SPDX-License-Identifier: MIT */
/* Messages are not kept: what they would print is read where they are, and that is all. Strings are as C has them. */
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/panic.h>
#include <linux/version.h>

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
	return 1;
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

size_t strlen(const char *text)
{
	size_t n = 0;

	while (text[n])
		n++;
	return n;
}

size_t strnlen(const char *text, size_t most)
{
	size_t n = 0;

	while (n < most && text[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	for (; *a && *a == *b; a++)
		b++;
	return *a == *b ? 0 : (unsigned char)*a < (unsigned char)*b ? -1 : 1;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n && *a && *a == *b; a++, b++)
		n--;
	return !n || *a == *b ? 0 : (unsigned char)*a < (unsigned char)*b ? -1 : 1;
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

bool panic_on_this_cpu(void)
{
	return false;
}

bool panic_on_other_cpu(void)
{
	return false;
}
