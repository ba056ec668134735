"""What an audit asks about: elements of the code that order or exclude something, and weaker forms of each."""

from __future__ import annotations

from attrs import frozen

from modelcheck.program.ir import Source

BARRIER = "barrier"
LOCK = "lock"
SECTION = "read-side section"
GRACE = "grace period"
ANNOTATION = "annotation"
ATOMIC = "atomic operation"
TEST = "test"

KINDS = (BARRIER, LOCK, SECTION, GRACE, ANNOTATION, ATOMIC, TEST)


@frozen
class Edit:
    """Text to put in the place of a range of a source."""

    source: Source
    text: str


@frozen
class Option:
    """A weaker form of an element.

    Attributes:
        name: in a few words, as it would be written (``smp_wmb()``, ``READ_ONCE()``) or ``left out``.
        switch: number of the switch that turns it on.
        gone: nothing of the element is left; the other forms keep something.
        edits: how the C would say it; empty when it cannot be said by replacing text.
    """

    name: str
    switch: int
    gone: bool
    edits: tuple[Edit, ...]


@frozen
class Element:
    """One barrier, lock, annotation, atomic operation or test of the code under check.

    Attributes:
        kind: one of `KINDS`.
        text: as it stands in the source; for a lock or section, of the operation that opens it.
        places: where it stands: one place, or the operations that belong together.
        options: its weaker forms, weakest last.
    """

    kind: str
    text: str
    places: tuple[Source, ...]
    options: tuple[Option, ...]

    @property
    def key(self) -> tuple[str, tuple[Source, ...]]:
        """What it is known by in all scenarios of a spec; its switches have numbers of their own in each."""
        return self.kind, self.places

    @property
    def name(self) -> str:
        """``smp_wmb() in assign_balloon_mapping()``."""
        place = self.places[0]
        return f"{self.text} in {place.function}()" if place.function else self.text

    def __str__(self) -> str:
        return f"{self.name}, {self.places[0]}"


def by_kind_and_place(element: Element) -> tuple[int, str, int, int]:
    """The order in which elements are told."""
    place = element.places[0]
    return KINDS.index(element.kind), place.file, place.line, place.column


@frozen
class Insertion:
    """A fence put in between two statements.

    Attributes:
        text: as it would be written.
        before: the statement behind it, and where that begins.
        place: where that begins; the text would be a line of its own there.
        switch: number of the switch that turns it on.
    """

    text: str
    before: str
    place: Source
    switch: int

    @property
    def edit(self) -> Edit:
        """The line put in."""
        indent = self.place.column - 1
        return Edit(self.place, f"{self.text};\n" + "\t" * indent)


@frozen
class Strengthening:
    """A load or store written with more order than it has.

    Attributes:
        was: its text.
        place: where it stands.
        forms: by the name of the stronger form, weakest first: the switch and the edit.
    """

    was: str
    place: Source
    forms: tuple[tuple[str, int, Edit], ...]
