"""Independent jobs: run in this process, on processes or on a cluster; what a job computes is not known here."""

from modelcheck.run.event import Done, Event, Idle, Lost, Started
from modelcheck.run.here import run_here
from modelcheck.run.pool import run_pool
from modelcheck.run.progress import Progress
from modelcheck.run.workers import ClusterError, Workers, cores, run_jobs

__all__ = [
    "ClusterError",
    "Done",
    "Event",
    "Idle",
    "Lost",
    "Progress",
    "Started",
    "Workers",
    "cores",
    "run_here",
    "run_jobs",
    "run_pool",
]
