"""What differs from tree to tree: as macros that ``arch/`` and ``bodies/`` ask for, so that it stands in one place.

A feature is looked for in the text of the tree's own headers, since distributions bring changes into older kernels, and
versions that nobody here has seen are read, too. Where nothing in the headers tells, the version does.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from attrs import frozen

Version = tuple[int, int, int]


@frozen
class Feature:
    """A macro that is 1 where a tree has something, and 0 where not.

    Attributes:
        macro: its name.
        header: where it is looked for, below ``include/``; empty: the version tells.
        pattern: what is there then.
        since: the first version that has it; where a header is named it says only when that began.
    """

    macro: str
    header: str
    pattern: str
    since: Version

    def holds(self, tree: Path, version: Version) -> bool:
        """Whether the tree has it."""
        if not self.header:
            return version >= self.since
        try:
            text = (tree / "include" / self.header).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return False
        return _matches(self.pattern, text)


@lru_cache(maxsize=64)
def _matches(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.MULTILINE) is not None


def _has(macro: str, header: str, pattern: str, major: int, minor: int, patch: int = 0) -> Feature:
    return Feature(f"MC_TREE_{macro}", header, pattern, (major, minor, patch))


FEATURES: Final = (
    # Pages.
    _has("HAS_FOLIOS", "linux/mm_types.h", r"^struct folio \{", 5, 16),
    _has("MAPS_CONST_FOLIOS", "linux/pagemap.h", r"\bfolio_mapping\(const struct folio", 6, 18),
    # Page tables.
    _has("HAS_MK_PTE", "linux/mm.h", r"\bmk_pte\(struct page|\bmk_pte\(const struct page", 6, 16),
    _has("HAS_ZERO_PAGE", "linux/pgtable.h", r"^#define ZERO_PAGE\(", 7, 0),
    _has("ASKS_FOR_PFN_OF_IO", "linux/mm.h", r"\bio_remap_pfn_range_pfn\b", 6, 18),
    # Memory.
    _has("ALIGNS_KVMALLOC", "linux/slab.h", r"^void \*__kvmalloc_node_noprof\([^;]*unsigned long align", 6, 18),
    # Waiting.
    _has("TELLS_THE_FIRST_EXCLUSIVE_WAITER", "linux/wait.h", r"^bool prepare_to_wait_exclusive\(", 5, 14),
    _has("QUEUES_WAITERS_OF_RWSEM_WITHOUT_HEAD", "linux/rwsem.h", r"\bfirst_waiter\b", 7, 0),
    _has("FREEZES_READERS_OF_PERCPU_RWSEM", "linux/percpu-rwsem.h", r"__percpu_down_read\([^,;]*, bool, bool\)", 6, 18),
    # What runs later.
    _has("HAS_AN_INDEX_OF_SRCU", "linux/srcutree.h", r"\bsrcu_idx;", 4, 12),
    _has("HAS_A_HEAD_FOR_KVFREE_RCU", "linux/types.h", r"^struct kvfree_rcu_head \{", 7, 0),
    _has("PROFILES_WORKQUEUES", "linux/workqueue.h", r"\balloc_workqueue_noprof\(", 6, 17),
)
"""All of them, with the version in which each came."""


def features(tree: Path, version: Version) -> str:
    """The macros of a tree, as the text of a header."""
    return "".join(f"#define {one.macro} {int(one.holds(tree, version))}\n" for one in FEATURES)
