"""``modelcheck enumerate``: how many executions a C program has, and how they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from modelcheck.program.expr import Value
    from modelcheck.solve.enumerate import Enumeration
    from modelcheck.solve.result import Result


@click.command(
    short_help="Count the executions of a C file with a main().",
    epilog="\b\nExample:\n  modelcheck enumerate tests/cli/data/buffering.c --model sc --model tso\n",
)
@click.argument("files", type=click.Path(path_type=Path), metavar="PROGRAM.c...", nargs=-1, required=True)
@click.option("--model", "models", multiple=True, metavar="MODEL", help="sc, tso, pso, lkmm (the default) or FILE.cat.")
@click.option(
    "--unroll",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    metavar="N",
    help="How often a loop goes round at most.",
)
@click.option("--timeout", type=click.FloatRange(0, min_open=True), metavar="S", help="Seconds for each model.")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
def enumerate(  # noqa: A001 (the command's name)
    files: tuple[Path, ...], models: tuple[str, ...], unroll: int, timeout: float | None, shape: str
) -> int:
    """Count the executions of a program made of C files, one of them with a main().

    Complete executions are those in which every thread ends, blocked ones those in which some thread waits for ever;
    two are distinct when a read reads from another write, or two writes are ordered otherwise. Exit codes: 0 these are
    all and nothing is found, 1 something goes wrong in one, 3 the bounds or the time did not allow all, 2 the input is
    wrong.
    """
    from modelcheck.cat import load_model
    from modelcheck.frontend.c import parse_program
    from modelcheck.run import alarm, politely
    from modelcheck.solve.enumerate import enumerate_executions

    loaded = {name: load_model(name) for name in models or ("lkmm",)}
    limit = None if timeout is None else politely(timeout)
    with alarm(limit):
        program = parse_program(files)
    code = 0
    for name, model in loaded.items():
        with alarm(limit):
            found = enumerate_executions(program, model, bound=unroll, timeout=timeout)
        if found.findings:
            code = 1
        elif found.reason and code == 0:
            code = 3
        if shape == "json":
            print(json.dumps(_fields(files, name, found), ensure_ascii=False), flush=True)
        else:
            print("\n".join(_lines(files, name, found)), flush=True)
    return code


def _fields(files: tuple[Path, ...], model: str, found: Enumeration) -> dict[str, Any]:
    from modelcheck.program.words import plain

    fields: dict[str, Any] = {
        "file": " ".join(map(str, files)),
        "model": model,
        "executions": found.executions,
        "blocked": found.blocked,
        "states": [{name: _number(value) for name, value in state} for state in found.states],
        "findings": [
            {"property": finding.property, "message": plain(finding.message), "source": _place(finding)}
            for finding in found.findings
        ],
        "seconds": round(found.seconds, 4),
    }
    if found.reason:
        fields["reason"] = found.reason
    return fields


def _lines(files: tuple[Path, ...], model: str, found: Enumeration) -> list[str]:
    from modelcheck.program.words import plain

    lines = [
        f"Program {' '.join(map(str, files))} under {model}",
        f"Executions {found.executions}",
        f"Blocked {found.blocked}",
        f"States {len(found.states)}",
    ]
    for state, count in found.states.items():
        shown = " ".join(f"{name}={_number(value)};" for name, value in state)
        lines.append(f"{shown or '(no global is accessed)'} {count}")
    lines += [
        f"Finding {finding.property} at {_place(finding)}: {plain(finding.message)}" for finding in found.findings
    ]
    if found.reason:
        lines.append(f"Incomplete {found.reason}")
    return [*lines, f"Time {found.seconds:.2f}", ""]


def _number(value: Value) -> int | None:
    return value if isinstance(value, int) else None


def _place(finding: Result) -> str | None:
    from modelcheck.program.places import own_place

    return str(own_place(finding.source, finding.stack)) if finding.source else None
