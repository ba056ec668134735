"""Which kernel a spec is for: the tree that it names, or the user gives, and its version."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from modelcheck.errors import InputError
from modelcheck.frontend.spec import locate
from modelcheck.frontend.spec.document import Document
from modelcheck.frontend.spec.given import Wish, tree_for
from modelcheck.frontend.spec.spec import ANY
from modelcheck.frontend.spec.versions import Condition, Version, condition, is_condition
from modelcheck.frontend.spec.written import OR, RELEASE, Text
from modelcheck.kernel import PREFIX, VARIABLE, Tree
from modelcheck.kernel.named import asked, asked_build, given, given_build
from modelcheck.reading import allowed, bounds_of, refusal, within


def version_of(kernel: object, tree: Tree | None) -> Version | None:
    """Of which kernel the sources are, as far as that is known."""
    if tree is not None:
        return tree.version
    if isinstance(kernel, str) and RELEASE.fullmatch(kernel):
        major, minor, patch = (*map(int, kernel.split(".")), 0)[:3]
        return major, minor, patch
    return None


def tree_of(folder: Path, document: Document) -> Tree | None:
    """The kernel tree, where a spec needs one or the user has asked for it."""
    text, kernel = document.text, document.raw.get("kernel")
    asks = kernel if isinstance(kernel, str) and is_condition(kernel) else None
    named = kernel if isinstance(kernel, str) and not asks and kernel != ANY and not RELEASE.fullmatch(kernel) else None
    needs = next(_of_the_tree(document.raw), ("kernel",) if named or asks or kernel == ANY else None)
    ours = theirs = None
    if asked() is None and not (needs and given()):
        ours = _folder(folder, text, "kernel", named)
    build = document.raw.get("kernel-build")
    if isinstance(build, str) and asked_build() is None and not (needs and given_build()):
        theirs = _folder(folder, text, "kernel-build", build)
    try:
        tree = tree_for(Wish(folder, needs is not None, ours, theirs))
    except InputError as error:
        if theirs is not None and error.file == str(theirs.resolve()):
            text.wrong(f"'{build}' {error.message}", "kernel-build")
        if ours is None or error.file != str(ours):
            raise
        text.wrong(f"'{named}' is no release of Linux as 4.19 or 6.1.12, and as a folder: {error.message}", "kernel")
    if tree is None:
        if needs:
            text.wrong(f"needs a tree of the kernel's sources: give it with --kernel DIR, or in {VARIABLE}", *needs)
        return None
    if asks and not _condition(asks, text).holds(tree.version):
        text.wrong(f"this is for Linux {asks}, and the tree is of version {tree.release}", "kernel")
    return tree


def _folder(folder: Path, text: Text, key: str, named: str | None) -> Path | None:
    """The folder of a tree or build that a spec names."""
    if named is None:
        return None
    where = folder / Path(named).expanduser()
    if not within(where, (*bounds_of(folder), *allowed())):
        text.wrong(refusal(named, folder), key)
    return where


def _condition(asks: str, text: Text) -> Condition:
    try:
        return condition(asks)
    except ValueError as error:
        text.wrong(str(error), "kernel")


def _of_the_tree(raw: dict[str, Any]) -> Iterator[locate.Path]:
    """Where sources or folders are named that are in the tree: as `Text.at` finds them."""
    yield from _prefixed(raw.get("include"), ("include",))
    scenarios = raw.get("scenarios")
    inner = scenarios.items() if isinstance(scenarios, dict) else ()
    for value, path in ((raw, ()), *((of, ("scenarios", name)) for name, of in inner)):
        yield from _prefixed(value.get("sources") if isinstance(value, dict) else None, (*path, "sources"))


def _prefixed(value: Any, path: locate.Path) -> Iterator[locate.Path]:
    if isinstance(value, str):
        if any(part.startswith(PREFIX) for part in value.split(OR)):
            yield path
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _prefixed(inner, (*path, key))
