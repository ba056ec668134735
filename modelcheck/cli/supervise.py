"""The process that watches over the one that works: it answers where that one dies or does not listen.

Recursion in a library written in C may leave the stack, and a call into one may take no notice of Ctrl-C. So the work
is done in a child, and its parent does nothing but wait.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Final, NoReturn

from modelcheck.run.alarm import Watch, watched_by
from modelcheck.run.orphans import end_with

PATIENCE: Final = 1.5
"""Seconds that the child has after Ctrl-C to say what it knows."""

LATE: Final = 1.0
"""Seconds that it has after its time limit."""

OVER: Final = "UNKNOWN: the time limit was reached, and the process was ended"

_GLANCE: Final = 0.25
"""Seconds between two looks at whether the child is late."""

_PASSED_ON: Final = (signal.SIGINT, signal.SIGTERM)


def supervise(work: Callable[[], NoReturn]) -> NoReturn:
    """Do ``work`` in a child process, and exit as it does.

    One that is ended by a signal is told in a line, with exit code 3; one that does not end after Ctrl-C is ended.
    """
    if not hasattr(os, "fork") or not sys.platform.startswith("linux") or sys.gettrace() or sys.getprofile():
        work()
    parent = os.getpid()
    watch = Watch()
    signal.pthread_sigmask(signal.SIG_BLOCK, (*_PASSED_ON, signal.SIGCHLD))
    child = os.fork()
    if child == 0:
        end_with(parent)
        signal.signal(signal.SIGINT, _interrupt)
        watched_by(watch)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (*_PASSED_ON, signal.SIGCHLD))
        work()
        raise AssertionError("it exits by itself")
    _end_as(*_wait(child, watch))


def _interrupt(_signal: int, _frame: object) -> NoReturn:
    """What becomes of Ctrl-C in the child: it is heard once, for a terminal tells both processes, and then the parent
    waits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _wait(child: int, watch: Watch) -> tuple[int, str]:
    """How ``child`` ends, as of `os.waitpid`, and why it was ended, if it was; ``watch`` has its time limits."""
    until = None
    while True:
        patience = _GLANCE if until is None else max(until - time.monotonic(), 0.0)
        heard = signal.sigtimedwait((*_PASSED_ON, signal.SIGCHLD), patience)
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status, "interrupted" if until is not None else ""
        if heard is not None and heard.si_signo in _PASSED_ON:
            os.kill(child, heard.si_signo)
            until = until or time.monotonic() + PATIENCE
        elif (until is not None and time.monotonic() >= until) or watch.late() > LATE:
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            return status, "interrupted" if until is not None else OVER


def _end_as(status: int, ended: str) -> NoReturn:
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        os._exit(code)
    name = signal.Signals(-code).name
    if ended:
        _say(ended)
        os._exit(3 if ended == OVER else 130)
    if name in ("SIGPIPE", "SIGTERM", "SIGHUP"):
        os._exit(128 - code)
    _say(f"UNKNOWN: the process was ended by {name} (nested too deeply, or out of memory?)")
    os._exit(3)


def _say(what: str) -> None:
    """One line on the standard error stream, where there is one."""
    if sys.stderr is not None:
        print(f"modelcheck: {what}", file=sys.stderr, flush=True)
