"""Independent jobs: run in this process or on a pool of processes; what a job computes is not known here."""

from modelcheck.run.event import Done, Event, Idle, Lost, Started
from modelcheck.run.here import run_here
from modelcheck.run.pool import run_pool

__all__ = ["Done", "Event", "Idle", "Lost", "Started", "run_here", "run_pool"]
