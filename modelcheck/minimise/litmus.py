"""The litmus test of a failure: its core, written down and judged before it is believed."""

from __future__ import annotations

from itertools import islice
from typing import Final

from attrs import evolve

from modelcheck.cat import Model, load_model
from modelcheck.errors import InputError
from modelcheck.frontend.litmus import parse_litmus
from modelcheck.minimise.core import Core, cores
from modelcheck.solve.litmus import observe
from modelcheck.trace import Trace
from modelcheck.trace.litmus import InexpressibleError, Writing, litmus_text

MOST_CORES: Final = 24
"""Cores that are tried."""

WAYS: Final = (Writing(), Writing(apart=True), Writing(controls=False), Writing(apart=True, controls=False))
"""How a core is written, the most faithful way first."""


def litmus_test(trace: Trace, model: Model) -> str:
    """The core of ``trace`` as a C litmus test that has been judged: ``model``, that of the trace, allows its outcome.

    Where SC does not allow the execution, it does not allow the outcome either; where it ends in a data race, the test
    has that race. Raises `InexpressibleError`, with the reason, when there is no such test.
    """
    execution = trace.execution
    if not execution.events:
        raise InexpressibleError("it fails before any thread starts, and there is no execution")
    if trace.property == "deadlock":
        raise InexpressibleError("a litmus test asks about executions that end, and this one is a deadlock")
    name = f"{trace.spec}-{trace.scenario}-{trace.variant}-{trace.model}"
    reason = "only one thread has a part in it: there is no order of several threads' accesses to ask about"
    for core in islice(cores(execution, trace.property, trace.source, trace.stack, model), MOST_CORES):
        if not _meets(core):
            continue
        for way in WAYS:
            how = evolve(way, ends=core.ends)
            try:
                text = litmus_text(core.execution, name, _about(trace, core), how)
                wrong = _wrong(text, core, model)
            except InexpressibleError as error:
                reason = str(error)
                continue
            if wrong is None:
                return text
            reason = wrong
    raise InexpressibleError(reason)


def _meets(core: Core) -> bool:
    """Whether threads meet in it: one thread alone would ask nothing."""
    execution = core.execution
    return core.race or len({e.thread for e in execution.events if e.thread >= 0 and not e.final}) > 1


def _about(trace: Trace, core: Core) -> list[str]:
    result = "Sometimes DATARACE" if core.race else "Sometimes"
    where = f" at {trace.source}" if trace.source is not None else ""
    lines = [f"Result: {result}", "", f"The core of a failure of {trace.spec}: scenario {trace.scenario}, variant"]
    lines += [f"{trace.variant}, model {trace.model}: {trace.property}{where}."]
    lines += ["sc does not allow this outcome." if core.weak else "sc allows this outcome."] if not core.race else []
    return [*lines, ""]


def _wrong(text: str, core: Core, model: Model) -> str | None:
    """What is wrong with a test; None when it shows what its core does."""
    try:
        test = parse_litmus(text, "the test")
    except InputError as error:
        raise InexpressibleError(f"the test is none: {error}") from None
    seen = observe(test, model, count=False)
    if seen.verdict not in ("Sometimes", "Always"):
        return f"of its core alone, {model.name} gives the verdict {seen.verdict}"
    if core.race:
        return None if "data-race" in seen.flags else "its core alone has no data race"
    if core.weak and observe(test, load_model("sc"), count=False).verdict != "Never":
        return "the outcome of its core alone is possible under sc"
    return None
