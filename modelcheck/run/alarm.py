"""A time limit from outside, for work that does not look at the clock: an exception that comes when it is over."""

from __future__ import annotations

import ctypes
import mmap
import signal
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from attrs import define

AGAIN: Final = 1.0
"""Seconds after which the alarm comes again: Python drops an exception that comes while it tidies up."""


class OutOfTime(Exception):  # noqa: N818 (what is raised to leave a search)
    """The time limit is reached."""


@define(eq=False)
class Alarm:
    """An alarm that is set: when it comes, by `time.monotonic`, and whether it has."""

    at: float
    rang: bool = False


_set: list[Alarm] = []
"""The alarms that are set in the main thread, outermost first."""


class Watch:
    """The alarm of this process that rings first, for another process to see: one that is in a call into C for long
    after it takes no notice."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 8)

    def tell(self, at: float | None) -> None:
        """It rings at ``at``, by `time.monotonic`; None: there is none."""
        self._shared[:] = struct.pack("d", at or 0.0)

    def late(self) -> float:
        """Seconds since it should have rung and been heard; 0 before, and where there is none."""
        (at,) = struct.unpack("d", self._shared[:])
        return max(time.monotonic() - at, 0.0) if at else 0.0


_watch: Watch | None = None


def watched_by(watch: Watch | None) -> None:
    """Let ``watch`` tell the alarms of this process from now on; None: nobody does."""
    global _watch
    _watch = watch


@contextmanager
def alarm(seconds: float | None) -> Iterator[Alarm]:
    """Raise `OutOfTime` in what runs within the context, wherever it is, once ``seconds`` have passed; None: never.

    Alarms may be set within one another. What was at work when one comes may be left half made: when it ``rang``, drop
    what was shared with other work. It comes when a call into C is over.
    """
    if seconds is None:
        yield Alarm(float("inf"))
    elif threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        with _in_thread(seconds) as one:
            yield one
    else:
        with _by_signal(seconds) as one:
            yield one


@contextmanager
def _by_signal(seconds: float) -> Iterator[Alarm]:
    depth = len(_set)
    before, began = signal.getsignal(signal.SIGALRM), time.monotonic()
    left, interval = signal.getitimer(signal.ITIMER_REAL)
    own = Alarm(began + seconds)
    _set.append(own)
    try:
        signal.signal(signal.SIGALRM, _ring)
        _arm()
        yield own
    finally:
        del _set[depth:]
        _arm()
        if not depth:
            signal.signal(signal.SIGALRM, before or signal.SIG_DFL)
            if left:  # somebody else's timer goes on
                signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - began), 1e-6), interval)


FARTHEST: Final = 1e9
"""Seconds beyond which a timer need not look, and cannot: the clock has an end."""


def _arm() -> None:
    """Set the timer for what ends first."""
    first = min((one.at for one in _set), default=None)
    if _watch is not None:
        _watch.tell(first)
    if first is None:
        signal.setitimer(signal.ITIMER_REAL, 0)
    else:
        left = min(max(first - time.monotonic(), 1e-6), FARTHEST)
        signal.setitimer(signal.ITIMER_REAL, left, AGAIN)


def _ring(_signal: int, _frame: FrameType | None) -> None:
    due = [one for one in _set if time.monotonic() >= one.at]
    for one in due:
        one.rang = True
    if due:
        raise OutOfTime


@contextmanager
def _in_thread(seconds: float) -> Iterator[Alarm]:
    own = Alarm(time.monotonic() + seconds)
    identity = ctypes.c_ulong(threading.get_ident())
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    lock = threading.Lock()
    over = threading.Event()

    def ring() -> None:
        wait = seconds
        while not over.wait(wait):
            with lock:
                if not over.is_set():
                    own.rang = True
                    raise_in(identity, ctypes.py_object(OutOfTime))
            wait = AGAIN

    threading.Thread(target=ring, daemon=True).start()
    try:
        yield own
    finally:
        with lock:
            over.set()
            raise_in(identity, None)
