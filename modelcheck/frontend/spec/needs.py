"""What is missing before a spec can be answered: bodies, variables and what was refused, all at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from attrs import field, frozen

from modelcheck.errors import InputError
from modelcheck.frontend.spec.load import load_refusals
from modelcheck.frontend.spec.spec import Scenario, Spec, Variant
from modelcheck.program.ir import Source, Unsupported


@frozen
class Need:
    """Something that a spec's program has not.

    Attributes:
        kind: ``body`` (of a function), ``variable`` (that no file defines), ``input`` (what clang refuses: a header or
            an identifier that is missing), ``refused`` (what cannot be modelled), or ``bound`` (of our own headers and
            bodies: more than they are made for; nothing is missing as long as no execution gets there).
        name: of the function or variable, else what is said of it.
        users: where it is used, with the function around it, each once.
        scenarios: in which scenarios, by name.
        found: files of the kernel tree that define it.
    """

    kind: str
    name: str
    users: tuple[Source, ...]
    scenarios: tuple[str, ...]
    found: tuple[str, ...] = ()

    @property
    def advice(self) -> str:
        """What to do about it."""
        if self.kind == "body" and self.found:
            return f'add "kernel:{self.found[0]}" to sources, or answer for it in stubs'
        if self.kind == "body":
            return "give it a body in a source of the spec, or answer for it in stubs"
        if self.kind == "variable" and self.found:
            return f'add "kernel:{self.found[0]}" to sources, or define it in a source of the spec'
        if self.kind == "variable":
            return "define it in a source of the spec"
        if self.kind == "bound":
            return "an execution that gets there makes the verdict UNKNOWN, and says so"
        if self.kind == "input":
            return "mend the source, its includes or the configuration"
        return "keep it from being reached: another scenario, a stub, or other code"


@frozen(eq=False)
class _Gathered:
    users: dict[Source, None] = field(factory=dict)
    scenarios: dict[str, None] = field(factory=dict)


def needs(spec: Spec, cells: Iterable[tuple[Scenario, Variant]]) -> list[Need]:
    """What the programs of ``cells`` have not, as far as their code can be told without running it.

    Code that is there may still never be reached: then nothing of it is missing for the verdict.
    """
    found: dict[tuple[str, str], _Gathered] = {}
    for scenario, variant in cells:
        try:
            refused = load_refusals(spec, scenario, variant)
        except InputError as error:
            place = Source(error.file or "", error.line or 0, error.column or 0, 0, 0)
            _note(found, "input", error.message, place, scenario)
            continue
        for kind, name, source in (_missing(one, spec.tree is not None) for one in refused):
            _note(found, kind, name, source, scenario)
    wanted = [name for kind, name in found if kind in ("body", "variable")]
    where = _defined(spec.tree.folder, wanted) if spec.tree is not None and wanted else {}
    order = ("input", "body", "variable", "refused", "bound")
    return [
        Need(kind, name, tuple(gathered.users), tuple(gathered.scenarios), where.get(name, ()))
        for (kind, name), gathered in sorted(found.items(), key=lambda item: (order.index(item[0][0]), item[0][1]))
    ]


def _note(found: dict[tuple[str, str], _Gathered], kind: str, name: str, source: Source, scenario: Scenario) -> None:
    gathered = found.setdefault((kind, name), _Gathered())
    gathered.users[source] = None
    gathered.scenarios[scenario.name] = None


def _missing(refused: Unsupported, tree: bool) -> tuple[str, str, Source]:
    """The kind and name of a need, and where it is; ``tree``: of a program on a kernel tree, with its own headers."""
    body, variable = _BODY.search(refused.reason), _VARIABLE.search(refused.reason)
    ours = ("<bodies/", "<mc/", "<linux/percpu-defs.h") if tree else "<"
    if body is not None and refused.source.file.startswith(ours):
        return "bound", _SPACES.sub(" ", body[1]), refused.source
    if _THREADS.search(refused.reason) is not None:
        return "bound", refused.reason, refused.source
    if body is not None:
        return "body", body[1], refused.source
    if variable is not None:
        return "variable", variable[1], refused.source
    return "refused", refused.reason, refused.source


def _defined(tree: Path, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The C files of the tree that seem to define some functions or variables at the beginning of a line."""
    either = "|".join(map(re.escape, names))
    function = re.compile(rf"^(?!static\b)[A-Za-z_][\w \t*]*?[ \t*\n]({either})\((?=[^;]*?\)\s*\n?\{{)".encode(), re.M)
    variable = re.compile(
        rf"^(?!static\b|extern\b)[A-Za-z_][\w \t*]*?[ \t*]({either})(?:\[[^;\n]*\])*[ \t]*(?:=|;)".encode(), re.M
    )
    plain = [name.encode() for name in names]
    found: dict[str, dict[str, None]] = {}
    for folder in _SEARCHED:
        for path in sorted((tree / folder).rglob("*.c")):
            try:
                data = path.read_bytes()
            except OSError:
                continue
            if any(name in data for name in plain):
                for match in (*function.finditer(data), *variable.finditer(data)):
                    shown = path.relative_to(tree).as_posix()
                    found.setdefault(match[1].decode(), {})[shown] = None
    return {name: tuple(files) for name, files in found.items()}


_SEARCHED: Final = (
    *("kernel", "lib", "mm", "block", "fs", "ipc", "init", "security", "io_uring"),
    *("net/core", "drivers/base", "drivers/virtio"),
)
"""Folders of a tree in which definitions are looked for: what others call is there."""

_BODY: Final = re.compile(r"^no body for (\w+)\(\)")
_SPACES: Final = re.compile(r"(?<=[a-z])_|_(?=[a-z])")
"""In a name that is a sentence, with names of macros in it."""
_THREADS: Final = re.compile(r" is thread-local, and used by more than \d+ threads$")
_VARIABLE: Final = re.compile(r"^no definition of (\w+)")
