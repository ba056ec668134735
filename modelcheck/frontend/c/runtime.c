/* SPDX-License-Identifier: MIT */
/* Functions of the C library, for programs that have only declarations of them. */
#include <mc/declared.h>
#include <mc/readers.h>
#include <mc/srcu.h>
#include <mc/strings.h>

/* A string is read to be printed; NULL is printed as such. */
void __mc_print_text(const char *text)
{
	if (text)
		while (*text)
			text++;
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
