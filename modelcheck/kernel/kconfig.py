"""What a tree's Kconfig files say of symbols: what they select and depend on, and their defaults.

The language is that of ``Documentation/kbuild/kconfig-language.rst``. Of it are read: symbols of all types, prompts,
defaults, dependencies (their own and those of menus, choices and ``if`` around them), and selections, ``imply`` among
them. What a shell would answer counts as n.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from attrs import define, field, frozen

ROOTS: Final = (
    "Kconfig",
    "init/Kconfig",
    "kernel/Kconfig.freezer",
    "kernel/Kconfig.hz",
    "kernel/power/Kconfig",
    "kernel/livepatch/Kconfig",
    "drivers/acpi/Kconfig",
    "drivers/cpufreq/Kconfig",
    "drivers/cpuidle/Kconfig",
    "fs/Kconfig.binfmt",
    "mm/Kconfig",
    "net/Kconfig",
    "drivers/Kconfig",
    "fs/Kconfig",
    "security/Kconfig",
    "crypto/Kconfig",
    "lib/Kconfig",
    "lib/Kconfig.debug",
    "arch/Kconfig",
    "virt/Kconfig",
    "virt/kvm/Kconfig",
)
"""What an architecture's own Kconfig reads in one version or another, ours among them."""

ON: Final = ("y", "m")


class Condition:
    """What can hold or not of a configuration; this one always does."""

    def holds(self, values: Mapping[str, str]) -> bool:
        """Whether it does of these values: of symbols by name, without CONFIG_."""
        return True

    def needs(self, values: Mapping[str, str]) -> Iterator[str]:
        """The symbols that are to be turned on, and are not, for it to hold; of an "or", of a part that then does."""
        return iter(())


@frozen
class Symbol(Condition):
    """A symbol that is on; or has a value, or has another. ``y``, ``m`` and ``n`` are their own values."""

    name: str
    value: str | None = None
    equal: bool = True

    def holds(self, values: Mapping[str, str]) -> bool:
        if self.value is None:
            return self.name in ON if self.name in ("y", "m", "n") else values.get(self.name, "n") in ON
        mine = values.get(self.name, self.name if self.name in ("y", "m", "n") else "n")
        return (mine.strip('"') == values.get(self.value, self.value)) is self.equal

    def needs(self, values: Mapping[str, str]) -> Iterator[str]:
        wanted = self.value is None or (self.value in ON) is self.equal
        if wanted and not self.holds(values) and self.name != "n":
            yield self.name


@frozen
class Not(Condition):
    """What holds when another does not."""

    of: Condition

    def holds(self, values: Mapping[str, str]) -> bool:
        return not self.of.holds(values)


@frozen
class Several(Condition):
    """All of some conditions, or one of them."""

    parts: tuple[Condition, ...]
    every: bool

    def holds(self, values: Mapping[str, str]) -> bool:
        return (all if self.every else any)(part.holds(values) for part in self.parts)

    def needs(self, values: Mapping[str, str]) -> Iterator[str]:
        if self.every:
            for part in self.parts:
                yield from part.needs(values)
        elif not self.holds(values):
            for part in self.parts:
                wanted = list(part.needs(values))
                if part.holds({**values, **dict.fromkeys(wanted, "y")}):
                    yield from wanted
                    return


ALWAYS: Final = Condition()


