/* SPDX-License-Identifier: MIT */
/* Functions of the C library, for programs that have only declarations of them. */
#include <mc/declared.h>
#include <mc/readers.h>

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

size_t strnlen(const char *s, size_t most)
{
	size_t n = 0;

	while (n < most && s[n])
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

char *strcpy(char *to, const char *from)
{
	char *start = to;

	while ((*to++ = *from++))
		;
	return start;
}

char *strncpy(char *to, const char *from, size_t n)
{
	size_t i = 0;

	for (; i < n && from[i]; i++)
		to[i] = from[i];
	for (; i < n; i++)
		to[i] = 0;
	return to;
}

char *strcat(char *to, const char *from)
{
	strcpy(to + strlen(to), from);
	return to;
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++)
		if (!*s)
			return 0;
	return (char *)s;
}

void *memchr(const void *s, int c, size_t n)
{
	const unsigned char *p = s;

	for (; n; n--, p++)
		if (*p == (unsigned char)c)
			return (void *)p;
	return 0;
}

/* Atomic sections of SV-COMP: they exclude each other. */
static unsigned int __mc_atomic_word;

void __mc_atomic_begin(void)
{
	__mc_rmw_await(&__mc_atomic_word, 4, "xchg", __mc_self() + 1, "eq", 0, "SC,MB", "SC,MB");
}

/* A thread may stop before a section; then no failed assumption in it need be told from that. */
void __mc_atomic_begin_or_stop(void)
{
	__mc_assume(__mc_choose(2));
	__mc_atomic_begin();
}

void __mc_atomic_end(void)
{
	__mc_store(&__mc_atomic_word, 4, 0, "SC,MB,RELEASE");
}

void __mc_atomic_assume(int holds)
{
	if (__mc_load(&__mc_atomic_word, 4, "ONCE") == __mc_self() + 1)
		__mc_guess(holds);
	else
		__mc_assume(holds);
}
