"""A trace cut down to what matters, as another trace."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from modelcheck.cat import load_model
from modelcheck.minimise.minimise import minimise
from modelcheck.minimise.question import Failure
from modelcheck.program.ir import Program
from modelcheck.solve.sat import begin_anew
from modelcheck.trace import Trace, record
from modelcheck.trace.replay.replayed import Replayed


def on_today(trace: Trace, replayed: Replayed) -> Trace:
    """``trace``, which reproduces, with the execution and the place of its failure as they are in today's code."""
    place = replayed.now
    return attrs.evolve(
        trace,
        source=None if place is None else place.source,
        stack=() if place is None else place.stack,
        execution=replayed.execution or trace.execution,
    )


def smaller(trace: Trace, program: Program, properties: frozenset[str], files: Mapping[str, str]) -> Trace | None:
    """The smallest trace found that fails as ``trace`` does, with what was dropped in it.

    Args:
        trace: with an execution.
        program: what it is of.
        properties: what should not fail before that.
        files: what to load for models that are not called so.

    Gives None when no execution of the program fails so within the bounds: then the trace is not of this program.
    """
    begin_anew()  # the same trace every time, whatever was asked before in this process
    found = minimise(
        program,
        trace.execution,
        Failure(trace.property, trace.source, trace.stack, trace.message),
        trace.model,
        lambda name: load_model(files.get(name, name)),
        properties,
        trace.unroll,
        trace.recursion,
    )
    if found is None:
        return None
    made = record(
        program,
        found.result,
        spec=trace.spec,
        scenario=trace.scenario,
        variant=trace.variant,
        model=found.model,
        unroll=trace.unroll,
        recursion=trace.recursion,
        setting=attrs.evolve(trace.setting, engine="z3"),
        load=files.get(found.model, found.model),
    )
    return attrs.evolve(made, minimised=found.dropped)
