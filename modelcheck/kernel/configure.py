"""A whole configuration from a few symbols: what they select, what has to be on for them, and what nobody chooses.

As ``scripts/kconfig`` has it, with one difference: what a person can choose, and has not, is off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import define, field

from modelcheck.kernel.kconfig import ON, Entry, Kconfig

ROUNDS: Final = 8
"""Times that defaults are looked at; each may rest on others of the time before."""


def configured(
    rules: Kconfig,
    given: Mapping[str, str],
    basis: Mapping[str, str],
    needed: Iterable[str] = (),
    forced: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The configuration, by names without CONFIG_.

    Args:
        rules: of the tree.
        given: values that stay as they are.
        basis: values that stay where nothing selects or needs another.
        needed: symbols that are turned on together with what they depend on, unless they are given.
        forced: values that stay, too, but for what is given or needed, and that turn nothing else on.
    """
    needed = tuple(needed)
    kept = {name: value for name, value in (forced or {}).items() if name not in needed}
    work = _Work(rules, {**kept, **given}, {**basis, **kept, **given}, set(basis))
    for name in [*needed, *(name for name, value in given.items() if value in ON)]:
        work.turn_on(name)
    for _ in range(ROUNDS):
        before = dict(work.values)
        work.round()
        if work.values == before:
            break
    return work.values


@define
class _Work:
    """The values so far; ``fixed`` names those that no default changes."""

    rules: Kconfig
    given: Mapping[str, str]
    values: dict[str, str]
    fixed: set[str]
    asked: set[str] = field(factory=set)

    def turn_on(self, name: str) -> None:
        """Turns a symbol on, and what has to be for it, as far as the tree knows of it."""
        if name in self.asked or self.given.get(name, "y") not in ON:
            return
        self.asked.add(name)
        self.fixed.add(name)
        entries = self.rules.entries.get(name, [])
        if any(entry.kind in ("int", "hex", "string") for entry in entries):
            self.fixed.discard(name)
        elif self.values.get(name) not in ON:
            self.values[name] = "y"
        self.alone(name)
        self.through_others(name, entries)
        if any(entry.possible(self.values) for entry in entries):
            return
        for entry in entries[:1]:
            for part in entry.depends:
                for other in list(part.needs(self.values)):
                    if other in self.rules.entries:
                        self.turn_on(other)

    def alone(self, name: str) -> None:
        """Turns off what excludes a symbol: the others of its choice."""
        for choice in self.rules.choices:
            if name in choice.members:
                for other in choice.members:
                    if other != name and other not in self.given and other not in self.asked:
                        self.values.pop(other, None)
                        self.fixed.add(other)

    def through_others(self, name: str, entries: Iterable[Entry]) -> None:
        """Turns on what selects a symbol that nobody can choose, and that no default sets: the first that can be."""
        if not entries or any(entry.prompts or entry.defaults for entry in entries):
            return
        if any(self.values.get(chooser) in ON for chooser in self.rules.choosers.get(name, ())):
            return
        for chooser in self.rules.choosers.get(name, ()):
            if self.given.get(chooser, "y") in ON and any(entry.prompts for entry in self.rules.entries[chooser]):
                self.turn_on(chooser)
                return

    def round(self) -> None:
        """Looks at every selection, default and choice once."""
        values = self.values
        selected = {
            name
            for chooser, entries in self.rules.entries.items()
            if values.get(chooser) in ON
            for entry in entries
            for name, when in entry.selects
            if when.holds(values)
        }
        # What only experts are asked for has its default for all, also where something that is needed asks for one.
        asking = {**values, "EXPERT": "n", "EMBEDDED": "n"}
        for name, entries in self.rules.entries.items():
            if name in self.given:
                continue
            if name in selected:
                values[name] = "y"
                continue
            if name in self.fixed:
                continue
            found = next(
                (
                    value
                    for entry in entries
                    if entry.possible(values)
                    and not (entry.kind in ("bool", "tristate", "boolean", "") and entry.asked(asking))
                    for value in [entry.default(values)]
                    if value is not None
                ),
                None,
            )
            if found is None or found == "n":
                values.pop(name, None)
            else:
                values[name] = found
        for choice in self.rules.choices:
            if choice.possible(values) and not any(values.get(name) in ON for name in choice.members):
                for name in (choice.member(values) or "", *choice.members):
                    entries = self.rules.entries.get(name, [])
                    if entries and name not in self.given and any(entry.possible(values) for entry in entries):
                        values[name] = "y"
                        self.fixed.add(name)
                        break
