"""Repairs are small, and hold as patches."""

from __future__ import annotations

from pathlib import Path

from modelcheck.auditing.audit import Request
from modelcheck.auditing.edits import apply_edits, diff
from modelcheck.auditing.element import Edit
from modelcheck.auditing.repair import repairs
from modelcheck.frontend.spec import program_spec, read_spec
from modelcheck.program.ir import Source
from tests.auditing.programs import MAILBOX, written

ROOT = Path(__file__).parents[2]


def request(path: Path, model: str, variant: str | None = None, scenario: str = "main") -> Request:
    spec = program_spec(path) if path.suffix == ".c" else read_spec(path)
    chosen = spec.variants[variant or next(iter(spec.variants))]
    return Request(spec, chosen, (spec.scenarios[scenario],), (model, model))


def test_a_missing_write_barrier_is_put_in_as_the_weakest_that_does(tmp_path: Path) -> None:
    asked = request(written(tmp_path, MAILBOX.replace("\tsmp_mb();\n", "")), "lkmm")
    found = repairs(asked, asked.scenarios[0])
    # Between the two stores, or the second store a release: the two ways that the kernel's recipes give.
    assert {repair.changes[0].split(" before ")[0].split(", ")[0] for repair in found.repairs} == {
        "put smp_wmb()",
        "make 'WRITE_ONCE(flag",
    }
    assert found.exhaustive
    for repair in found.repairs:
        assert repair.checked == (("main", "lkmm"),)
        assert repair.patch.startswith("--- a/mailbox.c\n+++ b/mailbox.c\n@@")


def test_two_missing_barriers_take_two_changes(tmp_path: Path) -> None:
    text = MAILBOX.replace("\tsmp_mb();\n", "").replace("\t\tsmp_rmb();\n", "")
    asked = request(written(tmp_path, text), "lkmm")
    found = repairs(asked, asked.scenarios[0])
    assert found.repairs
    assert {len(repair.changes) for repair in found.repairs} == {2}


def test_a_missing_lock_is_found_where_the_program_knows_it(tmp_path: Path) -> None:
    text = MAILBOX.replace("\tspin_lock(&lock);\n\tcount++;\n\tspin_unlock(&lock);\n", "\tcount++;\n", 1)
    asked = request(written(tmp_path, text), "sc")
    found = repairs(asked, asked.scenarios[0])
    assert found.repairs[0].changes[0].startswith("take spin_lock(&lock) in sender()")
    assert "+\tspin_lock(&lock);\n \tcount++;\n+\tspin_unlock(&lock);\n" in found.repairs[0].patch


def test_the_page_lock_is_found_for_isolation_without_it() -> None:
    asked = request(ROOT / "specs" / "balloon", "sc", "isolate-no-page-lock", "clear")
    found = repairs(asked, asked.scenarios[0])
    assert any("lock_page(page) in isolate_balloon_page()" in repair.changes[0] for repair in found.repairs)


def test_what_does_not_fail_needs_none(tmp_path: Path) -> None:
    asked = request(written(tmp_path), "sc")
    found = repairs(asked, asked.scenarios[0])
    assert not found.repairs
    assert found.reason == "it does not fail: PASS"


def test_what_no_change_considered_mends_is_said(tmp_path: Path) -> None:
    asked = request(written(tmp_path, MAILBOX.replace("count != 2", "count != 3")), "sc")
    found = repairs(asked, asked.scenarios[0])
    assert not found.repairs
    assert found.reason == "no fence, marked access or lock considered does"


def test_edits_of_one_line_and_of_whole_statements() -> None:
    text = "a;\n\tsmp_mb();\n\tif (f(x) && g(y))\n\t\tb;\n"
    edits = [
        Edit(Source("f.c", 2, 2, 2, 10), ""),
        Edit(Source("f.c", 3, 6, 3, 10), "1"),
        Edit(Source("f.c", 3, 14, 3, 18), "0"),
        Edit(Source("f.c", 1, 1, 1, 1), "z;\n"),
    ]
    after = apply_edits({"f.c": text}, edits)
    assert after == {"f.c": "z;\na;\n\tif (1 && 0)\n\t\tb;\n"}
    assert diff({"f.c": text}, after) == (
        "--- a/f.c\n+++ b/f.c\n@@ -1,4 +1,4 @@\n+z;\n a;\n-\tsmp_mb();\n-\tif (f(x) && g(y))\n+\tif (1 && 0)\n \t\tb;\n"
    )
