"""How files are compiled, as a ``compile_commands.json`` says, and what of that is passed on to the front end.

Such a file may come from a stranger, another machine or another compiler, and an option can make a compiler read any
file or load any code. So of a command only what says what the C means is taken: macros, folders for headers and files
included first, where these lie within bounds, the language, and a few options of `DIALECT`. Nothing of it is run.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

from attrs import define, field, frozen

from modelcheck.errors import InputError
from modelcheck.reading import file_content, is_file, within

FILE: Final = "compile_commands.json"

DIALECT: Final = ("-funsigned-char", "-fsigned-char", "-fshort-wchar", "-fms-extensions")
"""Options of a compiler that change what C means, and that ours knows, too."""

FOLDERS: Final = ("-I", "-isystem", "-iquote", "-idirafter")
"""Options that a folder for headers follows."""


@frozen
class Command:
    """One command: the file that it compiles, the folder in which it runs, and its words, the compiler's name first."""

    file: str
    folder: str
    words: tuple[str, ...]


@frozen
class Taken:
    """What of a command is passed on.

    Attributes:
        options: for clang.
        left_out: what is not, though it may matter; each as it is written, some with the reason.
    """

    options: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


@frozen
class Place:
    """A folder of this machine, ``here``, that a command of another one calls ``there``."""

    there: str
    here: Path


@frozen
class Commands:
    """A ``compile_commands.json``; it is read where it is asked, and raises `InputError` there if it is wrong.

    Attributes:
        file: its path.
        bounds: where folders and files must lie that its commands name.
    """

    file: Path
    bounds: tuple[Path, ...] = field(eq=False)

    def of(self, source: Path, root: Path, places: Iterable[Place] = ()) -> tuple[Command, tuple[Place, ...]] | None:
        """The command for a file below the folder ``root``, and what its folders are called here; None: it has none.

        ``places``: folders that the commands call otherwise.

        Where no command names the file itself, one counts whose file is not on this machine and is called the same
        below another folder: that one is taken for ``root``, and a folder to run in that is not here for the one in
        which the commands are.
        """
        commands = _read(self.file, _state(self.file))
        named = commands.get(source.name, ())
        real = source.resolve()
        wanted = {os.path.abspath(source), str(real)}  # noqa: PTH100 (links stay)
        wanted |= {
            f"{place.there}{str(real).removeprefix(str(place.here))}"
            for place in places
            if real.is_relative_to(place.here)
        }
        exact = [one for one in named if one.file in wanted]
        exact = exact or [one for one in named if os.path.realpath(one.file) in wanted]
        if exact:
            return exact[0], self._moved(exact[0])
        try:
            inside = f"/{real.relative_to(root.resolve()).as_posix()}"
        except ValueError:
            return None
        elsewhere = [one for one in named if one.file.endswith(inside) and not os.path.lexists(one.file)]
        if not elsewhere:
            return None
        nearest = min(elsewhere, key=lambda one: len(one.file))
        return nearest, (Place(nearest.file.removesuffix(inside), root), *self._moved(nearest))

    def root(self, folder: Path) -> Path:
        """The folder of a project whose C files are in ``folder``: that of the commands, where it holds them."""
        return self.file.parent if folder.resolve().is_relative_to(self.file.parent) else folder

    def _moved(self, command: Command) -> tuple[Place, ...]:
        return () if os.path.isdir(command.folder) else (Place(command.folder, self.file.parent),)  # noqa: PTH112

    def taken(
        self, source: Path, root: Path, known: Callable[[Path], bool] | None = None, places: Iterable[Place] = ()
    ) -> Taken | None:
        """What of the command for a file is passed on (`of`), as `taken`; None where there is none.

        ``known``: given where the file is one of a kernel, whose language is known. ``places``: folders besides.
        """
        known_places = tuple(places)
        found = self.of(source, root, known_places)
        if found is None:
            return None
        command, moved = found
        return taken(command, (*known_places, *moved), self.bounds, known or _nothing, language=known is None)


def _state(file: Path) -> tuple[int, ...]:
    try:
        state = file.stat()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", str(file)) from None
    return state.st_dev, state.st_ino, state.st_mtime_ns, state.st_ctime_ns, state.st_size


@lru_cache(maxsize=4)
def _read(file: Path, _: tuple[int, ...]) -> Mapping[str, tuple[Command, ...]]:
    """The commands, by the name of their file without its folder."""
    try:
        listed = json.loads(file_content(file))
    except UnicodeDecodeError as error:
        raise InputError(f"is no UTF-8 text (byte {error.start})", str(file)) from None
    except RecursionError:
        raise InputError("is nested too deeply", str(file)) from None
    except json.JSONDecodeError as error:
        raise InputError(f"is no JSON: {error.msg}", str(file), error.lineno, error.colno) from None
    except ValueError:
        raise InputError("a number here has too many digits", str(file)) from None
    if not isinstance(listed, list):
        raise InputError(f"is no {FILE}: that is an array of commands", str(file))
    found: dict[str, tuple[Command, ...]] = {}
    for number, entry in enumerate(listed, 1):
        command = _command(entry, number, file)
        name = os.path.basename(command.file)  # noqa: PTH119
        found[name] = (*found.get(name, ()), command)
    return found


