"""One job done, whatever becomes of it: its value, an exception to pass on, or what went wrong."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from modelcheck.run.alarm import OutOfTime, alarm
from modelcheck.run.event import Done, Lost

Attempt = tuple[str, Any]
"""``done`` with the value, ``passed`` with the exception, or ``lost`` with a reason and a Python traceback."""


def attempt(
    call: Callable[[Any], Any], job: Any, passed: tuple[type[Exception], ...], limit: float | None = None
) -> Attempt:
    """Call ``call`` with ``job``, for ``limit`` seconds and a little at most; exceptions of the kinds ``passed`` are
    passed on, any other loses the job."""
    try:
        with alarm(None if limit is None else politely(limit)):
            return "done", call(job)
    except passed as error:
        return "passed", error
    except (OutOfTime, RecursionError, MemoryError) as error:
        error.__traceback__ = None  # what it holds may be what there is no room for
        return "lost", (given_up(error), "")
    except Exception as error:  # noqa: BLE001 (whatever goes wrong is this job's alone, and told)
        return "lost", (_told(error), traceback.format_exc())


def politely(limit: float) -> float:
    """Seconds after which a job is broken off that should have ended by itself after ``limit`` seconds."""
    return limit + max(0.03 * limit, 0.2)


def given_up(error: OutOfTime | RecursionError | MemoryError) -> str:
    """Why a job is given up that is too large: a reason for UNKNOWN."""
    if isinstance(error, OutOfTime):
        return "the time limit was reached"
    if isinstance(error, RecursionError):
        return "the program is nested too deeply to be judged"
    return "it takes more than its share of memory"


def heard(number: int, attempt: Attempt) -> Done[Any] | Lost | Exception:
    """What an attempt at job ``number`` means: an event, or an exception to raise."""
    kind, value = attempt
    if kind == "done":
        return Done(number, value)
    if kind == "passed":
        assert isinstance(value, Exception)
        return value
    return Lost(number, *value)


def _told(error: Exception) -> str:
    """One line for an exception that nobody foresaw, with the place it comes from."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    what = f"{type(error).__name__}: {error}".splitlines()[0].rstrip(": ")
    return f"internal error: {what} ({Path(last.filename).name}:{last.lineno})"
