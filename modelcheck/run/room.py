"""Room for deep programs and a bound on memory: what a process may take before its job is given up."""

from __future__ import annotations

import resource
import sys
import threading
from pathlib import Path
from typing import Final

STACK: Final = 112 << 20
"""Bytes that the stack of the main thread may grow to. The system leaves 128 MiB below a stack when a program starts,
whatever its limit is then."""

LEVEL: Final = 2_200
"""Bytes of the stack that one level of recursion may take, where calls go through C."""

DEEPEST: Final = 50_000
"""Levels of recursion, where there is room for them."""

_USUAL_STACK: Final = 8 << 20
_LEAST: Final = 1 << 30
"""Bytes that a job may take at least."""


def make_room() -> None:
    """Let the main thread's stack grow, and recursion go as deep as it then has room for.

    What goes deeper still ends in a RecursionError, not in a dead process.
    """
    _, most = resource.getrlimit(resource.RLIMIT_STACK)
    wanted = STACK if most == resource.RLIM_INFINITY else min(STACK, most)
    now, _ = resource.getrlimit(resource.RLIMIT_STACK)
    if now != resource.RLIM_INFINITY and now < wanted:
        resource.setrlimit(resource.RLIMIT_STACK, (wanted, most))
    sys.setrecursionlimit(max(sys.getrecursionlimit(), depth()))


def depth() -> int:
    """How deep recursion may go in this thread."""
    stack = threading.stack_size() or _USUAL_STACK
    if threading.current_thread() is threading.main_thread():
        now, _ = resource.getrlimit(resource.RLIMIT_STACK)
        stack = STACK if now == resource.RLIM_INFINITY else min(now, STACK)
    return min(DEEPEST, stack // LEVEL)


def share(processes: int) -> int:
    """Bytes that each of so many jobs at once may take: its part of nine tenths of the memory that is free."""
    total, free = _memory()
    free = max(free, total // 4)
    return max(free * 9 // 10 // max(processes, 1), min(_LEAST, total // 4))


def bound_memory(most: int) -> None:
    """Let this process take ``most`` bytes more than it has now; then allocations fail."""
    now = _taken()
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = now + most
    if hard == resource.RLIM_INFINITY or wanted < hard:
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


def _taken() -> int:
    """Bytes of memory that this process has for itself."""
    try:
        fields = Path("/proc/self/statm").read_text().split()
        return int(fields[5]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return 0


def _memory() -> tuple[int, int]:
    """Bytes of memory of this machine, or of the group of processes that this one is in; and those that are free."""
    found = {}
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            name, _, value = line.partition(":")
            found[name] = int(value.split()[0]) << 10
    except (OSError, IndexError, ValueError):
        return 8 << 30, 8 << 30
    total, free = found.get("MemTotal", 8 << 30), found.get("MemAvailable", 8 << 30)
    most, taken = (_number(Path("/sys/fs/cgroup") / name) for name in ("memory.max", "memory.current"))
    if most is not None and most < total:
        total, free = most, min(free, most - (taken or 0))
    return total, free


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None
