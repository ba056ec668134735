"""What the parameters of a function of the text stand for."""

from __future__ import annotations

from modelcheck.cat import syntax
from modelcheck.cat.places import wrong
from modelcheck.cat.values import Several, Value


def bound(parameters: tuple[syntax.Parameter, ...], given: Value, at: syntax.Place) -> dict[str, Value]:
    """What the parameters of a function stand for. Raises InputError at ``at`` where they do not fit what is given."""
    values: tuple[Value, ...] = (given,)
    if len(parameters) != 1 and isinstance(given, Several):
        values = given.values
    if len(values) != len(parameters):
        raise wrong(f"this function takes {len(parameters)} arguments, not {len(values)}", at)
    found: dict[str, Value] = {}
    for parameter, value in zip(parameters, values, strict=True):
        found |= {parameter: value} if isinstance(parameter, str) else bound(parameter, value, at)
    return found
