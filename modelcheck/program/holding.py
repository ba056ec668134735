"""What a thread holds: locks, as a reader or as a writer, and which of that it does wrong.

Who has taken a lock releases it, as it was taken, and nobody ends with one. Of mutexes, reader-writer locks and
spinlocks the kernel says so (Documentation/locking/), and lockdep complains; POSIX leaves undefined what it does to
release another thread's lock, and one whose thread has ended is never released. When main() returns, the process ends,
and nobody is left to wait for what it holds. A counting semaphore belongs to nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from modelcheck.program.expr import Undefined, Value
from modelcheck.program.graph import Held
from modelcheck.program.ir import LockUse, Rmw, Source, Tags

GONE: Final = 1 << 63
"""What a condition variable holds that was destroyed (``__MC_GONE`` of ``<mc/condition.h>``)."""

POSIX: Final = "POSIX lock"
"""The kind of locks that are of no account once the process has ended."""


def idle(value: Value) -> bool:
    """Whether a lock that holds ``value`` is nobody's: free, or none."""
    return isinstance(value, Undefined) or value in (0, GONE)


def changed(
    held: tuple[Held, ...], lock: LockUse, address: int, source: Source, stack: tuple[Source, ...]
) -> tuple[Held, ...] | None:
    """What a thread holds after an access with ``lock`` to ``address``, of what it held before.

    None where it gives back what it does not hold, or not so.
    """
    if lock.resets:
        return held
    if lock.act == "take":
        return (*held, Held(address, lock, source, stack))
    shared = lock.shared and lock.act == "give"
    for index in reversed(range(len(held))):
        one = held[index]
        if one.address == address and one.lock.shared == shared:
            rest = (*held[:index], *held[index + 1 :])
            if lock.act == "downgrade":
                return (*rest, Held(address, LockUse("take", True, lock.kind), source, stack))
            return rest
    return None


def left(held: Iterable[Held], thread: int) -> Held | None:
    """The first lock that ``thread`` does wrong to hold where it ends."""
    return next((one for one in held if counts(one.lock, thread)), None)


def counts(lock: LockUse, thread: int) -> bool:
    """Whether ``thread`` may not end with such a lock."""
    return thread > 0 or lock.kind != POSIX


def within(held: Iterable[Held], base: int, size: int) -> Held | None:
    """The first lock held whose word is one of the ``size`` bytes at ``base``."""
    return next((one for one in held if base <= one.address < base + size), None)


def holds(held: Iterable[Held], address: int) -> bool:
    """Whether the lock at ``address`` is one of those held."""
    return any(one.address == address for one in held)


def overwritten(held: Iterable[Held], step: object, address: int) -> Held | None:
    """The lock held that ``step`` at ``address`` overwrites: an instruction or event that writes plainly (memset(), an
    assignment of the whole), and is no lock operation."""
    lock, unlock, tags = (getattr(step, name, None) for name in ("lock", "unlock", "tags"))
    if lock is not None or unlock or tags or isinstance(step, Rmw):
        return None
    size = getattr(step, "size", 0)
    return next((one for one in held if one.lock.kind and address <= one.address < address + size), None)


def overwrites(lock: LockUse) -> str:
    """The message of a finding for a plain store to a lock that its thread holds."""
    return f"a store overwrites a {lock.kind} that its thread holds"


ASSERTIONS: Final = {
    "Held": "lockdep_assert_held() of a lock that this thread does not hold",
    "Held-write": "lockdep_assert_held_write() of a lock that this thread does not hold as a writer",
    "Held-read": "lockdep_assert_held_read() of a lock that this thread does not hold as a reader",
    "Held-not": "lockdep_assert_not_held() of a lock that this thread holds",
}
"""Tags of a load of a lock's word that asserts how its thread holds the lock, and the message where it does not so."""


def assertion(tags: Tags) -> str | None:
    """The tag of ``tags`` that is one of `ASSERTIONS`."""
    return next((tag for tag in ASSERTIONS if tag in tags), None)


def asserted(held: Iterable[Held], tag: str, address: int) -> bool:
    """Whether what ``tag`` asserts of the lock at ``address`` is so."""
    modes = {one.lock.shared for one in held if one.address == address}
    return {"Held": bool(modes), "Held-write": False in modes, "Held-read": True in modes}.get(tag, not modes)


def not_held(lock: LockUse | None) -> str:
    """The message of a finding for what releases a lock that its thread does not hold."""
    if lock is None or lock.kind not in ("rwlock", "rwsem"):
        return "unlock of a lock that this thread does not hold"
    if lock.act == "downgrade":
        return f"a {lock.kind} is downgraded that this thread does not hold as a writer"
    return f"a {lock.kind} is released that this thread does not hold as a {'reader' if lock.shared else 'writer'}"


def still_held(lock: LockUse) -> str:
    """The message of a finding for a lock that its thread ends with."""
    return f"this {lock.kind} is still held where its thread ends"


def reset(lock: LockUse) -> str:
    """The message of a finding for a lock that is initialised or destroyed while somebody holds it."""
    busy = {"work item": "queued", "condition variable": "waited for"}.get(lock.kind, "held")
    return f"a {lock.kind} is {'initialised' if lock.act == 'initialise' else 'destroyed'} while it is {busy}"


def freed(lock: LockUse) -> str:
    """The message of a finding for an object that is freed with a lock in it that the thread holds."""
    return f"an object is freed while its thread holds the {lock.kind} in it"
