/* SPDX-License-Identifier: MIT */
/* The front end knows the functions on memory, and has bodies for those on strings. */
#ifndef _LINUX_STRING_H
#define _LINUX_STRING_H

#include <mc/stdtypes.h>

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

/* Declared, so that a call is refused. */
char *strrchr(const char *text, int value);
char *strstr(const char *text, const char *part);
char *strdup(const char *text);
char *strsep(char **text, const char *ends);

#define memzero_explicit(p, size) memset(p, 0, size)
#define strscpy(to, from, size) ((ssize_t)strlcpy(to, from, size))

#endif
