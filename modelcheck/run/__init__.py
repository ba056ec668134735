"""Independent jobs: run in this process, on processes or on a cluster; what a job computes is not known here."""

from modelcheck.run.alarm import Alarm, OutOfTime, alarm
from modelcheck.run.attempt import given_up, politely
from modelcheck.run.event import Done, Event, Idle, Lost, Started
from modelcheck.run.here import run_here
from modelcheck.run.pool import run_pool
from modelcheck.run.progress import Progress
from modelcheck.run.room import bound_memory, depth, make_room, share
from modelcheck.run.workers import ClusterError, Workers, cores, run_jobs

__all__ = [
    "Alarm",
    "ClusterError",
    "Done",
    "Event",
    "Idle",
    "Lost",
    "OutOfTime",
    "Progress",
    "Started",
    "Workers",
    "alarm",
    "bound_memory",
    "cores",
    "depth",
    "given_up",
    "make_room",
    "politely",
    "run_here",
    "run_jobs",
    "run_pool",
    "share",
]
