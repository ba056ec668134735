"""modelcheck as an architecture of Linux: a tree's own headers on our ``asm/``, weak bodies for what no source defines.

- `tree` finds a tree and its version, and gives what a compiler of its files is told.
- `config` has the symbols that are on where nobody says otherwise.
- `made` writes the headers that a build would: the configuration, the version, wrappers of ``asm-generic``.
- ``arch/`` is the architecture, ``bodies/`` the bodies; its README says what is where.
"""

from modelcheck.kernel.built import Built, built_in
from modelcheck.kernel.made import PLACE
from modelcheck.kernel.named import VARIABLE, giving
from modelcheck.kernel.tree import BODIES, PREFIX, Build, Tree, building, kernel_tree

__all__ = [
    "BODIES",
    "PLACE",
    "PREFIX",
    "VARIABLE",
    "Build",
    "Built",
    "Tree",
    "building",
    "built_in",
    "giving",
    "kernel_tree",
]
