"""Room for code that is nested deeply."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from modelcheck.errors import InputError
from modelcheck.run import depth


@contextmanager
def deep() -> Iterator[None]:
    """Room for code that is nested deeply, such as long chains of ``else if``."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, depth()))
    try:
        yield
    except RecursionError:
        raise InputError("the program is nested too deeply; split its largest statement") from None
    finally:
        sys.setrecursionlimit(before)
