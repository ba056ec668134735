"""A time limit from outside, for work that does not look at the clock: an exception that comes when it is over."""

from __future__ import annotations

import ctypes
import mmap
import signal
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from types import FrameType
from typing import Any, Final

from attrs import define

AGAIN: Final = 1.0
"""Seconds after which the alarm comes again: Python drops an exception that comes while it tidies up."""


class OutOfTime(Exception):  # noqa: N818 (what is raised to leave a search)
    """The time limit is reached."""


@define(eq=False)
class Alarm:
    """An alarm that is set: when it comes, by ``clock``, and whether it has.

    ``last``: when it comes at the latest, by `time.monotonic`.
    """

    at: float
    rang: bool = False
    clock: Callable[[], float] = time.monotonic
    last: float = float("inf")

    def left(self) -> float:
        """Seconds until it comes, at least."""
        return min(self.at - self.clock(), self.last - time.monotonic())


MOST_PATIENCE: Final = 20.0
"""So many times a limit of processor time may pass by the clock on the wall."""

_set: list[Alarm] = []
"""The alarms that are set in the main thread, outermost first."""

_owed: type[BaseException] | None = None
"""What was raised where Python drops it, and is to be raised again."""


def left() -> float | None:
    """Seconds until the first alarm of the main thread comes, at least; None where none is set.

    For calls into C that take a limit of their own: they take no notice of an alarm.
    """
    return min((one.left() for one in _set), default=None)


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
def alarm(seconds: float | None, processor: bool = False) -> Iterator[Alarm]:
    """Raise `OutOfTime` in what runs within the context, wherever it is, once ``seconds`` have passed; None: never.

    ``processor``: seconds of this process's processor time count, whatever else the machine does, and those on the wall
    `MOST_PATIENCE` times less.

    Alarms may be set within one another. What was at work when one comes may be left half made: when it ``rang``, drop
    what was shared with other work. It comes when a call into C is over.
    """
    if seconds is None:
        yield Alarm(float("inf"))
    elif threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        with _in_thread(seconds * MOST_PATIENCE if processor else seconds) as one:
            yield one
    else:
        now = time.monotonic()
        by_processor = Alarm(time.process_time() + seconds, False, time.process_time, now + MOST_PATIENCE * seconds)
        with _by_signal(by_processor if processor else Alarm(now + seconds)) as one:
            yield one


@contextmanager
def _by_signal(own: Alarm) -> Iterator[Alarm]:
    depth = len(_set)
    with heeding() if not depth else nullcontext():
        _set.append(own)
        try:
            _arm()
            yield own
        finally:
            del _set[depth:]
            _arm()


@contextmanager
def heeding() -> Iterator[None]:
    """What comes from outside, `OutOfTime` or KeyboardInterrupt, is raised again where Python drops it within the
    context."""
    global _owed
    handler, hook = signal.getsignal(signal.SIGALRM), sys.unraisablehook
    left, interval = signal.getitimer(signal.ITIMER_REAL)
    began = time.monotonic()
    _owed = None
    signal.signal(signal.SIGALRM, _ring)
    sys.unraisablehook = partial(_dropped, hook)
    try:
        yield
    finally:
        sys.unraisablehook = hook
        signal.signal(signal.SIGALRM, handler or signal.SIG_DFL)
        if left:  # somebody else's timer goes on
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - began), 1e-6), interval)


SOON: Final = 0.01
"""Seconds after which what Python has dropped is raised again."""


def _dropped(otherwise: Callable[[Any], object], what: Any) -> None:
    """Python tells of an exception that it cannot pass on, from a destructor or a function that C has called. One that
    came from outside is no fault of those: it is raised again soon. Nor is a lack of room, which comes again by itself.
    """
    global _owed
    kind = what.exc_type
    if issubclass(kind, (OutOfTime, KeyboardInterrupt)):
        _owed = kind
        signal.setitimer(signal.ITIMER_REAL, SOON, AGAIN)
    elif not issubclass(kind, (MemoryError, RecursionError)):
        otherwise(what)


FARTHEST: Final = 1e9
"""Seconds beyond which a timer need not look, and cannot: the clock has an end."""


def _arm() -> None:
    """Set the timer for what ends first."""
    first = left()
    if _watch is not None:
        last = min((min(one.at, one.last) if one.clock is time.monotonic else one.last for one in _set), default=None)
        _watch.tell(last)
    if first is None:
        signal.setitimer(signal.ITIMER_REAL, 0)
    else:
        signal.setitimer(signal.ITIMER_REAL, min(max(first, 1e-6), FARTHEST), AGAIN)


def _ring(_signal: int, frame: FrameType | None) -> None:
    global _owed
    if frame is not None and frame.f_code.co_filename == __file__:  # an alarm is being set, or has been
        signal.setitimer(signal.ITIMER_REAL, SOON, AGAIN)
        return
    owed, _owed = _owed, None
    due = [one for one in _set if one.left() <= 0]
    for one in due:
        one.rang = True
    if due or owed is not None:
        raise (owed or OutOfTime)
    _arm()


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
