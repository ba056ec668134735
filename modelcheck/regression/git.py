"""Git, where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes] | None:
    """What ``git ARGUMENTS`` says in ``folder``; None where there is no git.

    It neither asks anybody nor fetches anything.
    """
    git = shutil.which("git")
    if git is None:
        return None
    return subprocess.run(
        [git, "-c", "core.quotepath=off", *arguments],
        cwd=folder,
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"},
    )
