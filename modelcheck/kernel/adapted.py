"""The configuration of a build as one of our architecture, much as ``make oldconfig`` makes one of another machine's.

What a person has chosen in the build stays chosen, as long as what it depends on is there; what follows from choices
follows anew; what is of the machine, or watches the kernel as it runs, is ours (`config.FORCED`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from modelcheck.kernel.config import FORCED, LENT, OF_THE_MACHINE
from modelcheck.kernel.configure import configured
from modelcheck.kernel.kconfig import ON, Kconfig


def adapted(
    rules: Kconfig, built: Mapping[str, str], given: Mapping[str, str], needed: Iterable[str] = ()
) -> dict[str, str]:
    """The configuration, by names without CONFIG_.

    Args:
        rules: of the tree.
        built: the symbols that are on in the build, and values.
        given, needed: as for `configured`.
    """
    chosen = [name for name, entries in rules.entries.items() if any(entry.prompts for entry in entries)]
    basis = {name: built.get(name, "n") for name in (*LENT, *chosen) if name not in FORCED}
    # A text or a number that is not set has its default.
    for name in chosen:
        if name not in built and any(entry.kind in ("int", "hex", "string") for entry in rules.entries[name]):
            basis.pop(name, None)
    needed = tuple(needed)
    while True:
        values = configured(rules, given, basis, needed, FORCED)
        gone = [
            name
            for name in chosen
            if basis.get(name) in ON
            and name not in given
            and name not in needed
            and not any(entry.possible(values) for entry in rules.entries[name])
        ]
        if not gone:
            return {name: _as_built(name, value, built, given) for name, value in values.items()}
        basis.update(dict.fromkeys(gone, "n"))


def _as_built(name: str, value: str, built: Mapping[str, str], given: Mapping[str, str]) -> str:
    """What is on through a module alone is one."""
    return "m" if value == "y" and built.get(name) == "m" and name not in given else value


@frozen
class Differences:
    """Symbols whose value is not that of the build, with both: ``(name, build's, ours)``.

    Attributes:
        forced: what a build does not decide.
        machine: what only the machine's own Kconfig files, or what follows from them, have on.
    """

    forced: tuple[tuple[str, str, str], ...]
    machine: tuple[tuple[str, str, str], ...]


def differences(built: Mapping[str, str], values: Mapping[str, str], given: Iterable[str] = ()) -> Differences:
    """Where a configuration that `adapted` gave differs from the build; ``given``: names that are left out."""
    told = set(given)
    found = [
        (name, built.get(name, "n"), values.get(name, "n"))
        for name in sorted({*built, *(name.removeprefix("CONFIG_") for name in OF_THE_MACHINE)} - told)
        if built.get(name, "n") != values.get(name, "n")
    ]
    return Differences(
        tuple(one for one in found if one[0] in FORCED), tuple(one for one in found if one[0] not in FORCED)
    )
