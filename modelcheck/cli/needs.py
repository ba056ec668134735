"""``modelcheck needs``: what is missing before a spec can be answered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from modelcheck.cli.choosing import with_cells

if TYPE_CHECKING:
    from modelcheck.frontend.spec.needs import Need

_TITLES: Final = {
    "input": "What the compiler refuses",
    "body": "Functions without a body",
    "variable": "Variables without a definition",
    "refused": "What cannot be modelled",
}

_SHOWN: Final = 3
"""Places of each that the text tells; JSON tells all."""


@click.command(
    short_help="List what is missing before a spec can be answered.",
    epilog="\b\nExample:\n  modelcheck needs specs/balloon --scenario clear\n",
)
@click.argument("target", type=click.Path(path_type=Path), metavar="SPEC|PROGRAM.c")
@with_cells("scenario", "variant")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
def needs(target: Path, scenario: tuple[str, ...], variant: tuple[str, ...], shape: str) -> int:
    """List the functions without a body, the variables without a definition, and what cannot be modelled, in all code
    that a spec's scenarios lead to, each with who needs it and what to do.

    Code that no execution reaches may hold anything: so a check may pass though something is listed here. Exit codes:
    0 nothing is missing, 1 something is, 2 the input is wrong.
    """
    from modelcheck.frontend.spec import spec_of
    from modelcheck.frontend.spec.needs import needs as missing
    from modelcheck.verdicts.cells import Choice, choose

    spec = spec_of(target)
    cells = choose(spec, Choice(scenario, variant, ("sc",), (), None))
    found = missing(spec, [(cell.scenario, cell.variant) for cell in cells])
    if shape == "json":
        listed = [
            {
                "kind": need.kind,
                "name": need.name,
                "users": [f"{use} {use.function}".strip() for use in need.users],
                "scenarios": need.scenarios,
                "defined_in": need.found,
                "advice": need.advice,
            }
            for need in found
        ]
        print(json.dumps({"spec": spec.name, "needs": listed}, indent=2, ensure_ascii=False))
    else:
        print("\n".join(_text(found)))
    return 1 if found else 0


def _text(found: Sequence[Need]) -> list[str]:
    if not found:
        return ["Nothing is missing."]
    lines: list[str] = []
    for kind, title in _TITLES.items():
        group = [need for need in found if need.kind == kind]
        if not group:
            continue
        lines += [f"{title} ({len(group)}):", ""]
        for need in group:
            lines.append(f"  {need.name}{'()' if kind == 'body' else ''}")
            for use in need.users[:_SHOWN]:
                if use.file:
                    lines.append(f"      at {use}" + (f" in {use.function}()" if use.function else ""))
            if len(need.users) > _SHOWN:
                lines.append(f"      and at {len(need.users) - _SHOWN} other places")
            lines.append(f"      {need.advice}")
        lines.append("")
    return lines[:-1]
