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


ELSEWHERE: Final = {
    "B": "branches are no events here: ctrl has what rests on them",
    **dict.fromkeys(("BCC", "PRED"), "branches are no events here: ctrl has what rests on them"),
    **dict.fromkeys(("X", "lxsx", "amo", "lrsc", "AMO"), "it is about assembly: rmw has read-modify-writes"),
    **dict.fromkeys(("iico_data", "iico_ctrl", "iico_order", "ctrlisync", "isb"), "it is about assembly"),
    **dict.fromkeys(("tag2scope", "scopes", "ext-wg"), "threads have no scopes here"),
}
"""Names that the models of other languages use, and why they are none here."""


def canonical(tag: str) -> str:
    """The name under which candidates hold ``tag``: models have spelled it ``'once``, ``Once`` and ``ONCE``.

    Older files write underscores for dashes, and the whole name of a primitive for its short one.
    """
    return tag if tag in KNOWN else _LOWER.get(tag.lower().replace("_", "-"), tag)
