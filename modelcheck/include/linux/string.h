/* SPDX-License-Identifier: MIT */
/* The front end knows the functions on memory, and has bodies for those on strings. */
#ifndef _LINUX_STRING_H
#define _LINUX_STRING_H

#include <mc/stdtypes.h>
#include <linux/errno.h>

void *memset(void *to, int value, size_t size);
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
int memcmp(const void *a, const void *b, size_t size);
void *memchr(const void *from, int value, size_t size);
size_t strlen(const char *text);
size_t strnlen(const char *text, size_t most);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t most);
char *strcpy(char *to, const char *from);
char *strncpy(char *to, const char *from, size_t size);
char *strcat(char *to, const char *from);
char *strchr(const char *text, int value);

static inline size_t strlcpy(char *to, const char *from, size_t size)
{
	size_t i = 0;

	for (; i + 1 < size && from[i]; i++)
		to[i] = from[i];
	if (size)
		to[i] = 0;
	return strlen(from);
}

/* Copies what fits, with its end, and says how long that is, or -E2BIG where it was cut or there is no room at all. */
static inline ssize_t sized_strscpy(char *to, const char *from, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		to[i] = from[i];
		if (!from[i])
			return (ssize_t)i;
	}
	if (size)
		to[size - 1] = 0;
	return -E2BIG;
}

#define __mc_strscpy_2(to, from) sized_strscpy(to, from, sizeof(to))
#define __mc_strscpy_3(to, from, size) sized_strscpy(to, from, size)
#define strscpy(to, ...) __mc_paste(__mc_strscpy_, __mc_count(to, ##__VA_ARGS__))(to, __VA_ARGS__)

/* Declared, so that a call is refused. */
char *strrchr(const char *text, int value);
char *strstr(const char *text, const char *part);
char *strsep(char **text, const char *ends);

#define memzero_explicit(p, size) memset(p, 0, size)

#endif
