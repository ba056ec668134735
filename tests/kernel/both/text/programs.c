/* SPDX-License-Identifier: MIT */
#include <linux/slab.h>
#include <linux/string.h>
#include <mc/check.h>

static void copies_and_compares(void)
{
	char text[8];
	char *copy = kstrdup("abc", GFP_KERNEL);

	strcpy(text, copy);
	strcat(text, "de");
	MC_ASSERT("assertion", !strcmp(text, "abcde") && strcmp(text, "abd") < 0, "as a whole");
	MC_ASSERT("assertion", strlen(text) == 5 && strnlen(text, 3) == 3, "lengths");
	MC_ASSERT("assertion", strchr(text, 'd') == text + 3 && !strchr(text, 'x'), "a character");
	MC_ASSERT("assertion", !strncmp(text, "abx", 2) && strncmp(text, "abx", 3) < 0, "the beginning");
	MC_ASSERT("assertion", memchr(text, 'c', 5) == text + 2 && !memchr(text, 'e', 4), "a byte");
	kfree(copy);
}

static void copies_too_much(void)
{
	char text[4];

	strcpy(text, "abcde");
}

static void reads_beyond(void)
{
	char text[2] = { 'a', 'b' };

	MC_ASSERT("assertion", strlen(text) > 1, "no end");
}
static void prints(void) { char *text = kstrdup("it", GFP_KERNEL); pr_info("%d: %s, %.1s, %p\n", 1, text, text, text); kfree(text); pr_info("%p\n", text); }
static void prints_gone(void) { char *text = kstrdup("it", GFP_KERNEL); kfree(text); pr_err("%d: %s\n", 1, text); }
