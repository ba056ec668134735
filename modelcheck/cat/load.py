"""Models by name or path: text found, includes followed, elaborated once."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from modelcheck.cat import syntax
from modelcheck.cat.elaborate import Elaborator
from modelcheck.cat.model import Model
from modelcheck.cat.parser import parse
from modelcheck.errors import InputError

BUILT_IN = ("sc", "tso", "pso", "lkmm", "rc11")
"""Names of the models that come with the project."""


def load_model(name: str) -> Model:
    """The model of that name, or in the cat file of that path (anything with a dot or a slash in it is a path).

    An unchanged model is parsed once in a process.

    Raises InputError when there is none, or its text is wrong (with line and column).
    """
    if name in BUILT_IN:
        return _built_in(name)
    path = Path(name)
    if "/" not in name and "." not in name:
        raise InputError(f"no model is named {name}; there are {', '.join(BUILT_IN)}, and every path to a .cat file")
    try:
        return _from_file(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise InputError(f"cannot read this model: {error.strerror}", name) from None


def model_from_text(text: str, name: str = "model.cat", folder: Path | None = None) -> Model:
    """The model that ``text`` describes; includes are looked for in ``folder``, then among the built-in ones."""
    loader = _Loader(folder, (name,))
    elaborator = Elaborator(loader.include)
    elaborator.run(_prelude().instructions)
    file = parse(text, name)
    elaborator.run(file.instructions)
    return Model.of(name.rsplit("/", 1)[-1].removesuffix(".cat"), elaborator)


@cache
def _built_in(name: str) -> Model:
    file = resources.files("modelcheck.models").joinpath(f"{name}.cat")
    return model_from_text(file.read_text(encoding="utf-8"), f"{name}.cat")


@cache
def _from_file(path: Path, _changed: int) -> Model:
    return model_from_text(_read(path), str(path), path.parent)


@cache
def _prelude() -> syntax.File:
    return parse(resources.files("modelcheck.cat").joinpath("prelude.cat").read_text(encoding="utf-8"), "prelude.cat")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError("this is no text file (UTF-8)", str(path)) from None


class _Loader:
    """Finds included files beside the one that includes, then among the built-in ones."""

    def __init__(self, folder: Path | None, open_files: tuple[str, ...]) -> None:
        self.folder = folder
        self.open_files = open_files

    def include(self, path: str, at: syntax.Place) -> syntax.File:
        """The syntax of an included file, its own includes already in their places."""
        if self.folder is not None and (self.folder / path).is_file():
            name, text = str(self.folder / path), _read(self.folder / path)
            folder: Path | None = (self.folder / path).parent
        else:
            found = resources.files("modelcheck.models").joinpath(path)
            if not path or ".." in path or path.startswith("/") or not found.is_file():
                raise InputError(
                    f"cannot find {path}, neither beside this file nor built in", at.file, at.line, at.column
                )
            name, text, folder = path, found.read_text(encoding="utf-8"), None
        if name in self.open_files:
            raise InputError(f"{path} includes itself", at.file, at.line, at.column)
        file = parse(text, name)
        inner = _Loader(folder, (*self.open_files, name))
        return syntax.File(file.title, tuple(inner.expand(file.instructions)))

    def expand(self, instructions: tuple[syntax.Instruction, ...]) -> list[syntax.Instruction]:
        """``instructions`` with every include replaced by what it includes."""
        result: list[syntax.Instruction] = []
        for instruction in instructions:
            if isinstance(instruction, syntax.Include):
                result.extend(self.include(instruction.path, instruction.at).instructions)
            else:
                result.append(instruction)
        return result
