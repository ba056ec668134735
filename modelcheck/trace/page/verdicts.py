"""What the page of a spec's verdicts shows."""

from __future__ import annotations

from attrs import frozen


@frozen
class Verdict:
    """The verdict on one cell.

    Attributes:
        model: of the cell.
        kind: ``pass``, ``fail`` or ``unknown``.
        found, expected: in words, ``FAIL:leak``.
        as_expected: whether they agree.
        message: what failed and where, or why nothing is known; may be empty.
        page: the page of its trace, relative to this one; empty where there is none.
    """

    model: str
    kind: str
    found: str
    expected: str
    as_expected: bool
    message: str
    page: str


@frozen
class Line:
    """One variant of a scenario under each of its models; None where it was not asked."""

    variant: str
    about: str
    verdicts: tuple[Verdict | None, ...]


@frozen
class Section:
    """One scenario: its ``lines`` for variants, a column for each of ``models``."""

    name: str
    about: str
    models: tuple[str, ...]
    lines: tuple[Line, ...]
    warnings: tuple[str, ...]


@frozen
class Verdicts:
    """All scenarios of a spec; ``count`` is how many verdicts are as expected, in words."""

    spec: str
    about: str
    count: str
    tool: str
    sections: tuple[Section, ...]
