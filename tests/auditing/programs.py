"""Small programs of the audit's tests."""

from __future__ import annotations

from pathlib import Path

MAILBOX = """\
#include <linux/compiler.h>
#include <asm/barrier.h>
#include <linux/spinlock.h>
#include <linux/atomic.h>
#include <linux/bug.h>
#include <pthread.h>

static int letter, flag, count;
static DEFINE_SPINLOCK(lock);
static atomic_t sent = ATOMIC_INIT(0);

static void *sender(void *unused)
{
	WRITE_ONCE(letter, 1);
	smp_mb();
	WRITE_ONCE(flag, 1);
	spin_lock(&lock);
	count++;
	spin_unlock(&lock);
	atomic_inc(&sent);
	return NULL;
}

static void *receiver(void *unused)
{
	if (READ_ONCE(flag)) {
		smp_rmb();
		BUG_ON(READ_ONCE(letter) != 1);
	}
	spin_lock(&lock);
	count++;
	spin_unlock(&lock);
	atomic_inc(&sent);
	return NULL;
}

int main(void)
{
	pthread_t one, other;

	pthread_create(&one, NULL, sender, NULL);
	pthread_create(&other, NULL, receiver, NULL);
	pthread_join(one, NULL);
	pthread_join(other, NULL);
	BUG_ON(count != 2 || atomic_read(&sent) != 2);
	return 0;
}
"""
"""A message passed by a flag with a barrier too strong on its side, and two counters, one locked and one atomic."""


def written(folder: Path, text: str = MAILBOX, name: str = "mailbox.c") -> Path:
    """A program as a file."""
    path = folder / name
    path.write_text(text)
    return path
