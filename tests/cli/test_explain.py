"""``modelcheck explain``: text, JSON, and one line for what cannot be explained."""

from __future__ import annotations

import json
from pathlib import Path

from modelcheck.trace import read_trace
from tests.cli.conftest import Command


def test_a_pass_is_explained_by_what_orders(modelcheck: Command, mailbox: Path) -> None:
    outcome = modelcheck("explain", mailbox, "--scenario", "deliver", "--model", "lkmm", "--property", "assertion")
    assert outcome.code == 0
    assert outcome.out.splitlines()[0] == "mailbox: deliver, base, lkmm: PASS"
    assert "the release and the acquire of flag (mailbox.c:18 … mailbox.c:23):\n" in outcome.out
    assert "receiver's read of letter (mailbox.c:24) cannot miss sender's write of letter (mailbox.c:17)" in outcome.out
    assert "mc_" not in outcome.out


def test_what_values_exclude_is_said_to_need_no_ordering(modelcheck: Command, mailbox: Path) -> None:
    outcome = modelcheck("explain", mailbox, "--model", "sc", "--property", "deadlock")
    assert outcome.code == 0
    assert outcome.out.endswith(
        "no memory ordering is needed for these, values and conditions alone exclude them:\n  deadlock\n"
    )
    outcome = modelcheck("explain", mailbox, "--model", "sc", "--property", "double-free")
    assert outcome.out.endswith("Nothing in it could go wrong: no memory ordering is needed.\n")


def test_races_are_accounted_for_or_said_to_be_unknown_to_the_model(modelcheck: Command, mailbox: Path) -> None:
    file = mailbox.parent / "plain.c"
    file.write_text(
        "#include <pthread.h>\n#include <linux/compiler.h>\n#include <asm/barrier.h>\nstatic int letter, flag;\n"
        "static void *f(void *p) {\n\tletter = 42;\n\tsmp_store_release(&flag, 1);\n\treturn p;\n}\n"
        "static void *g(void *p) {\n\tif (smp_load_acquire(&flag))\n\t\tletter = 7;\n\treturn p;\n}\n"
        "int main(void) {\n\tpthread_t t, u;\n\tpthread_create(&t, 0, f, 0);\n\tpthread_create(&u, 0, g, 0);\n"
        "\tpthread_join(t, 0);\n\tpthread_join(u, 0);\n\treturn 0;\n}\n"
    )
    outcome = modelcheck("explain", file, "--model", "lkmm", "--property", "race")
    assert outcome.code == 0
    assert "race at plain.c:6 and plain.c:12: data race on letter\n" in outcome.out
    assert "the acquire of flag (plain.c:11)" in outcome.out
    assert "the release of flag (plain.c:7)" in outcome.out
    outcome = modelcheck("explain", mailbox, "--model", "sc", "--property", "race")
    assert outcome.out.startswith("mailbox: deliver, base, sc: PASS: sc knows no races\n")


def test_json_has_every_fact(modelcheck: Command, mailbox: Path) -> None:
    outcome = modelcheck("explain", mailbox, "--model", "lkmm", "--property", "assertion", "--format", "json")
    found = json.loads(outcome.out)
    assert (found["spec"], found["scenario"], found["variant"], found["model"]) == (
        "mailbox",
        "deliver",
        "base",
        "lkmm",
    )
    (one,) = found["explanations"]
    assert [o["property"] for o in one["outcomes"]] == ["assertion"]
    (group,) = one["groups"]
    assert [(e["kind"], e["places"]) for e in group["rests_on"]] == [("annotation", ["mailbox.c:18", "mailbox.c:23"])]
    assert len(group["facts"]) == 1


def test_a_fail_is_not_safe_and_its_trace_is_kept(modelcheck: Command, mailbox: Path) -> None:
    outcome = modelcheck("explain", mailbox, "--variant", "no-release", "--model", "lkmm")
    assert outcome.code == 1
    path = "traces/mailbox/deliver--no-release--lkmm.json"
    first, second = outcome.out.splitlines()
    assert first.startswith("mailbox: deliver, no-release, lkmm: FAIL: assertion: ")
    assert second == f"It is not safe: modelcheck show {path} tells an execution that fails."
    assert read_trace(Path(path)).property == "assertion"


def test_an_unknown_says_why(modelcheck: Command, tmp_path: Path) -> None:
    file = tmp_path / "loop.c"
    before = "#include <pthread.h>\n#include <assert.h>\nstatic int n;\nstatic void *f(void *p) { "
    after = (
        "return p; }\nint main(void) { pthread_t t; pthread_create(&t, 0, f, 0); n = 100; pthread_join(t, 0);"
        " assert(n); return 0; }\n"
    )
    file.write_text(f"{before}n; {after}")
    assert modelcheck("explain", file, "--model", "sc", "--unroll", "2").code == 0
    file.write_text(f"{before}for (int i = 0; i < n; i++) ; {after}")
    outcome = modelcheck("explain", file, "--model", "sc", "--unroll", "2")
    assert outcome.code == 3
    assert outcome.out.startswith("loop: main, base, sc: UNKNOWN: the loop at loop.c:4 in f() was unrolled")
    assert outcome.out.count("\n") == 1


def test_wrong_input_is_one_line_and_exit_2(modelcheck: Command, mailbox: Path) -> None:
    for arguments, complaint in (
        (["--scenario", "delivr", "--model", "sc"], "--scenario: nothing is called 'delivr' (did you mean 'deliver'?)"),
        (["--variant", "none", "--model", "sc"], "--variant: nothing is called 'none'"),
        (["--model", "lkm"], "--model: unknown model 'lkm'"),
        (["--model", "sc", "--property", "leaks"], "--property: unknown property 'leaks'"),
    ):
        outcome = modelcheck("explain", mailbox, *arguments)
        assert outcome.code == 2
        assert outcome.err.startswith(f"modelcheck: {complaint}"), outcome.err
        assert outcome.err.count("\n") == 1
    assert modelcheck("explain", mailbox).code == 2
    assert modelcheck("explain", "nowhere", "--model", "sc").code == 2


def test_objects_are_called_as_in_traces(modelcheck: Command) -> None:
    spec = Path(__file__).parents[2] / "specs" / "balloon"
    asked = ("--scenario", "clear", "--variant", "posted", "--model", "sc", "--property", "list-corruption")
    outcome = modelcheck("explain", spec, *asked)
    assert outcome.code == 0
    assert "the lock virtio_balloon.pages_lock (" in outcome.out
    assert "mem_map" not in outcome.out
    assert "@" not in outcome.out
