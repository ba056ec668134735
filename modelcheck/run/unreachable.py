"""The error of a cluster that cannot be used."""

from __future__ import annotations


class ClusterError(Exception):
    """The cluster cannot be used; the message says why, and what to do."""
