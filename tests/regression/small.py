"""A small spec whose verdicts are known: message passing, with and without the release."""

from __future__ import annotations

import difflib

SOURCE = """\
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
"""
SPEC = """\
sources = ["mailbox.c"]
models = ["sc", "lkmm"]

[variants.no-release]
about = "the flag is raised without ordering the letter before it"
patch = "no-release.diff"

[scenarios.deliver]
init = "empty"
threads = ["sender", "receiver"]
expect = { no-release = { lkmm = "FAIL:assertion" } }
"""


def changed(before: str, after: str, name: str = "mailbox.c") -> str:
    """A unified diff as git writes it."""
    lines = difflib.unified_diff(before.splitlines(True), after.splitlines(True), f"a/{name}", f"b/{name}")
    return f"diff --git a/{name} b/{name}\n" + "".join(lines)


def without_release(source: str = SOURCE) -> str:
    """The source with the flag raised in a plain way."""
    return source.replace("smp_store_release(&flag, 1)", "WRITE_ONCE(flag, 1)")
