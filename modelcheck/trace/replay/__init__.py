"""Replay: a stored failure followed on the code as it is now, without the solver."""

from modelcheck.trace.replay.replay import replay
from modelcheck.trace.replay.replayed import FOREIGN, IMPOSSIBLE, REPRODUCES, Place, Replayed
from modelcheck.trace.replay.today import Sources

__all__ = ["FOREIGN", "IMPOSSIBLE", "REPRODUCES", "Place", "Replayed", "Sources", "replay"]
