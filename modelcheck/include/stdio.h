/* SPDX-License-Identifier: MIT */
/* What is printed is dropped; the arguments are evaluated, and strings read. There is no input. */
#ifndef _STDIO_H
#define _STDIO_H

#include <mc/stdtypes.h>
#include <mc/intrinsics.h>

typedef struct __mc_file FILE;
#define stdin ((FILE *)0)
#define stdout ((FILE *)0)
#define stderr ((FILE *)0)
#define EOF (-1)

#define printf(...) __mc_printed(__VA_ARGS__)
#define fprintf(file, ...) ((void)(file), __mc_printed(__VA_ARGS__))
#define puts(text) __mc_printed("%s", text)
#define fputs(text, file) ((void)(file), __mc_printed("%s", text))
#define putchar(c) __mc_printed("%c", c)
#define fflush(file) ((void)(file), __mc_printed(""))
#define perror(text) ((void)__mc_printed("%s", text))

/* Declared, so that a call is refused. */
int snprintf(char *to, size_t size, const char *format, ...);
int sprintf(char *to, const char *format, ...);
int scanf(const char *format, ...);
int getchar(void);
FILE *fopen(const char *name, const char *mode);
int fclose(FILE *file);

#endif
