"""What is told while jobs run. Jobs go by their number, so that who listens can keep the order."""

from __future__ import annotations

from typing import Generic, TypeVar

from attrs import frozen

R_co = TypeVar("R_co", covariant=True)


@frozen
class Started:
    """Job ``number`` has begun."""

    number: int


@frozen
class Done(Generic[R_co]):
    """Job ``number`` has given ``value``."""

    number: int
    value: R_co


@frozen
class Lost:
    """Job ``number`` will give nothing: it raised, was killed, or ran over its limit. ``trail`` is the Python
    traceback where there is one."""

    number: int
    reason: str
    trail: str = ""


@frozen
class Idle:
    """Nothing has happened for a moment."""


Event = Started | Done[R_co] | Lost | Idle