def _command(entry: Any, number: int, file: Path) -> Command:
    def wrong(what: str) -> InputError:
        return InputError(f"entry {number} {what}", str(file))

    if not isinstance(entry, dict):
        raise wrong("is no table of directory, file, and command or arguments")
    for key in ("directory", "file"):
        if not isinstance(entry.get(key), str) or not entry[key] or "\0" in entry[key]:
            raise wrong(f"has no '{key}', the path of a {'folder' if key == 'directory' else 'file'}")
    words, line = entry.get("arguments"), entry.get("command")
    if isinstance(line, str) and words is None:
        words = words_of(line)
        if words is None:
            raise wrong("has a 'command' whose quotes do not end")
    if not isinstance(words, list) or not all(isinstance(word, str) and "\0" not in word for word in words):
        raise wrong("has neither 'arguments', an array of strings, nor a 'command'")
    folder = os.path.normpath(os.path.join(file.parent, entry["directory"]))  # noqa: PTH118 (paths of any machine)
    return Command(os.path.normpath(os.path.join(folder, entry["file"])), folder, tuple(words))  # noqa: PTH118


def words_of(line: str) -> list[str] | None:
    """The words of the first command in a line of a shell; None where its quotes do not end."""
    reader = shlex.shlex(line, posix=True, punctuation_chars=";&|")
    reader.whitespace_split = True
    reader.commenters = ""
    try:
        return list(takewhile(lambda word: word[0:1] not in (";", "&", "|"), reader))
    except ValueError:
        return None


def taken(
    command: Command,
    places: Iterable[Place],
    bounds: Sequence[Path],
    known: Callable[[Path], bool],
    language: bool,
) -> Taken:
    """What of a command is passed on.

    Args:
        command: the command.
        places: folders that it calls otherwise.
        bounds: where what it names must lie.
        known: whether a folder for headers, or a file included first, is given already, or must not be.
        language: whether its ``-std`` counts.
    """
    taking = _Taking(command, tuple(places), bounds, known, language)
    taking.all()
    return Taken(tuple(taking.options), tuple(dict.fromkeys(taking.left_out)))


def _nothing(_: Path) -> bool:
    return False


@define
class _Taking:
    command: Command
    places: tuple[Place, ...]
    bounds: Sequence[Path]
    known: Callable[[Path], bool]
    language: bool
    options: list[str] = field(factory=list)
    left_out: list[str] = field(factory=list)

    def all(self) -> None:
        words = iter(self.command.words[1:])
        for word in words:
            if word.startswith("@"):
                self.left_out.append(f"'{word}'")
            elif word.startswith("-"):
                self.option(word, words)

    def option(self, word: str, words: Iterator[str]) -> None:
        """Takes an option, with the word that follows where it belongs to it."""
        for name in _VALUED:
            if word == name or (word.startswith(name) and name in _JOINED):
                value = word.removeprefix(name) or next(words, "")
                self.valued(name, value)
                return
        if word in DIALECT or (self.language and _LANGUAGE.fullmatch(word)):
            self.options.append(word)
        elif _MEANING.match(word):
            self.left_out.append(f"'{word}'")

    def valued(self, name: str, value: str) -> None:
        if name in ("-D", "-U"):
            if _MACRO.fullmatch(value):
                self.options.append(f"{name}{value}")
            else:
                self.left_out.append(f"'{name}{value}'")
        elif name in FOLDERS or name == "-include":
            path = self.here(value)
            if self.known(path):
                return
            if not within(path, self.bounds):
                self.left_out.append(f"'{name} {value}', which lies elsewhere: --allow its folder if it is to be read")
            elif not (is_file(path) if name == "-include" else path.is_dir()):
                self.left_out.append(f"'{name} {value}', which is not there")
            elif name == "-include" and any(os.path.lexists(f"{path}{end}") for end in _COMPILED):
                self.left_out.append(f"'{name} {value}', which a compiled header beside it would stand for")
            else:
                self.options += [name, str(path)]
        elif name in _TOLD:
            self.left_out.append(f"'{name} {value}'")

    def here(self, path: str) -> Path:
        """What a path in the command is on this machine."""
        path = os.path.normpath(os.path.join(self.command.folder, path))  # noqa: PTH118
        for place in self.places:
            if path == place.there or path.startswith(f"{place.there}/"):
                return Path(f"{place.here}{path.removeprefix(place.there)}")
        return Path(path)


_COMPILED: Final = (".pch", ".gch")
"""How the names of compiled headers end, which clang takes for those beside them, unseen."""
_TOLD: Final = ("-Xclang", "-Xpreprocessor", "-imacros", "-isysroot", "--sysroot")
_VALUED: Final = (
    *("-D", "-U", "-isystem", "-iquote", "-idirafter", "-include", "-imacros", "-isysroot", "-iprefix"),
    *("-iwithprefixbefore", "-iwithprefix", "-I", "-MF", "-MT", "-MQ", "-Xclang", "-Xpreprocessor", "-Xassembler"),
    *("-Xlinker", "--sysroot", "--param", "-mllvm", "-target", "-arch", "-o", "-x", "-B", "-T", "-u", "-L", "-l"),
)
"""Options that a word follows, unless it is part of theirs; longer names before those that they begin with."""
_JOINED: Final = frozenset(
    (
        *("-D", "-U", "-I", "-isystem", "-iquote", "-idirafter", "-include", "-imacros", "-isysroot"),
        "-o",
        "-x",
        "-L",
        "-l",
    )
)
_LANGUAGE: Final = re.compile(r"-std=(?:c|gnu|iso9899:)(?:99|11|17|18|2x|1999|2011|2017|2018)")
_MACRO: Final = re.compile(r"[A-Za-z_]\w*(?:\([\w, .]*\))?(?:=[^\n\r]*)?")
_MEANING: Final = re.compile(r"-(?:fshort-enums|fpack-struct|m(?:16|32|x32)$|mbig-endian|Wp,.*-[DUI]|-sysroot=)")
