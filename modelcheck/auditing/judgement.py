"""What an audit says of each element, and of all of them together."""

from __future__ import annotations

from attrs import frozen

from modelcheck.auditing.element import Element

NECESSARY = "necessary"
TOO_STRONG = "too strong"
REDUNDANT = "redundant"
GIVEN = "redundant given others"
MISPLACED = "misplaced"
NOT_REACHED = "not reached"
NOT_ASKED = "not asked"
OPEN = "unknown"


@frozen
class Failure:
    """What happens in one scenario without something: the property that fails, and where."""

    scenario: str
    property: str
    message: str


@frozen
class Judgement:
    """What becomes of one element under one model.

    Attributes:
        element: which.
        verdict: ``necessary``: without it something fails. ``too strong``: a weaker form does in all scenarios.
            ``redundant``: all scenarios hold without it. ``redundant given others``: as long as certain others stay.
            ``misplaced``: it fails as it stands, and holds with it at another place. ``not reached``: no execution of
            any scenario comes by it. ``not asked``: only scenarios that fail, or are not known, as they are come by
            it. ``unknown``: see ``reason``.
        weaker: the weakest form with which all scenarios hold; empty unless ``too strong``.
        failures: of the form that is left out, one for each scenario that fails.
        given: the sets of other elements of which one must stay, for ``redundant given others``.
        place: where it would hold, for ``misplaced``.
        reason: why it is not known.
    """

    element: Element
    verdict: str
    weaker: str = ""
    failures: tuple[Failure, ...] = ()
    given: tuple[tuple[Element, ...], ...] = ()
    place: str = ""
    reason: str = ""


@frozen
class ModelAudit:
    """All judgements under one model.

    Attributes:
        model: its name.
        judgements: of each element, in the order of the sources.
        asked: scenarios that hold as they are, and so were asked about.
        failing: scenarios that fail, or are not known, as they are: (name, what comes of them).
        suffice, losses: minimal sets of elements; see `modelcheck.auditing.sets`.
        exhaustive: whether these are all; ``reason`` why not.
        unpaired: lock operations that were not asked about, since what belongs to them was not found.
        unclear: places with known operations that were not asked about, since it is not clear which is which.
        unknown: names of what synchronises, too, and of which no weaker form is known.
        questions: how many sets of changes the solver was asked about.
        seconds: wall time.
    """

    model: str
    judgements: tuple[Judgement, ...]
    asked: tuple[str, ...]
    failing: tuple[tuple[str, str], ...]
    suffice: tuple[tuple[Element, ...], ...]
    losses: tuple[tuple[Element, ...], ...]
    exhaustive: bool
    reason: str
    questions: int
    seconds: float
    unpaired: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