@define
class Entry:
    """A symbol, or a choice among symbols (``members``), as its files have it.

    Attributes:
        kind: ``bool``, ``tristate``, ``int``, ``hex``, ``string``; empty where none says.
        prompts: when a person can choose it: one of them must hold.
        depends: what all of must hold.
        defaults: value and condition, the first that holds counting; of a bool the value is an expression.
        selects: symbols that are on when it is and the condition holds.
        members: of a choice.
    """

    name: str
    kind: str = ""
    prompts: list[Condition] = field(factory=list)
    depends: list[Condition] = field(factory=list)
    defaults: list[tuple[str, Condition]] = field(factory=list)
    selects: list[tuple[str, Condition]] = field(factory=list)
    members: list[str] = field(factory=list)

    def possible(self, values: Mapping[str, str]) -> bool:
        """Whether all that it depends on holds."""
        return all(condition.holds(values) for condition in self.depends)

    def default(self, values: Mapping[str, str]) -> str | None:
        """The value of its first default whose condition holds; a symbol's is what that is."""
        for value, when in self.defaults:
            if when.holds(values):
                if self.kind in ("bool", "tristate", "boolean"):
                    return "y" if condition(value).holds(values) else "n"
                if self.kind in ("int", "hex"):
                    value = value.strip('"')
                return values.get(value) if _NAME.fullmatch(value) else value
        return None

    def member(self, values: Mapping[str, str]) -> str | None:
        """The member of a choice that is on where nobody chooses."""
        return next((value for value, when in self.defaults if when.holds(values)), None)

    def asked(self, values: Mapping[str, str]) -> bool:
        """Whether a person can choose it."""
        return any(prompt.holds(values) for prompt in self.prompts)


@frozen
class Kconfig:
    """The entries of a tree, by name, and its choices. A name may have several: each with what it depends on."""

    entries: Mapping[str, list[Entry]]
    choices: tuple[Entry, ...]
    choosers: Mapping[str, list[str]] = field(factory=dict)
    """Of each symbol that is selected, by whom, whatever else holds."""
    files: Mapping[str, Looked] = field(factory=dict)
    """Every file that was looked for, by name."""


@frozen
class Looked:
    """A file that was looked for: both None where there is none.

    Attributes:
        digest: of what it holds.
        state: what tells it from other files, and from itself after a change, without reading it.
    """

    digest: str | None
    state: State | None


State = tuple[int, int, int, int, int]


def look(path: str) -> tuple[Looked, bytes]:
    """A file, and what it holds; nothing where there is none."""
    try:
        state = state_of(path)
        with open(path, "rb") as file:  # noqa: PTH123 (there are thousands)
            data = file.read()
    except (OSError, ValueError):
        return Looked(None, None), b""
    return Looked(hashlib.sha256(data).hexdigest(), state), data


