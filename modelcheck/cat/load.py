"""Models by name or path: text found, includes followed, elaborated once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from modelcheck.cat import syntax
from modelcheck.cat.choices import lockless
from modelcheck.cat.elaborate import Elaborator, UndefinedNameError
from modelcheck.cat.kept import keep, kept
from modelcheck.cat.model import Model
from modelcheck.errors import InputError
from modelcheck.reading import bounds_of, file_content, is_file, refusal, within

BUILT_IN = ("sc", "tso", "pso", "lkmm", "rc11")
"""Names of the models that come with the project."""


def load_model(name: str, *, bell: str | None = None, variants: frozenset[str] = frozenset()) -> Model:
    """The model of that name, or in the cat file of that path (anything with a dot or a slash in it is a path).

    Args:
        name: a built-in name, or a path.
        bell: path of a bell file, whose definitions the model may use.
        variants: what conditions like ``if "variant"`` ask for.

    Files that have not changed, included ones neither, are parsed once in a process.

    Raises InputError when there is none, or its text is wrong (with line and column).
    """
    if name in BUILT_IN and bell is None:
        return _built_in(name)
    path = _built_in_path(name)
    if path is None:
        path = Path(name)
        if "/" not in name and "." not in name:
            raise InputError(
                f"no model is named {name}; there are {', '.join(BUILT_IN)}, and every path to a .cat file"
            )
    return _from_files((path,) if bell is None else (path, Path(bell)), variants)


def model_digest(name: str) -> str:
    """SHA-256 of all files that the model of `load_model` rests on, wherever they lie; a built-in one gives its name.

    Raises what `load_model` raises.
    """
    if name in BUILT_IN:
        return name
    load_model(name)
    path = Path(name)
    _, files = _MODELS[(path,), frozenset()]
    found = hashlib.sha256()
    for file, text in files.items():
        found.update(repr((os.path.relpath(file, path.parent), text)).encode())
    return found.hexdigest()


def model_from_text(
    text: str,
    name: str = "model.cat",
    folder: Path | None = None,
    *,
    bell: syntax.Included | None = None,
    variants: frozenset[str] = frozenset(),
) -> Model:
    """The model that ``text`` describes; includes are looked for in ``folder``, then among the built-in ones.

    ``bell`` is carried out before it; ``variants`` as for `load_model`.
    """
    return _elaborated(text, name, _Loader(folder, (name,)), bell, variants)


def _elaborated(text: str, name: str, loader: _Loader, bell: syntax.Included | None, variants: frozenset[str]) -> Model:
    try:
        instructions = loader.expand(_instructions(_parse(text, name)))
        if bell is not None:
            instructions.insert(0, bell)
        elaborator = Elaborator(loader.include, variants)
        if any(map(_chooses, instructions)):
            elaborator.names.update(lockless(elaborator.terms))
        elaborator.run(_prelude().instructions)
        elaborator.run(instructions)
    except RecursionError:
        raise InputError("this model is nested too deeply", name) from None
    return Model.of(name.rsplit("/", 1)[-1].removesuffix(".cat"), elaborator)


def _chooses(instruction: syntax.Instruction) -> bool:
    return isinstance(instruction, syntax.Included) and (
        instruction.locks or any(map(_chooses, instruction.instructions))
    )


def _built_in_path(name: str) -> Path | None:
    if name not in BUILT_IN:
        return None
    with resources.as_file(resources.files("modelcheck.models").joinpath(f"{name}.cat")) as path:
        return path


@cache
def _built_in(name: str, variants: frozenset[str] = frozenset()) -> Model:
    known = "-".join((name, *sorted(variants)))
    model = kept(known)
    if model is None:
        file = resources.files("modelcheck.models").joinpath(f"{name}.cat")
        model = model_from_text(file.read_text(encoding="utf-8"), f"{name}.cat", variants=variants)
        keep(known, model)
    model.idempotent = True
    model.monotonic = name in _MONOTONIC
    return model


def mixed_model(model: Model) -> Model | None:
    """A model that comes along as it is of executions whose accesses are in pieces, which ``si`` relates: each access
    is one step. It forbids all that ``model`` does. None where nothing is said of such executions."""
    return _built_in(model.name, frozenset({"mixed"})) if model.monotonic else None


_MONOTONIC = ("sc", "tso", "pso", "lkmm")
"""Those in which an edge of po, rf, co or fr more allows, and flags, no more (as `Model.monotonic` has it). rc11 asks
for accesses to different locations in one place, where an access and a part of it are neither one nor two."""

_MODELS: dict[tuple[tuple[Path, ...], frozenset[str]], tuple[Model, Mapping[Path, bytes | None]]] = {}
"""The models made from files most recently, each with the content of all files that it rests on (None: not there)."""

MOST = 16
"""How many of them are remembered."""


def _from_files(paths: tuple[Path, ...], variants: frozenset[str]) -> Model:
    """The model in the first of ``paths``, with the bell file that is the other."""
    found = _MODELS.pop((paths, variants), None)
    if found is None or any(_content(file) != before for file, before in found[1].items()):
        path, *bells = paths
        read: dict[Path, bytes | None] = {}
        bell = _bell(bells[0], read) if bells else None
        loader = _Loader(path.parent, (str(path),), read)
        text = _read(path, read)
        try:
            found = _elaborated(text, str(path), loader, bell, variants), read
        except UndefinedNameError as error:
            beside = path.with_suffix(".bell")
            if bells or not beside.is_file():
                raise
            message = f"{error.message}; should {beside} be given as its bell file?"
            raise InputError(message, error.file, error.line, error.column) from None
        if len(_MODELS) >= MOST:
            del _MODELS[next(iter(_MODELS))]
    _MODELS[paths, variants] = found
    return found[0]


def _bell(file: Path, read: dict[Path, bytes | None]) -> syntax.Included:
    loader = _Loader(file.parent, (str(file),), read)
    try:
        instructions = loader.expand(_parse(_read(file, read), str(file)).instructions)
    except RecursionError:
        raise InputError("this bell file is nested too deeply", str(file)) from None
    return syntax.Included(syntax.Place(str(file), 1, 1), str(file), tuple(instructions))


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _instructions(file: syntax.File) -> tuple[syntax.Instruction, ...]:
    """What a file says; one that is for C (its first word) has names of its own."""
    return (*_of_c(), *file.instructions) if file.title == "C" else file.instructions


@cache
def _of_c() -> tuple[syntax.Instruction, ...]:
    """Accesses that are not atomic; and the initial writes are of one thread."""
    text = "let NA = M \\ (IW | A | LKR | LKW | UL | LF | RL | RU)\nlet ext = ext \\ (IW * IW)"
    return _parse(text, "prelude.cat").instructions


@cache
def _prelude() -> syntax.File:
    return _parse(resources.files("modelcheck.cat").joinpath("prelude.cat").read_text(encoding="utf-8"), "prelude.cat")


def _read(path: Path, read: dict[Path, bytes | None]) -> str:
    """The text in ``path``; its content is noted in ``read``."""
    try:
        found = read[path] = file_content(path, "cannot read this model")
        return found.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise InputError("this is no text file (UTF-8)", str(path)) from None


def _parse(text: str, file: str) -> syntax.File:
    """The syntax tree of one cat file."""
    from modelcheck.cat.parser import parse  # brings lark, which a kept model does without

    return parse(text, file)


class _Loader:
    """Finds included files beside the one that includes, then among the built-in ones; ``read`` gets what it found.

    Those beside lie within the bounds of ``home``, the folder of the first file.
    """

    def __init__(
        self,
        folder: Path | None,
        open_files: tuple[str, ...],
        read: dict[Path, bytes | None] | None = None,
        home: Path | None = None,
    ) -> None:
        self.folder = folder
        self.home = folder if home is None else home
        self.open_files = open_files
        self.read = {} if read is None else read

    def include(self, path: str, at: syntax.Place) -> syntax.Included:
        """The instructions of an included file, its own includes already in their places."""
        own = self.folder is not None and is_file(self.folder / path)
        if self.folder is not None and own:
            if not within(self.folder / path, bounds_of(self.home or self.folder)):
                raise InputError(refusal(path, self.home or self.folder), at.file, at.line, at.column)
            name, text = str(self.folder / path), _read(self.folder / path, self.read)
            folder: Path | None = (self.folder / path).parent
        else:
            if self.folder is not None:
                self.read[self.folder / path] = None
            found = resources.files("modelcheck.models").joinpath(path)
            if not path or ".." in path or path.startswith("/") or not found.is_file():
                raise InputError(
                    f"cannot find {path}, neither beside this file nor built in", at.file, at.line, at.column
                )
            name, text, folder = path, found.read_text(encoding="utf-8"), None
        if name in self.open_files:
            raise InputError(f"{path} includes itself", at.file, at.line, at.column)
        inner = _Loader(folder, (*self.open_files, name), self.read, self.home)
        instructions = inner.expand(_instructions(_parse(text, name)))
        return syntax.Included(at, path, tuple(instructions), own and Path(path).name == "lock.cat")

    def expand(self, instructions: tuple[syntax.Instruction, ...]) -> list[syntax.Instruction]:
        """``instructions`` with every include replaced by what it includes."""
        return [self.include(i.path, i.at) if isinstance(i, syntax.Include) else i for i in instructions]
