/* SPDX-License-Identifier: MIT */
/* Functions on strings, as C has them, for programs that have only declarations of them: not to be included by these. */
#ifndef MC_STRINGS_H
#define MC_STRINGS_H

__SIZE_TYPE__ strlen(const char *s)
{
	__SIZE_TYPE__ n = 0;

	while (s[n])
		n++;
	return n;
}

__SIZE_TYPE__ strnlen(const char *s, __SIZE_TYPE__ most)
{
	__SIZE_TYPE__ n = 0;

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

int strncmp(const char *a, const char *b, __SIZE_TYPE__ n)
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

char *strncpy(char *to, const char *from, __SIZE_TYPE__ n)
{
	__SIZE_TYPE__ i = 0;

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

void *memchr(const void *s, int c, __SIZE_TYPE__ n)
{
	const unsigned char *p = s;

	for (; n; n--, p++)
		if (*p == (unsigned char)c)
			return (void *)p;
	return 0;
}

#endif
