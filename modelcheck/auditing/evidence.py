"""What shows that an element is necessary: the patch that leaves it out, and the trace of what then fails."""

from __future__ import annotations

import re

from attrs import evolve, frozen

from modelcheck.auditing.audit import Request
from modelcheck.auditing.edits import apply_edits, diff
from modelcheck.auditing.judgement import Judgement
from modelcheck.frontend.spec import load_program
from modelcheck.frontend.spec.written import Expectation
from modelcheck.verdicts.cells import Cell
from modelcheck.verdicts.job import Job, answer


@frozen
class Evidence:
    """One element left out, checked as a patch.

    Attributes:
        name: for files: ``without-smp_wmb-assign_balloon_mapping-48``.
        scenario: which fails.
        patch: a unified diff against the variant's sources.
        verdict, property: of the patched sources.
        trace: the bytes of the trace; None unless it fails.
    """

    name: str
    scenario: str
    patch: str
    verdict: str
    property: str | None
    trace: bytes | None


def evidence(request: Request, judgement: Judgement) -> Evidence | None:
    """The evidence for the first failure of ``judgement``; None where nothing fails or C has no words for it."""
    option = judgement.element.options[-1]
    if not judgement.failures or not option.edits:
        return None
    scenario = next(s for s in request.scenarios if s.name == judgement.failures[0].scenario)
    program = load_program(request.spec, scenario, request.variant)
    before = {name: text for name, text in program.files.items() if not name.startswith("<")}
    after = apply_edits(before, option.edits)
    variant = evolve(request.variant, files={**request.variant.files, **after})
    found = answer(Job(request.spec, Cell(scenario, variant, *request.model, Expectation()), "z3"))
    place = judgement.element.places[0]
    words = [*re.findall(r"\w+", judgement.element.text)[:1], place.function, str(place.line)]
    return Evidence(
        "without-" + "-".join(words),
        scenario.name,
        diff(before, after),
        found.result.verdict,
        found.result.property,
        found.trace,
    )
