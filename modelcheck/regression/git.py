"""Git, where it is installed, asked so that nothing which a repository brings along is executed.

Only commands are used that read objects and history; what a repository's own settings could make of them (filters,
hooks, textconv, external diffs, signatures, monitors) is switched off or never comes into play.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

_SETTINGS: Final = (
    "core.quotepath=off",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.pager=cat",
    "core.sshCommand=false",
    "core.askPass=false",
    "diff.external=",
    "diff.noprefix=false",
    "diff.mnemonicPrefix=false",
    "log.showSignature=false",
    "gpg.program=false",
    "protocol.allow=never",
)


def run(folder: Path, *arguments: str, said: bytes = b"") -> subprocess.CompletedProcess[bytes] | None:
    """What ``git ARGUMENTS`` says in ``folder``; None where there is no git.

    It neither asks anybody nor fetches anything, and runs no program but git. ``said`` is its standard input.
    """
    git = shutil.which("git")
    if git is None:
        return None
    return subprocess.run(
        [git, "--no-pager", *(part for setting in _SETTINGS for part in ("-c", setting)), *arguments],
        cwd=folder,
        capture_output=True,
        check=False,
        input=said,
        env={
            **{name: value for name, value in os.environ.items() if name not in ("GIT_EXTERNAL_DIFF", "GIT_PAGER")},
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "0",
        },
    )
