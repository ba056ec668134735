"""What a change to the sources does to the verdicts on a spec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import field, frozen

from modelcheck.regression.compare import Stored
from modelcheck.verdicts.row import Row

BROKEN: Final = "broken"
FIXED: Final = "fixed"
NEWLY_UNKNOWN: Final = "newly unknown"
FAILING: Final = "still failing"
PASSING: Final = "still passing"
UNKNOWN: Final = "still unknown"
SETTLED: Final = "passing, unknown before"
NEW: Final = "new"
GONE: Final = "gone"
STATUSES: Final = (BROKEN, NEWLY_UNKNOWN, FIXED, FAILING, UNKNOWN, SETTLED, NEW, GONE, PASSING)
"""What can be said of a cell, in the order in which it is told."""


@frozen
class Stage:
    """The cell after one patch: its title (empty: before all patches), and the verdict; None where it is not there."""

    patch: str
    row: Row | None


@frozen
class Difference:
    """One cell before and after.

    Attributes:
        scenario, variant, model: which.
        status: one of `STATUSES`. A failure where nothing was known before is `BROKEN`.
        before, after: the verdicts; None where the cell is not there.
        unaffected: the event graph is the same before and after; it was asked once.
        another: of `FAILING`: it is another failure than before.
        why: of `FIXED`: what forbids the old failure now; of `BROKEN`: the last lines of the new one's narrative; of
            others what is to be said.
        trace: the path of the new trace, where one is kept.
        stages: every step of a series, the first before all patches; of less than two patches none.
        between: patches of the series that break what passes again in the end.
        by: the patch that fixes or breaks it; empty: not asked, or none does.
        stored: what stored traces of it do.
    """

    scenario: str
    variant: str
    model: str
    status: str
    before: Row | None = None
    after: Row | None = None
    unaffected: bool = False
    another: bool = False
    why: tuple[str, ...] = ()
    trace: str | None = None
    stages: tuple[Stage, ...] = ()
    between: tuple[str, ...] = ()
    by: str = ""
    stored: tuple[Stored, ...] = ()

    @property
    def name(self) -> str:
        """``scenario, variant, model``."""
        return f"{self.scenario}, {self.variant}, {self.model}"

    @property
    def breaks(self) -> bool:
        """Whether something fails that did not, or a new cell fails that should not."""
        if self.status == NEW:
            return self.after is not None and self.after.verdict == "FAIL" and not self.after.as_expected
        return self.status == BROKEN or bool(self.between)

    @property
    def unsure(self) -> bool:
        """Whether what was known is not any more."""
        if self.status == NEW:
            return self.after is not None and self.after.verdict == "UNKNOWN" and not self.after.as_expected
        return self.status == NEWLY_UNKNOWN


@frozen
class Report:
    """All of it.

    Attributes:
        spec: its name.
        patches: their titles, in the order in which they were applied.
        differences: one for each cell, in the order of the spec; none when no patch changes a file of the spec.
        notes: what is to be said about the patches: files outside the spec, hunks that did not fit exactly, mails that
            were passed over.
        strays: stored traces of no cell of the spec.
        folder: where the spec lies.
        places: where the spec names a scenario, as ``file:line`` from ``folder`` on.
    """

    spec: str
    patches: tuple[str, ...]
    differences: tuple[Difference, ...]
    notes: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()
    folder: str = ""
    places: Mapping[str, str] = field(factory=dict)

    def of(self, status: str) -> list[Difference]:
        """The differences of a status."""
        return [difference for difference in self.differences if difference.status == status]

    @property
    def exit_code(self) -> int:
        """1 when something is broken, 3 when something is newly unknown, else 0."""
        if any(difference.breaks for difference in self.differences):
            return 1
        return 3 if any(difference.unsure for difference in self.differences) else 0

    def summary(self) -> str:
        """``1 broken, 2 fixed, 97 still passing.`` and how many of them are unaffected."""
        counts = [f"{len(self.of(status))} {status}" for status in STATUSES if self.of(status)]
        between = sum(1 for difference in self.differences if difference.between)
        counts += [f"{between} broken within the series"] if between else []
        unaffected = sum(1 for difference in self.differences if difference.unaffected)
        told = f" The change does not touch {unaffected} of {len(self.differences)}." if unaffected else ""
        return f"{', '.join(counts) or 'nothing to check'}.{told}"


def sentence(difference: Difference) -> str:
    """What happened to a cell, without its name."""
    after, before = difference.after, difference.before
    by = f" by '{difference.by}'" if difference.by else ""
    if difference.status == BROKEN and after is not None:
        unknown = ", unknown before" if before is not None and before.verdict == "UNKNOWN" else ""
        return f"broken{by}{unknown}: {_says(after)}"
    if difference.status == FIXED and before is not None:
        return f"fixed{by}: it was {_says(before)}"
    if difference.status in (NEWLY_UNKNOWN, UNKNOWN) and after is not None:
        return f"{difference.status}{by}: {after.reason}"
    if difference.status == FAILING and after is not None and before is not None:
        if difference.another:
            return f"still failing, by another failure: {_says(after)}; it was {_says(before)}"
        return f"still failing: {_says(after)}"
    if difference.status == NEW and after is not None:
        return f"new: {_says(after)}" + ("" if after.as_expected else f" (expected {after.expected})")
    return difference.status


def _says(row: Row) -> str:
    if row.verdict == "FAIL":
        within = f" (in {row.inside})" if row.inside else ""
        place = f" at {row.source}{within}" if row.source else ""
        return f"FAIL:{row.failing}{place}: {row.message}"
    return f"UNKNOWN: {row.reason}" if row.verdict == "UNKNOWN" else row.verdict


def in_order(differences: Sequence[Difference]) -> list[Difference]:
    """Worst first; cells of one status in the order of the spec."""
    return sorted(differences, key=lambda difference: STATUSES.index(difference.status))
