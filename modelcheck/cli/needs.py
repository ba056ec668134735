"""``modelcheck needs``: what is missing before a spec can be answered."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from modelcheck.cli.choosing import with_cells

if TYPE_CHECKING:
    from modelcheck.frontend.spec import Spec
    from modelcheck.frontend.spec.needs import Need
    from modelcheck.kernel.adapted import Differences
    from modelcheck.verdicts.cells import Cell

_TITLES: Final = {
    "input": "What the compiler refuses",
    "body": "Functions without a body",
    "variable": "Variables without a definition",
    "refused": "What cannot be modelled",
    "bound": "Bounds of what modelcheck brings along",
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
@click.option("--verbose", is_flag=True, help="List all symbols that are otherwise than in the kernel's build.")
def needs(target: Path, scenario: tuple[str, ...], variant: tuple[str, ...], shape: str, verbose: bool) -> int:
    """List the functions without a body, the variables without a definition, and what cannot be modelled, in all code
    that a spec's scenarios lead to, each with who needs it and what to do.

    Symbols of `config` that a kernel tree's Kconfig does not have are listed, too: another version may have them. Of a
    kernel's build (--kernel-build), what of its configuration does not count is listed, too.

    What our own headers are not made for, more of something than they hold, is listed as a bound: it is nothing that
    is missing.

    Code that no execution reaches may hold anything: so a check may pass though something is listed here. Exit codes:
    0 nothing is missing, 1 something is, 2 the input is wrong.
    """
    from modelcheck.cli.said import spec_at
    from modelcheck.frontend.spec.needs import needs as missing
    from modelcheck.verdicts.cells import Choice, choose

    spec = spec_at(target)
    cells = choose(spec, Choice(scenario, variant, ("sc",), (), None))
    found = missing(spec, [(cell.scenario, cell.variant) for cell in cells])
    differing = _differences(spec, cells)
    forced = dict.fromkeys(one for each in differing for one in each.forced)
    machine = dict.fromkeys(one for each in differing for one in each.machine)
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
        whole: dict[str, object] = {"spec": spec.name, "needs": listed, "notes": list(spec.notes)}
        if spec.tree is not None and spec.tree.built is not None:
            keys = ("symbol", "build", "here")
            whole["configuration"] = [
                dict(zip(keys, (f"CONFIG_{one[0]}", *one[1:]), strict=True)) for one in sorted((*forced, *machine))
            ]
        print(json.dumps(whole, indent=2, ensure_ascii=False))
    else:
        lines = (*_text(found), *_configuration(spec, tuple(forced), tuple(machine), verbose))
        print("\n".join(lines))
    return 1 if any(need.kind != "bound" for need in found) else 0


def _differences(spec: Spec, cells: Sequence[Cell]) -> list[Differences]:
    """Where the configurations of the cells' programs are not those of the kernel's build, if there is one."""
    from modelcheck.errors import InputError
    from modelcheck.frontend.spec.load import configured_tree

    found = []
    for cell in cells:
        tree = configured_tree(spec, cell.scenario, cell.variant)
        with suppress(InputError):  # it is among what is missing
            found += [] if tree is None else [tree.differences()]
    return found


def _configuration(
    spec: Spec, forced: Sequence[tuple[str, str, str]], machine: Sequence[tuple[str, str, str]], verbose: bool
) -> list[str]:
    if spec.tree is None or spec.tree.built is None:
        return []
    lines = ["", f"Not as configured in {spec.tree.built.folder}:", ""]
    for title, group in (("given here", forced), ("of its machine, or resting on it", machine)):
        if not group:
            continue
        if group is machine and not verbose:
            lines.append(f"  {title}: {len(group)} symbols, which --verbose lists")
            continue
        said = " ".join(f"{name}={here} ({was})" for name, was, here in group)
        lines += textwrap.wrap(f"{title}: {said}", 118, initial_indent="  ", subsequent_indent="      ")
    return lines


def _text(found: Sequence[Need]) -> list[str]:
    lines: list[str] = []
    if all(need.kind == "bound" for need in found):
        lines = ["Nothing is missing.", *([""] if found else [])]
    for kind, title in _TITLES.items():
        group = [need for need in found if need.kind == kind]
        if not group:
            continue
        lines += [f"{title} ({len(group)}):", ""]
        for need in group:
            lines.append(f"  {need.name}{'()' if kind == 'body' else ''}")
            for use in need.users[:_SHOWN]:
                if use.file:
                    lines.append(
                        f"      at {use if use.line else use.file}" + (f" in {use.function}()" if use.function else "")
                    )
            if len(need.users) > _SHOWN:
                lines.append(f"      and at {len(need.users) - _SHOWN} other places")
            lines.append(f"      {need.advice}")
        lines.append("")
    return lines[:-1] if found else lines
