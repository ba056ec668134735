"""Unrolling: a program, from an initial state on, to its event graph.

Every function is taken apart along a weak topological order of its blocks, calls inline, loops as often as
the bound says. Paths that meet are merged, so that the graph grows with the program and not with its number of paths.

A loop iteration without side effect that goes round again is no unrolling but a wait: an execution with it is
the same as one without, unless the thread stays in the loop for ever (`Blocked`).
"""

from modelcheck.program.unroll.record import Bounds
from modelcheck.program.unroll.threads import unroll

__all__ = ["Bounds", "unroll"]
