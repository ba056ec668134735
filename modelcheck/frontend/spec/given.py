"""The kernel tree of a spec, with the build and the compile commands that count: named by the user, or by the spec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import evolve, frozen

from modelcheck.commands import FILE, Commands
from modelcheck.errors import InputError
from modelcheck.kernel import Built, Tree, built_in, kernel_tree
from modelcheck.kernel.config import FORCED, OF_THE_MACHINE
from modelcheck.kernel.named import asked, asked_build, given, given_build, given_commands
from modelcheck.reading import allowed, bounds_of, is_file, within


@frozen
class Wish:
    """What a spec says of a tree.

    Attributes:
        folder: of the spec: where it names folders, they must lie in its bounds.
        needed: whether it needs a tree.
        tree, build: the folders that it names.
    """

    folder: Path
    needed: bool = False
    tree: Path | None = None
    build: Path | None = None


def tree_for(wish: Wish) -> Tree | None:
    """The tree that counts; None where none is named, or one is that nobody has asked for and the spec does not need.

    Raises `InputError` for folders that are none, or do not belong to each other.
    """
    needed = wish.needed or wish.build is not None
    tree = asked() or (given() if needed else None)
    user = asked_build() or (given_build() if needed else None)
    build = user or wish.build
    if build is None:
        tree = tree or wish.tree
        return None if tree is None else _commanded(kernel_tree(tree), wish)
    built = built_in(build)
    if tree is None and (user is None or built.tree is None or not built.tree.is_dir()):
        tree = wish.tree  # the sources of a build that the user names count before those of the spec
    if tree is not None:
        found = kernel_tree(tree)
        _check(built, found)
    else:
        found = kernel_tree(_named_by(built, wish.folder if user is None else None))
    return _commanded(evolve(found, built=built), wish)


def _named_by(built: Built, folder: Path | None) -> Path:
    """The tree that a build names; ``folder``: of the spec, where that names the build."""
    if built.tree is None:
        raise InputError("does not say of which sources it is a build: name them with --kernel DIR", str(built.folder))
    if not built.tree.is_dir():
        told = f"is a build of {built.tree}, which is not there: name the sources with --kernel DIR"
        raise InputError(told, str(built.folder))
    if folder is not None and not within(built.tree, (*bounds_of(folder), *allowed())):
        told = f"is a build of {built.tree}, which no one has allowed: name it with --kernel DIR, or --allow it"
        raise InputError(told, str(built.folder))
    return built.tree


def _check(built: Built, tree: Tree) -> None:
    """Complains of a build that is one of another tree, of another version."""
    if built.tree is None or not built.tree.is_dir() or built.tree.resolve() == tree.folder:
        return
    other = kernel_tree(built.tree)
    if other.version != tree.version:
        told = f"is a build of {built.tree}, Linux {other.release}, and not of {tree.folder}, Linux {tree.release}"
        raise InputError(told, str(built.folder))


def _commanded(tree: Tree, wish: Wish) -> Tree:
    file = given_commands()
    if file is None and tree.built is not None and is_file(tree.built.folder / FILE):
        file = tree.built.folder / FILE
    if file is None:
        return tree
    folders = (tree.folder,) if tree.built is None else (tree.folder, tree.built.folder)
    return evolve(tree, commands=Commands(file.resolve(), (*folders, *bounds_of(wish.folder))))


def commands_for(folder: Path) -> Commands | None:
    """The compile commands for files in ``folder``, or below it, where there is no kernel tree."""
    file = given_commands()
    return None if file is None else Commands(file.resolve(), (*bounds_of(folder), *bounds_of(file)))


def notes(
    tree: Tree | None,
    commands: Commands | None,
    config: Mapping[str, str],
    varied: Mapping[str, str],
    sources: Sequence[Path],
    folder: Path,
) -> Iterator[str]:
    """What is to be told of all that before anything is checked.

    Args:
        tree: the tree, if there is one.
        commands: what counts where there is none.
        config: as the spec says.
        varied: what its variants say besides.
        sources: C files.
        folder: of the spec.
    """
    if tree is not None:
        if tree.note:
            yield f"{tree.folder}: {tree.note}"
        if tree.built is not None:
            yield from _of_build(tree, tree.built, config)
        if (misfit := tree.misfit({**varied, **config})) is not None:
            raise InputError(misfit, str(folder))
        yield from _unknown(tree, {**varied, **config}, sources)
        commands = tree.commands
    root = folder if tree is None else tree.folder
    for source in sources:
        if tree is not None and not source.resolve().is_relative_to(tree.folder):
            continue
        if tree is not None:
            found = tree.taken(source)
        else:
            found = None if commands is None else commands.taken(source, commands.root(folder))
        if found is None and commands is not None:
            real, top = source.resolve(), root.resolve()
            inside = real.relative_to(top).as_posix() if real.is_relative_to(top) else str(source)
            then = "the tree's Makefiles count" if tree is not None else "it is read without options"
            yield f"{commands.file}: says nothing of {inside}: {then}"
        if found is not None and found.left_out:
            yield f"{source}: of the command that compiles it {', '.join(found.left_out)} is left out"


def _unknown(tree: Tree, config: Mapping[str, str], sources: Sequence[Path]) -> Iterator[str]:
    """Tells of misspelt symbols. Those of other versions look alike, and a spec may serve several: so it goes on."""
    for name, near in tree.unknown(config, sources).items():
        hint = f"; did you mean '{near}'?" if near else ""
        yield f"{tree.folder}: Linux {tree.release} knows no {name}, of which the spec says {config[name]}{hint}"


def _of_build(tree: Tree, built: Built, config: Mapping[str, str]) -> Iterator[str]:
    place = built.folder
    if built.tree is not None and built.tree.is_dir() and built.tree.resolve() != tree.folder:
        yield f"{place}: is a build of {built.tree}, which is taken for the same as {tree.folder}"
    if built.version is not None and built.version != tree.version:
        version = ".".join(map(str, built.version))
        yield f"{place}: was configured for Linux {version}, the tree is {tree.release}: symbols in neither are off"
    for symbol, why in OF_THE_MACHINE.items():
        if built.value(symbol) == "n":
            yield f"{place}: {symbol} is off in this build, but {why}: it is on"
    for symbol, value in config.items():
        was = built.value(symbol)
        if value != was and symbol.removeprefix("CONFIG_") not in FORCED:
            yield f"{place}: {symbol} is {was} in this build and {value} in the spec, which counts"
