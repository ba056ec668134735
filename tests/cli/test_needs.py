"""``modelcheck needs``: everything that is missing, at once, with who needs it and what to do."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Command

SOURCE = """
extern int elsewhere(int);
extern long unknown;
int *table(void);
static void first(void) { elsewhere(1); }
static void second(void) { elsewhere(2); unknown = *table(); }
static void third(void) { }
"""

SPEC = """
sources = ["a.c"]
[scenarios.both]
threads = ["first", "second"]
[scenarios.none]
threads = ["third"]
"""


def test_everything_is_listed_with_its_users(modelcheck: Command, tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text(SOURCE)
    (tmp_path / "spec.toml").write_text(SPEC)
    run = modelcheck("needs", ".", "--format", "json")
    assert run.code == 1
    found = {(need["kind"], need["name"]): need for need in json.loads(run.out)["needs"]}
    assert set(found) == {("body", "elsewhere"), ("body", "table"), ("variable", "unknown")}
    assert found["body", "elsewhere"]["users"] == ["a.c:5 first", "a.c:6 second"]
    assert found["body", "elsewhere"]["scenarios"] == ["both"]

    told = modelcheck("needs", ".").out
    assert "Functions without a body (2):" in told
    assert "  elsewhere()\n      at a.c:5 in first()\n      at a.c:6 in second()\n" in told
    assert "Variables without a definition (1):" in told


def test_nothing_is_missing(modelcheck: Command, tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text(SOURCE)
    (tmp_path / "spec.toml").write_text(SPEC)
    run = modelcheck("needs", ".", "--scenario", "none")
    assert (run.code, run.out) == (0, "Nothing is missing.\n")


def test_what_the_compiler_refuses_is_listed(modelcheck: Command, tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("#include <linux/nowhere.h>\n" + SOURCE)
    (tmp_path / "spec.toml").write_text(SPEC)
    run = modelcheck("needs", ".")
    assert run.code == 1
    assert "What the compiler refuses (1):" in run.out
    assert "nowhere.h" in run.out


def test_a_scenario_that_is_not_there_is_wrong_input(modelcheck: Command, tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text(SOURCE)
    (tmp_path / "spec.toml").write_text(SPEC)
    assert modelcheck("needs", ".", "--scenario", "nothing").code == 2
    assert modelcheck("needs", "elsewhere").code == 2


def test_bounds_of_our_own_headers_are_nothing_that_is_missing(modelcheck: Command, tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text(
        "#include <linux/slab.h>\n#include <linux/rcupdate.h>\nextern int elsewhere(void);\n"
        "static struct kmem_cache *c;\n"
        'static void first(void) { c = kmem_cache_create("a", 8, 8, 0, 0); kmem_cache_destroy(c);'
        " (void)rcu_read_lock_held(); }\n"
        "static void second(void) { elsewhere(); }\n"
    )
    (tmp_path / "spec.toml").write_text(SPEC.replace('"third"', '"first"'))
    run = modelcheck("needs", ".", "--scenario", "none")
    assert run.code == 0
    assert run.out.startswith("Nothing is missing.\n\nBounds of what modelcheck brings along")
    assert "a cache of SLAB_TYPESAFE_BY_RCU that no source names\n" in run.out
    assert modelcheck("needs", ".", "--scenario", "both").code == 1
