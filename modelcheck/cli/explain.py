"""``modelcheck explain``: why a scenario is safe under a memory model."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from modelcheck.cli.choosing import with_cells
from modelcheck.errors import InputError

if TYPE_CHECKING:
    from modelcheck.explain import Explanation, Group, Outcome
    from modelcheck.frontend.spec import Spec
    from modelcheck.verdicts.cells import Cell

_SHOWN: Final = 4
"""Facts of a group that the text tells; JSON tells all."""


@click.command(
    short_help="Tell why a scenario is safe.",
    epilog="\b\nExamples:\n"
    "  modelcheck explain specs/seqlock --scenario read --model lkmm\n"
    "  modelcheck explain specs/ticketlock --scenario count --model lkmm --format json\n",
)
@click.argument("target", type=click.Path(path_type=Path), metavar="SPEC|PROGRAM.c")
@click.option("--scenario", metavar="NAME", help="Which scenario; may be left out where there is one only.")
@click.option("--variant", metavar="NAME", help="Which variant; default: the unpatched sources.")
@click.option("--model", required=True, metavar="MODEL", help="sc, tso, pso, lkmm, rc11 or FILE.cat.")
@with_cells("property", "unroll")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--traces",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("traces"),
    show_default=True,
    metavar="DIR",
    help="Where the trace of a failure is kept.",
)
@click.pass_context
def explain(
    context: click.Context,
    target: Path,
    scenario: str | None,
    variant: str | None,
    model: str,
    properties: tuple[str, ...],
    unroll: int | None,
    shape: str,
    traces: Path,
) -> None:
    """For a PASS, list the facts about the order of memory accesses that exclude what could go wrong, by the lock,
    barrier, annotation, dependency or atomic operation that they rest on, the smallest set first.

    Every fact told is needed as long as the others are what they are; there may be other sets that would do. That a
    thread's own writes to one place stay in order is taken for granted. Exit codes: 0 it is safe and here is why,
    1 it is not (its trace is kept), 3 that is unknown, 2 the input is wrong.
    """
    from modelcheck.cat import load_model
    from modelcheck.cli.said import spec_at
    from modelcheck.program.words import plain
    from modelcheck.run import OutOfTime
    from modelcheck.solve.sat import begin_anew
    from modelcheck.solve.wide import TooManyValues
    from modelcheck.trace import trace_path, write_atomically
    from modelcheck.verdicts.job import Job, answer, forget, program_of

    spec = spec_at(target)
    cell = _cell(spec, scenario, variant, model, properties, unroll)
    names = {"spec": spec.name, "scenario": cell.scenario.name, "variant": cell.variant.name, "model": cell.model}
    job = Job(spec, cell, "z3")
    forget()
    given = answer(job)
    verdict, more = given.result.verdict, ""
    explanations: Sequence[Explanation] = ()
    if verdict == "FAIL":
        more = plain(f"{given.result.property}: {given.result.message}")
        if given.trace is not None:
            path = trace_path(traces, spec.name, cell.scenario.name, cell.variant.name, cell.model)
            write_atomically(path, given.trace)
            names["trace"] = str(path)
    elif verdict == "UNKNOWN":
        more = plain(given.result.reason)
    else:
        from modelcheck.explain import explain as account

        begin_anew()
        bounds = cell.scenario.unroll, cell.scenario.recursion
        try:
            explanations = account(program_of(job), load_model(cell.load), cell.scenario.properties, *bounds)
        except (OutOfTime, TooManyValues):
            verdict, more = "UNKNOWN", "it passes, but why is more than can be taken apart"
    if shape == "json":
        click.echo(json.dumps(_json(names, verdict, more, explanations), ensure_ascii=False, indent=1))
    else:
        if verdict == "PASS" and "race" in cell.scenario.properties:
            more = "" if "data-race" in load_model(cell.load).flag_names else f"{cell.model} knows no races"
        for line in _text(names, verdict, more, explanations):
            click.echo("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line))
    context.exit({"PASS": 0, "FAIL": 1}.get(verdict, 3))


def _cell(
    spec: Spec, scenario: str | None, variant: str | None, model: str, properties: tuple[str, ...], unroll: int | None
) -> Cell:
    """The one cell that is asked about."""
    from modelcheck.frontend.spec.written import suggestion
    from modelcheck.verdicts.cells import Choice, choose

    if scenario is None:
        if len(spec.scenarios) > 1:
            raise InputError(f"--scenario: which one? There are {', '.join(spec.scenarios)}")
        scenario = next(iter(spec.scenarios))
    variant = next(iter(spec.variants)) if variant is None else variant
    for option, name, known in (("scenario", scenario, spec.scenarios), ("variant", variant, spec.variants)):
        if name not in known:
            raise InputError(f"--{option}: nothing is called '{name}'{suggestion(name, list(known))}")
    (cell,) = choose(spec, Choice((scenario,), (variant,), (model,), properties, None, unroll))
    return cell


def _text(names: dict[str, str], verdict: str, more: str, explanations: Sequence[Explanation]) -> Iterator[str]:
    head = ", ".join(names[key] for key in ("scenario", "variant", "model"))
    yield f"{names['spec']}: {head}: {verdict}{': ' + more if more else ''}"
    if verdict == "FAIL":
        yield f"It is not safe: modelcheck show {names['trace']} tells an execution that fails."
    if verdict != "PASS":
        return
    if not explanations:
        yield "Nothing in it could go wrong: no memory ordering is needed."
        return
    yield from _summary(explanations)
    for one in explanations:
        yield ""
        if not one.groups:
            yield "no memory ordering is needed for these, values and conditions alone exclude them:"
            yield from _briefly(one.outcomes)
            continue
        yield from map(_outcome, one.outcomes)
        for group in one.groups:
            yield f"  {' together with '.join(map(str, group.rests_on))}:"
            yield from _facts(group)
        if not one.least:
            yield "  (perhaps not all of these facts are needed)"


def _summary(explanations: Sequence[Explanation]) -> Iterator[str]:
    """What orders, taken together, and for how many outcomes it is needed; what is needed for few comes first."""
    needed: dict[str, int] = {}
    for one in explanations:
        for element in {str(element) for group in one.groups for element in group.rests_on}:
            needed[element] = needed.get(element, 0) + len(one.outcomes)
    total = sum(len(one.outcomes) for one in explanations)
    if not needed:
        yield f"What could go wrong ({total} outcomes) is excluded without any order of memory accesses."
        return
    yield f"Of {total} outcomes that would be wrong, those that need an order of memory accesses rest on"
    for element, count in sorted(needed.items(), key=lambda item: (item[1], item[0])):
        yield f"  {element}: {count}"


def _briefly(outcomes: Sequence[Outcome]) -> Iterator[str]:
    places: dict[str, list[str]] = {}
    for outcome in outcomes:
        places.setdefault(outcome.property, []).append(outcome.place)
    for name, several in places.items():
        named = ", ".join(place for place in several if place)
        yield f"  {name}{' at ' if named else ''}{named}"


def _facts(group: Group) -> Iterator[str]:
    for fact in group.facts[:_SHOWN]:
        yield f"    {fact}"
    left = len(group.facts) - _SHOWN
    if left > 0:
        yield f"    and {left} more like {'this' if left == 1 else 'these'}"


def _outcome(outcome: Outcome) -> str:
    where = f" at {outcome.place}" if outcome.place else ""
    return f"{outcome.property}{where}{': ' if outcome.messages else ''}{'; or '.join(outcome.messages)}"


def _json(names: dict[str, str], verdict: str, more: str, explanations: Sequence[Explanation]) -> dict[str, Any]:
    import attrs

    found: dict[str, Any] = {**names, "verdict": verdict, "reason": more}
    if verdict == "PASS":
        found["explanations"] = [attrs.asdict(one) for one in explanations]
    return found
