"""The event sets that a candidate execution may hold, by the names that models use for them."""

from __future__ import annotations

from typing import Final

KINDS: Final = ("R", "W", "F", "IW", "FW", "RMW")

ACCESS_TAGS: Final = (
    *("ONCE", "ACQUIRE", "RELEASE", "MB", "NORETURN"),
    *("LKR", "LKW", "UL", "LF", "RL", "RU"),
    *("Srcu-lock", "Srcu-unlock"),
    *("SC", "ACQ", "REL", "ACQ_REL", "CON", "RLX", "NA"),
    *("Watch-writes", "Watch-all"),
)

FENCE_TAGS: Final = (
    *("Mb", "Rmb", "Wmb", "Barrier"),
    *("Before-atomic", "After-atomic", "After-spinlock", "After-unlock-lock", "After-srcu-read-unlock"),
    *("Rcu-lock", "Rcu-unlock", "Sync-rcu", "Sync-srcu"),
)

KNOWN: Final = frozenset((*KINDS, *ACCESS_TAGS, *FENCE_TAGS))

UNIVERSE: Final = "_"
"""The set of all events of an execution."""

_LOWER: Final = {name.lower(): name for name in (*ACCESS_TAGS, *FENCE_TAGS)} | {
    "rcu-read-lock": "Rcu-lock",
    "rcu-read-unlock": "Rcu-unlock",
    "sync": "Sync-rcu",
    "sync-rcu-expedited": "Sync-rcu",
    "srcu-read-lock": "Srcu-lock",
    "srcu-read-unlock": "Srcu-unlock",
}


def canonical(tag: str) -> str:
    """The name under which candidates hold ``tag``: models have spelled it ``'once``, ``Once`` and ``ONCE``.

    Older files write underscores for dashes, and the whole name of a primitive for its short one.
    """
    return tag if tag in KNOWN else _LOWER.get(tag.lower().replace("_", "-"), tag)
