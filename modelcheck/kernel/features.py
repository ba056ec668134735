"""What differs from tree to tree: as macros that ``arch/`` and ``bodies/`` ask for, so that it stands in one place.

A feature is looked for in the text of the tree, since distributions bring changes into older kernels, and versions that
nobody here has seen are read, too. Where nothing in the text tells, the version does.
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
        file: where it is looked for; empty: the version tells.
        pattern: what is there then.
        since: the first version that has it; where a file is named it says only when that began.
    """

    macro: str
    file: str
    pattern: str
    since: Version

    def holds(self, tree: Path, version: Version) -> bool:
        """Whether the tree has it."""
        if not self.file:
            return version >= self.since
        try:
            text = (tree / self.file).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return False
        return _matches(self.pattern, text)


@lru_cache(maxsize=64)
def _matches(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.MULTILINE) is not None


def _has(macro: str, file: str, pattern: str, major: int, minor: int, patch: int = 0) -> Feature:
    return Feature(f"MC_TREE_{macro}", file, pattern, (major, minor, patch))


FEATURES: Final = (
    # Lists.
    _has("LINKS_CHECKED_LISTS_OUT_OF_LINE", "include/linux/list.h", r"^extern void __list_del_entry\(", 2, 6),
    _has("REPORTS_ON_LISTS", "include/linux/list.h", r"\b__list_add_valid_or_report\(", 6, 6),
    _has("HAS_CAREFUL_LISTS", "include/linux/list.h", r"\blist_del_init_careful\(", 5, 9),
    # Pages.
    _has("HAS_FOLIOS", "include/linux/mm_types.h", r"^struct folio \{", 5, 16),
    _has("MAPS_CONST_FOLIOS", "include/linux/pagemap.h", r"\bfolio_mapping\(const struct folio", 6, 18),
    _has("RESETS_TYPES_OF_FREED_PAGES", "mm/page_alloc.c", r"page->page_type = UINT_MAX", 6, 15),
    _has("COUNTS_ZONES_BY_LONG", "include/linux/vmstat.h", r"\bmod_zone_page_state\([^;{]*\blong\b", 4, 5),
    _has("HAS_REFCOUNTS_IN_PAGES", "include/linux/mm_types.h", r"\batomic_t _refcount;", 4, 6),
    _has("PUTS_PAGES_OUT_OF_LINE", "include/linux/mm.h", r"^void put_page\(struct page \*", 2, 6),
    _has(
        "ALLOCATES_PAGES_BY_ZONELIST",
        "include/linux/gfp.h",
        r"\b__alloc_pages_nodemask\([^;]*\bstruct zonelist \*",
        2,
        6,
    ),
    # Page tables.
    _has(
        "DECLARES_PGTABLE_CACHE_INIT",
        "include/asm-generic/pgtable.h",
        r"^extern void __init pgtable_cache_init\(",
        5,
        4,
    ),
    _has("HAS_MK_PTE", "include/linux/mm.h", r"\bmk_pte\(struct page|\bmk_pte\(const struct page", 6, 16),
    _has("HAS_ZERO_PAGE", "include/linux/pgtable.h", r"^#define ZERO_PAGE\(", 7, 0),
    _has("ASKS_FOR_PFN_OF_IO", "include/linux/mm.h", r"\bio_remap_pfn_range_pfn\b", 6, 18),
    # Processors.
    _has("FINDS_BITS_OUT_OF_LINE", "include/asm-generic/bitops/find.h", r"^extern unsigned long find_next_bit\(", 2, 6),
    _has("NEXT_CPU_OUT_OF_LINE", "include/linux/cpumask.h", r"^unsigned int cpumask_next\([^{;]*\);", 4, 15),
    _has("NEXT_CPU_OF_BOTH_OUT_OF_LINE", "include/linux/cpumask.h", r"^int cpumask_next_and\([^{;]*\);", 2, 6),
    _has("NEXT_CPU_AROUND_OUT_OF_LINE", "include/linux/cpumask.h", r"^extern int cpumask_next_wrap\(", 4, 15),
    _has("ANY_OTHER_CPU_OUT_OF_LINE", "include/linux/cpumask.h", r"^int cpumask_any_but\([^{;]*\);", 2, 6),
    # Memory.
    _has("RESIZES_BY_NODE", "include/linux/slab.h", r"\bkrealloc_node_align_noprof\(const void \*", 6, 18),
    _has("ALIGNS_KVMALLOC", "include/linux/slab.h", r"^void \*__kvmalloc_node_noprof\([^;]*unsigned long align", 6, 18),
    _has("MAKES_CACHES_BY_LONG", "include/linux/slab.h", r"\bkmem_cache_create\(const char \*[^;]*\bsize_t", 2, 6),
    _has("HAS_FLAGS_OF_SLABS", "include/linux/types.h", r"\bslab_flags_t;", 4, 15),
    _has("HAS_REFCOUNTS_OUT_OF_LINE", "include/linux/refcount.h", r"^(extern )?void refcount_inc(_checked)?\(", 4, 11),
    _has("HAS_CHECKED_REFCOUNTS", "include/linux/refcount.h", r"\brefcount_inc_checked\(", 4, 20),
    _has("ACQUIRES_LAST_REFERENCES", "lib/refcount.c", r"\bsmp_acquire__after_ctrl_dep\(", 5, 1),
    _has("ASKS_BUSES_FOR_DMA", "include/linux/dma-mapping.h", r"\bget_arch_dma_ops\(", 4, 11),
    # Tasks.
    _has("HAS_THREAD_INFO_IN_TASKS", "include/linux/sched.h", r"^#ifdef CONFIG_THREAD_INFO_IN_TASK", 4, 9),
    _has("HAS_REFCOUNTS_IN_TASKS", "include/linux/sched.h", r"^\trefcount_t\s+usage;", 5, 1),
    # Waiting.
    _has("COUNTS_IN_MUTEXES", "include/linux/mutex.h", r"^\tatomic_t\s+count;", 2, 6),  # until 4.9
    _has("HAS_ENTRIES_OF_WAIT_QUEUES", "include/linux/wait.h", r"^struct wait_queue_entry \{", 4, 13),
    _has("MAKES_ENTRIES_OF_WAIT_QUEUES", "include/linux/wait.h", r"\binit_wait_entry\(", 4, 10),
    _has("TELLS_THE_FIRST_EXCLUSIVE_WAITER", "include/linux/wait.h", r"^bool prepare_to_wait_exclusive\(", 5, 14),
    _has("QUEUES_WAITERS_OF_RWSEM_WITHOUT_HEAD", "include/linux/rwsem.h", r"\bfirst_waiter\b", 7, 0),
    _has("FREEZES_PERCPU_READERS", "include/linux/percpu-rwsem.h", r"__percpu_down_read\([^,;]*, bool, bool\)", 6, 18),
    _has("HAS_ATOMIC_COUNTS_IN_RWSEM", "include/linux/rwsem.h", r"^\tatomic_long_t count;", 4, 8),
    # What runs later.
    _has("HANDS_SRCU_READERS_ON", "include/linux/srcu.h", r"\bsrcu_down_read\(", 6, 3),
    _has("HAS_AN_INDEX_OF_SRCU", "include/linux/srcutree.h", r"\bsrcu_idx;", 4, 12),
    _has("HAS_A_HEAD_FOR_KVFREE_RCU", "include/linux/types.h", r"^struct kvfree_rcu_head \{", 7, 0),
    _has("MAKES_WORKQUEUES_BY_KEY", "include/linux/workqueue.h", r"^__alloc_workqueue_key\(", 2, 6),
    _has("NAMES_TIMERS_FIRST", "include/linux/timer.h", r"^void timer_init_key\(", 6, 16),
    _has("PROFILES_WORKQUEUES", "include/linux/workqueue.h", r"\balloc_workqueue_noprof\(", 6, 17),
)
"""All of them, with the version in which each came."""


def features(tree: Path, version: Version) -> str:
    """The macros of a tree, as the text of a header."""
    return "".join(f"#define {one.macro} {int(one.holds(tree, version))}\n" for one in FEATURES)
