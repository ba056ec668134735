"""The line that says how far it is: on terminals only, and gone in the end."""

from __future__ import annotations

import io

from modelcheck.cli.progress import ProgressLine


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def use(stream: io.StringIO) -> None:
    with ProgressLine(stream, "cells") as line:
        line.begins(2)
        line.ended()
        line.tick()
        line.ended()


def test_a_terminal_shows_it_and_is_left_clean() -> None:
    stream = Terminal()
    use(stream)
    shown = stream.getvalue().split("\r\x1b[K")
    assert shown == ["", "cells: 0 of 2", "cells: 1 of 2", "cells: 1 of 2", "cells: 2 of 2", ""]


def test_elsewhere_nothing_is_written() -> None:
    stream = io.StringIO()
    use(stream)
    assert stream.getvalue() == ""