def state_of(path: str) -> State | None:
    """The state of a file; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 (as above)
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def kconfig(tree: Path) -> Kconfig:
    """What the files of a tree say; those that it does not have are left out."""
    reader = _Reader(tree)
    for root in ROOTS:
        reader.file(root)
    choosers: dict[str, list[str]] = {}
    for name, entries in reader.entries.items():
        for entry in entries:
            for chosen, when in entry.selects:
                if when is ALWAYS:
                    choosers.setdefault(chosen, []).append(name)
    return Kconfig(reader.entries, tuple(reader.choices), choosers, reader.files)


@define
class _Reader:
    """Reads files, each once; what is around an entry counts as what it depends on."""

    tree: Path
    entries: dict[str, list[Entry]] = field(factory=dict)
    choices: list[Entry] = field(factory=list)
    around: list[tuple[str, Entry]] = field(factory=list)
    seen: set[Path] = field(factory=set)
    files: dict[str, Looked] = field(factory=dict)

    def file(self, name: str) -> None:
        path = self.tree / name
        if str(path) in self.files:
            return
        looked, data = look(str(path))
        self.files[str(path)] = looked
        path = path.resolve()
        if path in self.seen or looked.digest is None:
            return
        self.seen.add(path)
        entry = Entry("")
        inside_help = False
        help_begins = -1
        for line in _lines(data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")):
            if inside_help:
                begins = len(line.expandtabs()) - len(line.expandtabs().lstrip())
                if not line.strip():
                    continue
                help_begins = begins if help_begins < 0 else help_begins
                if begins >= help_begins > 0:
                    continue
                inside_help = False
            word, _, rest = line.strip().replace("\t", " ").partition(" ")
            if word in ("help", "---help---"):
                inside_help, help_begins = True, -1
            elif word in _BLOCKS:
                entry = self.block(word, rest.strip(), entry)
            elif word in ("source", "osource", "rsource"):
                named = rest.strip().strip('"')
                self.file(f"{Path(name).parent / named}" if word == "rsource" else named)
            elif word:
                _attribute(entry, word, rest.strip())

    def block(self, word: str, rest: str, entry: Entry) -> Entry:
        """Begins or ends what a line does; gives what the attributes that follow are of."""
        if word.startswith("end"):
            if self.around:
                self.around.pop()
            return Entry("")
        if word in ("if", "menu", "choice"):
            inside = Entry("")
            if word == "if":
                inside.depends.append(condition(rest))
            elif word == "choice":
                inside.depends += [part for _, outer in self.around for part in outer.depends]
                self.choices.append(inside)
            self.around.append((word, inside))
            return inside
        if word in ("config", "menuconfig"):
            entry = Entry(rest)
            self.entries.setdefault(rest, []).append(entry)
            kinds = [kind for kind, _ in self.around]
            if "choice" in kinds:
                self.around[kinds.index("choice")][1].members.append(rest)
            entry.depends += [Several(tuple(outer.depends), every=True) for _, outer in self.around if outer.depends]
            return entry
        return Entry("")


_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_BLOCKS: Final = frozenset(
    ("config", "menuconfig", "if", "endif", "menu", "endmenu", "choice", "endchoice", "comment", "mainmenu")
)


def _lines(text: str) -> Iterator[str]:
    for line in text.replace("\\\n", " ").split("\n"):
        if "#" in line:
            line = _COMMENT.sub("", line)
        yield line


def _attribute(entry: Entry, word: str, rest: str) -> None:
    if word in ("bool", "tristate", "int", "hex", "string", "boolean"):
        entry.kind = word
        if rest.startswith(('"', "'")):
            entry.prompts.append(_guarded(rest)[1])
    elif word == "prompt":
        entry.prompts.append(_guarded(rest)[1])
    elif word == "depends":
        entry.depends.append(condition(rest.removeprefix("on").strip()))
    elif word in ("default", "def_bool", "def_tristate"):
        entry.kind = {"def_bool": "bool", "def_tristate": "tristate"}.get(word, entry.kind)
        value, when = _guarded(rest)
        entry.defaults.append((value, when))
    elif word in ("select", "imply"):
        name, when = _guarded(rest)
        entry.selects.append((name, when))


def _guarded(text: str) -> tuple[str, Condition]:
    """``VALUE if CONDITION``."""
    parts = re.split(r"\bif\b(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", text, maxsplit=1)
    return parts[0].strip(), condition(parts[1]) if len(parts) > 1 else ALWAYS


@cache
def condition(text: str) -> Condition:
    """An expression of the language. What cannot be read does not hold."""
    words = _WORD.findall(text)
    try:
        found, rest = _either(words)
    except IndexError:
        return Symbol("n")
    return found if not rest else Symbol("n")


def _either(words: list[str]) -> tuple[Condition, list[str]]:
    part, words = _both(words)
    parts = [part]
    while words and words[0] == "||":
        part, words = _both(words[1:])
        parts.append(part)
    return (parts[0] if len(parts) == 1 else Several(tuple(parts), every=False)), words


def _both(words: list[str]) -> tuple[Condition, list[str]]:
    part, words = _one(words)
    parts = [part]
    while words and words[0] == "&&":
        part, words = _one(words[1:])
        parts.append(part)
    return (parts[0] if len(parts) == 1 else Several(tuple(parts), every=True)), words


def _one(words: list[str]) -> tuple[Condition, list[str]]:
    first, words = words[0], words[1:]
    if first == "!":
        inner, words = _one(words)
        return Not(inner), words
    if first == "(":
        inner, words = _either(words)
        return inner, words[1:]
    if words and words[0] in ("=", "!="):
        return Symbol(first.strip("\"'"), words[1].strip("\"'"), equal=words[0] == "="), words[2:]
    if words and words[0] in ("<", ">", "<=", ">="):
        return Symbol("n"), words[2:]
    return Symbol("n" if first.startswith("$") else first.strip("\"'")), words


_WORD: Final = re.compile(r"\$\((?:[^()]|\([^()]*\))*\)|\|\||&&|!=|<=|>=|[!()=<>]|\"[^\"]*\"|'[^']*'|[\w.\-/]+")
_COMMENT: Final = re.compile(r"#(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$).*")
