"""What a litmus test gives, in the lines that herd7 prints and kernel tools grep for."""

from __future__ import annotations

from collections.abc import Iterator

from modelcheck.frontend.litmus import LitmusTest, Place
from modelcheck.frontend.litmus.test import WORD
from modelcheck.solve.domains import THIN_AIR
from modelcheck.solve.litmus import Observation

KINDS = {"exists": "Allowed", "~exists": "Forbidden", "forall": "Required"}


def herd_lines(test: LitmusTest, found: Observation) -> Iterator[str]:
    """The log of one test. States and counts are left out where they were not counted or are not known."""
    quantifier = test.condition.quantifier
    yield f"Test {test.name} {KINDS[quantifier]}"
    if found.positive is not None and found.negative is not None:
        yield f"States {len(found.states)}"
        yield from state_lines(test, found)
    if found.verdict != "Unknown":
        yield "Ok" if validated(quantifier, found) else "No"
    if found.positive is not None and found.negative is not None:
        yield "Witnesses"
        counts = (found.positive, found.negative)
        positive, negative = counts[::-1] if quantifier == "~exists" else counts
        yield f"Positive: {positive} Negative: {negative}"
    for flag in found.flags:
        yield f"Flag {flag}"
    yield f"Condition {test.condition}"
    if found.positive is None:
        yield f"Observation {test.name} {found.verdict}"
    else:
        yield f"Observation {test.name} {found.verdict} {found.positive} {found.negative}"
    if found.reason:
        yield f"Reason {found.reason}"
    yield f"Time {test.name} {found.seconds:.2f}"
    yield ""


def validated(quantifier: str, found: Observation) -> bool:
    """Whether the test's condition, quantifier and all, holds."""
    if quantifier == "exists":
        return found.verdict in ("Sometimes", "Always")
    if quantifier == "~exists":
        return found.verdict == "Never"
    return found.verdict == "Always" or (found.positive == 0 and found.negative == 0)


def state_lines(test: LitmusTest, found: Observation) -> list[str]:
    """One line for each final state, in herd7's order."""
    places = {place.element(index): (place, index) for place in test.places.values() for index in range(place.words)}

    def shown(value: int) -> tuple[int, int, str]:
        """A value as herd7 orders and prints it: numbers by size, then addresses by name."""
        if value == THIN_AIR:
            return -1, 0, "S0"
        if not test.address(value):
            return 0, value, str(value)
        place, index = places.get(value) or (beside(value), None)
        if index is None:
            return 1, 0, f"{place.name}{(value - place.address) // WORD:+d}"
        return 1, 0, f"{place.name}[{index}]" if place.array else place.name

    def beside(value: int) -> Place:
        """The location that an address that is none lies nearest to."""
        return min(test.places.values(), key=lambda place: abs(value - place.address))

    rows = sorted([shown(value) for value in state] for state, _ in found.states)
    return [" ".join(f"{what}={value[2]};" for what, value in zip(found.observed, row, strict=True)) for row in rows]
