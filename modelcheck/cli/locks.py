"""``modelcheck locks``: how often locks are taken and found taken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelcheck.cli.choosing import with_cells

if TYPE_CHECKING:
    from modelcheck.interleave.locks import LockCount, Range
    from modelcheck.verdicts.cells import Cell


@click.command(
    short_help="Count how often locks are taken and found taken.",
    epilog="\b\nExample:\n  modelcheck locks specs/balloon --scenario 'cost-*'\n",
)
@click.argument("target", type=click.Path(path_type=Path), metavar="SPEC|PROGRAM.c")
@with_cells("scenario", "variant", "property", "timeout", each="count")
@click.option("--format", "shape", type=click.Choice(["table", "json", "markdown"]), default="table", show_default=True)
def locks(
    target: Path,
    scenario: tuple[str, ...],
    variant: tuple[str, ...],
    properties: tuple[str, ...],
    timeout: float | None,
    shape: str,
) -> int:
    """Count, for every scenario and variant of a spec or for a C file with a main(), how often each lock is taken: the
    least and the most over all executions under SC in which every thread ends.

    "waited" is how often a lock is found taken by a thread that then waits for it, "refused" how often by one
    that only tries. A lock that waits is looked at once: who finds it free takes it in the same step. What main()
    or init does before threads start is not counted. Locks that differ in an index only are shown
    together too, with [*]. Spinlocks, mutexes, bit locks such as the page lock, and writers count; readers and
    semaphores do not. Exit codes: 0 all is counted, 1 something fails and is not counted, 3 the time did
    not allow it, 2 the input is wrong.
    """

    from modelcheck.cli.said import spec_at
    from modelcheck.frontend.spec import load_program
    from modelcheck.interleave.explore import Limits
    from modelcheck.interleave.locks import count_locks
    from modelcheck.run import alarm, politely
    from modelcheck.verdicts.cells import Choice, choose

    spec = spec_at(target)
    cells = choose(spec, Choice(scenario, variant, ("sc",), properties, timeout))
    code = 0
    found = []
    for cell in cells:
        seconds = cell.scenario.longest
        with alarm(None if seconds is None else politely(seconds)):
            program = load_program(spec, cell.scenario, cell.variant)
            count = count_locks(program, cell.scenario.properties, Limits(seconds))
        if count.exploration.verdict == "FAIL":
            code = 1
        elif count.exploration.verdict == "UNKNOWN" and code == 0:
            code = 3
        if shape == "json":
            found.append(_fields(cell, count))
        else:
            print("\n".join(_markdown(cell, count) if shape == "markdown" else _lines(cell, count)), flush=True)
    if shape == "json":
        print(json.dumps({"spec": spec.name, "counts": found}, indent=2, ensure_ascii=False))
    return code


def _trouble(count: LockCount) -> str:
    finding = count.exploration.finding
    if finding is None:
        return f"not counted: {count.exploration.reason}"
    from modelcheck.program.places import told
    from modelcheck.program.words import plain

    place = told(finding.source, finding.stack)
    return plain(f"not counted: it fails: {finding.property} at {place}: {finding.message}")


def _lines(cell: Cell, count: LockCount) -> list[str]:
    lines = [f"{cell.scenario.name}, {cell.variant.name}"]
    if count.exploration.verdict != "PASS":
        return [*lines, f"  {_trouble(count)}", ""]
    rows = [("lock", "taken", "waited", "refused")]
    rows += [(use.lock, str(use.taken), str(use.waited), str(use.refused)) for use in count.uses]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines += [
        "  " + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    if len(rows) == 1:
        lines.append("  no lock is touched")
    return [*lines, f"  {count.exploration.states} states, {count.exploration.seconds:.2f} s", ""]


def _markdown(cell: Cell, count: LockCount) -> list[str]:
    lines = [f"**{cell.scenario.name}**, `{cell.variant.name}`", ""]
    if count.exploration.verdict != "PASS":
        return [*lines, _trouble(count), ""]
    lines += ["| lock | taken | waited | refused |", "| --- | --- | --- | --- |"]
    return [*lines, *(f"| `{u.lock}` | {u.taken} | {u.waited} | {u.refused} |" for u in count.uses), ""]


def _fields(cell: Cell, count: LockCount) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "scenario": cell.scenario.name,
        "variant": cell.variant.name,
        "verdict": count.exploration.verdict,
        "states": count.exploration.states,
        "seconds": round(count.exploration.seconds, 3),
        "locks": [
            {"lock": use.lock, **{what: _range(getattr(use, what)) for what in ("taken", "waited", "refused")}}
            for use in count.uses
        ],
    }
    if count.exploration.verdict != "PASS":
        fields["reason"] = _trouble(count)
    return fields


def _range(counted: Range) -> dict[str, int | None]:
    return {"least": counted.least, "most": counted.most}
