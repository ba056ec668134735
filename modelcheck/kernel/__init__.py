"""modelcheck as an architecture of Linux: a tree's own headers on our ``asm/``, weak bodies for what no source defines.

- `tree` finds a tree and its version, and gives what a compiler of its files is told.
- `config` has the symbols that are on where nobody says otherwise.
- `made` writes the headers that a build would: the configuration, the version, wrappers of ``asm-generic``.
- ``arch/`` is the architecture, ``bodies/`` the bodies; its README says what is where.
"""

from modelcheck.kernel.made import PLACE
from modelcheck.kernel.tree import BODIES, PREFIX, VARIABLE, Build, Tree, asked, building, given, giving, kernel_tree

__all__ = [
    "BODIES",
    "PLACE",
    "PREFIX",
    "VARIABLE",
    "Build",
    "Tree",
    "asked",
    "building",
    "given",
    "giving",
    "kernel_tree",
]
