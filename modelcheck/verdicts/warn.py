"""What is odd about a spec, though no error: scenarios whose threads have nothing to do with one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from modelcheck.errors import InputError
from modelcheck.frontend.spec import Scenario, Spec
from modelcheck.program.touch import Touches, apart

if TYPE_CHECKING:
    from modelcheck.verdicts.row import Row


@frozen
class Warned:
    """A warning about ``scenario``: these of its threads touch no other one."""

    scenario: str
    threads: tuple[str, ...]
    message: str
    place: InputError

    def __str__(self) -> str:
        return str(self.place)

    def json(self) -> dict[str, Any]:
        """The warning as an object of the JSON output."""
        return {
            "scenario": self.scenario,
            "threads": list(self.threads),
            "message": self.message,
            "source": f"{self.place.file}:{self.place.line}" if self.place.line else self.place.file,
        }


def warnings(spec: Spec, rows: Sequence[Row]) -> list[Warned]:
    """Scenarios with threads that touch no other one, in none of the cells that were answered.

    Nothing is said of a scenario with a cell of which that is not known: one that does not pass, for what lies behind a
    failure or a bound is not seen.
    """
    found = []
    for name in dict.fromkeys(row.scenario for row in rows):
        several = [row.touches for row in rows if row.scenario == name]
        known = [touches for touches in several if touches is not None]
        if len(known) == len(several):
            labels = _labels(spec.scenarios[name], known)
            if threads := apart(known, labels):
                found.append(_warned(spec, name, threads, len(labels)))
    return found


def _labels(scenario: Scenario, known: Sequence[Touches]) -> tuple[str, ...]:
    """Names of the threads that the scenario, or its main(), starts."""
    if scenario.threads:
        return tuple(label for label, _ in scenario.threads)
    return min((touches.threads for touches in known), key=len)[1:]


def _warned(spec: Spec, name: str, threads: tuple[str, ...], count: int) -> Warned:
    if len(threads) == count:
        who = "its threads never touch each other"
    else:
        quoted = ", ".join(f"'{thread}'" for thread in threads)
        who = f"{quoted} never {'touches' if len(threads) == 1 else 'touch'} another thread"
    message = f"{who}: no memory location that both access and one writes, and no lock in common"
    place = spec.error(f"warning: scenario '{name}': {message}", ("scenarios", name))
    return Warned(name, threads, message, place)
