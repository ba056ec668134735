"""What is told of the program under check in its own words, where our headers' would tell a reader nothing."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

_MEMBER: Final = re.compile(r"\.(__[a-z]\w*)(?:\.counter)?")
_DECLARED: Final = re.compile(r"^\t[\w ]+[ *](__[a-z]\w*)(?:\[[^\]]*\])?;", re.MULTILINE)
_KERNELS: Final = frozenset({"__state", "__rb_parent_color"})
"""Members of our headers that the kernel's have, too, under that name."""

_OUR_OBJECT: Final = re.compile(r"\b__mc_(\w+)")


def plain(text: str) -> str:
    """``text`` without the names that our headers alone know: a member that the kernel's or POSIX's structure does not
    have is told as the object that it is in (``lock.__word`` as ``lock``), an object of our own as internal."""
    text = _MEMBER.sub(lambda found: "" if found[1] in _ours() else found[0], text)
    return _OUR_OBJECT.sub(r"(internal) \1", text)


@cache
def _ours() -> frozenset[str]:
    """The members of our headers' structures that the kernel's do not have."""
    headers = (file for file in Path(str(resources.files("modelcheck").joinpath("include"))).rglob("*.h"))
    found = {name for file in headers for name in _DECLARED.findall(file.read_text(encoding="utf-8"))}
    return frozenset(found - _KERNELS)
