"""What a patch does to verdicts known beforehand: message passing needs the release under LKMM, not under SC."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from modelcheck.errors import InputError
from modelcheck.regression import regress as room
from modelcheck.regression.compare import Compared, Work, compare
from modelcheck.regression.mail import Letters, Patch
from modelcheck.regression.regress import Folders, regress
from modelcheck.regression.report import (
    BROKEN,
    FAILING,
    FIXED,
    GONE,
    NEW,
    NEWLY_UNKNOWN,
    PASSING,
    Difference,
    Report,
)
from modelcheck.regression.series import Change, letters_of
from modelcheck.run import Workers
from modelcheck.trace import read_trace
from modelcheck.verdicts.cells import Choice
from tests.regression.small import SOURCE, changed, without_release

HERE = Workers(0)
WEAK = without_release()
FENCED = WEAK.replace("42);\n\tWRITE", "42);\n\tsmp_wmb();\n\tWRITE")
NO_DEAD_CODE = SOURCE.replace("static int flag;", "static int flag;\n\n/* A comment. */\n")


def patch(before: str, after: str, title: str = "it") -> Patch:
    return Patch(title, changed(before, after), f"{title}.patch")


def run(folder: Path, *patches: Patch, each: bool = False, only: str = "*", **kept: Path) -> Report:
    return regress(folder, Change(Letters(patches), each=each), Choice(variants=(only,)), Folders(**kept), HERE)


def statuses(report: Report) -> dict[str, str]:
    return {f"{d.variant}.{d.model}": d.status for d in report.differences}


def cell(report: Report, variant: str, model: str) -> Difference:
    return next(d for d in report.differences if (d.variant, d.model) == (variant, model))


def test_what_breaks_is_told_with_its_trace(mailbox: Path, tmp_path: Path) -> None:
    report = run(mailbox, patch(SOURCE, WEAK), traces=tmp_path / "new")
    assert statuses(report) == {
        "base.sc": PASSING,
        "base.lkmm": BROKEN,
        "no-release.sc": PASSING,
        "no-release.lkmm": FAILING,
    }
    broken = cell(report, "base", "lkmm")
    assert broken.trace is not None
    trace = read_trace(Path(broken.trace))
    assert (trace.property, trace.model, trace.spec) == ("assertion", "lkmm", "mailbox")
    assert "BUG_ON(READ_ONCE(letter) != 42)" in "\n".join(broken.why)
    assert report.exit_code == 1
    assert not (mailbox.parent / "traces").exists()


def test_what_is_fixed_says_which_change_forbids_the_old_failure(mailbox: Path) -> None:
    (mailbox / "mailbox.c").write_text(WEAK)
    (mailbox / "no-release.diff").write_text(changed(WEAK, WEAK.replace("WRITE_ONCE(letter, 42)", "letter = 42")))
    report = run(mailbox, patch(WEAK, FENCED), only="base")
    fixed = cell(report, "base", "lkmm")
    assert fixed.status == FIXED
    assert fixed.why[0].endswith("forbids it now: there is a fence [Wmb] at mailbox.c:17")
    assert any("sender: F[Wmb]" in line or "Wmb" in line for line in fixed.why)
    assert report.exit_code == 0


def test_a_change_of_layout_affects_nothing(mailbox: Path) -> None:
    report = run(mailbox, patch(SOURCE, NO_DEAD_CODE))
    assert all(d.unaffected for d in report.differences)
    assert statuses(report)["no-release.lkmm"] == FAILING
    assert not cell(report, "no-release", "lkmm").another
    assert report.exit_code == 0


def test_another_failure_is_told_from_the_same(mailbox: Path) -> None:
    other = SOURCE.replace("BUG_ON(READ_ONCE(letter) != 42)", "BUG_ON(true)")
    report = run(mailbox, patch(SOURCE, other))
    assert cell(report, "base", "sc").status == BROKEN
    failing = cell(report, "no-release", "lkmm")
    assert failing.status == FAILING
    assert failing.another


def test_the_patch_of_a_variant_that_is_in_the_sources_already_need_not_apply(mailbox: Path) -> None:
    report = run(mailbox, patch(SOURCE, WEAK))
    assert report.notes == ("the variant 'no-release': no-release.diff is in the sources already",)


def test_the_patch_of_a_variant_that_no_longer_applies_is_told_by_its_cells(mailbox: Path) -> None:
    report = run(mailbox, patch(SOURCE, FENCED))
    assert statuses(report)["no-release.sc"] == NEWLY_UNKNOWN
    after = cell(report, "no-release", "sc").after
    assert after is not None
    assert after.reason.startswith("its patch no-release.diff does not apply: this hunk does not apply to mailbox.c")
    assert report.exit_code == 3


def test_of_a_series_the_patch_to_blame_is_named(mailbox: Path) -> None:
    series = (patch(SOURCE, NO_DEAD_CODE, "1"), patch(SOURCE, WEAK, "2"))
    report = run(mailbox, *series, each=True)
    assert cell(report, "base", "lkmm").by == "2"
    assert [stage.patch for stage in cell(report, "base", "lkmm").stages] == ["", "1", "2"]
    assert cell(report, "base", "sc").by == ""


def test_what_a_series_breaks_and_mends_again_is_told_when_each_patch_is_looked_at(mailbox: Path) -> None:
    series = (patch(SOURCE, WEAK, "1"), patch(WEAK, FENCED, "2"))
    assert run(mailbox, *series, only="base").exit_code == 0
    report = run(mailbox, *series, only="base", each=True)
    assert cell(report, "base", "lkmm").status == PASSING
    assert cell(report, "base", "lkmm").between == ("1",)
    assert report.exit_code == 1


def test_stored_traces_are_followed(mailbox: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    run(mailbox, patch(SOURCE, WEAK), traces=kept)
    (mailbox / "mailbox.c").write_text(WEAK)
    (mailbox / "no-release.diff").write_text(changed(WEAK, WEAK.replace("WRITE_ONCE(letter, 42)", "letter = 42")))
    (kept / "mailbox" / "stray.json").write_text("{}")
    report = run(mailbox, patch(WEAK, FENCED), stored=kept)
    (stored,) = cell(report, "base", "lkmm").stored
    assert stored.before.reproduces
    assert not stored.after.reproduces
    assert "there is a fence [Wmb] at mailbox.c:17" in stored.after.lines[0]
    assert len(report.strays) == 1
    assert report.strays[0].endswith("stray.json: is no trace of modelcheck")


def test_a_patch_to_the_spec_itself_makes_and_removes_cells(mailbox: Path) -> None:
    before = (mailbox / "spec.toml").read_text()
    after = before.replace('models = ["sc", "lkmm"]', 'models = ["sc", "tso"]').replace('lkmm = "FAIL:assertion"', "")
    report = run(mailbox, Patch("it", changed(before, after, "spec.toml"), "it"))
    assert statuses(report)["base.tso"] == NEW
    assert statuses(report)["base.lkmm"] == GONE
    assert report.exit_code == 0


def test_answers_are_kept_and_found_again(mailbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run(mailbox, patch(SOURCE, WEAK), cache=tmp_path / "cache")

    def refuse(*_: object) -> None:
        raise AssertionError("asked again")

    monkeypatch.setattr("modelcheck.regression.compare.answer_for", refuse)
    again = run(mailbox, patch(SOURCE, WEAK), cache=tmp_path / "cache")
    assert statuses(again) == statuses(first)
    assert cell(again, "base", "lkmm").why == cell(first, "base", "lkmm").why


def test_damaged_answers_are_asked_anew(mailbox: Path, tmp_path: Path) -> None:
    first = run(mailbox, patch(SOURCE, WEAK), cache=tmp_path / "cache")
    entries = list((tmp_path / "cache").glob("??/*"))
    assert entries
    for entry in entries:
        entry.write_bytes(entry.read_bytes().replace(b"FAIL", b"PASS")[:-1])
    assert statuses(run(mailbox, patch(SOURCE, WEAK), cache=tmp_path / "cache")) == statuses(first)


def _in_a_process(folder: Path, cache: Path) -> None:
    report = run(folder, patch(SOURCE, WEAK), cache=cache)
    os._exit(0 if report.exit_code == 1 and len(report.of(PASSING)) == 2 else 9)


def test_runs_at_once_share_a_cache(mailbox: Path, tmp_path: Path) -> None:
    several = [
        multiprocessing.get_context("fork").Process(target=_in_a_process, args=(mailbox, tmp_path / "cache"))
        for _ in range(3)
    ]
    for process in several:
        process.start()
    for process in several:
        process.join()
    assert [process.exitcode for process in several] == [0, 0, 0]


def _dies(work: Work) -> Compared:
    cell = work.steps[0].cell
    if cell is not None and cell.model == "sc" and cell.variant.name == "base":
        os.kill(os.getpid(), signal.SIGKILL)
    return compare(work)


def test_a_worker_that_dies_leaves_its_own_cell_unknown(mailbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "compare", _dies)
    report = regress(mailbox, Change(Letters((patch(SOURCE, WEAK),))), None, None, Workers(2))
    assert statuses(report) == {
        "base.sc": NEWLY_UNKNOWN,
        "base.lkmm": BROKEN,
        "no-release.sc": PASSING,
        "no-release.lkmm": FAILING,
    }
    after = cell(report, "base", "sc").after
    assert after is not None
    assert "SIGKILL" in after.reason


def test_sources_that_do_not_build_with_the_patch_are_told_by_clang(mailbox: Path) -> None:
    with pytest.raises(InputError) as caught:
        run(mailbox, patch(SOURCE, SOURCE.replace("static int flag;", "static int flag")))
    assert "mailbox.c:6:16: expected ';'" in str(caught.value)
    assert str(caught.value).endswith("(with the patch)")
    assert "/shop/" not in str(caught.value)


def test_a_base_that_does_not_build_is_told_by_clang(mailbox: Path) -> None:
    broken = SOURCE.replace("static int flag;", "static int flag")
    (mailbox / "mailbox.c").write_text(broken)
    with pytest.raises(InputError) as caught:
        run(mailbox, patch(broken, SOURCE))
    assert "mailbox.c:6:16: expected ';'" in str(caught.value)
    assert "patch" not in str(caught.value)


def test_a_variant_alone_that_does_not_build_is_unknown_alone(mailbox: Path) -> None:
    toml = (mailbox / "spec.toml").read_text()
    (mailbox / "spec.toml").write_text(toml.replace('patch = "no-release.diff"', 'defines = ["QUIET"]'))
    after = SOURCE.replace("static int flag;", "#ifdef QUIET\nstatic int flag\n#endif\nstatic int flag;")
    report = run(mailbox, patch(SOURCE, after))
    assert statuses(report)["base.sc"] == PASSING
    assert statuses(report)["no-release.sc"] == NEWLY_UNKNOWN


def test_a_patch_for_something_else_checks_nothing(mailbox: Path) -> None:
    report = run(mailbox, Patch("it", changed("x\n", "y\n", "kernel/sched.c"), "it"))
    assert report.differences == ()
    assert report.notes == ("passed over, no files of the spec: b/kernel/sched.c",)
    assert report.exit_code == 0


def test_only_the_cells_asked_for_are_looked_at(mailbox: Path) -> None:
    change = Change(Letters((patch(SOURCE, WEAK),)))
    report = regress(mailbox, change, Choice(variants=("base",), models=("lkmm",)), None, HERE)
    assert statuses(report) == {"base.lkmm": BROKEN}
    with pytest.raises(InputError, match="--variant: nothing is called 'nobody'"):
        regress(mailbox, change, Choice(variants=("nobody",)), None, HERE)


def test_a_lone_program_is_compared(tmp_path: Path) -> None:
    program = (
        "#include <assert.h>\n#include <pthread.h>\n#include <stdatomic.h>\natomic_int x;\n"
        "static void *one(void *a)\n{\n\tx++;\n\treturn a;\n}\nint main(void)\n{\n\tpthread_t t;\n"
        "\tpthread_create(&t, 0, one, 0);\n\tpthread_join(t, 0);\n\tassert(x == 1);\n\treturn 0;\n}\n"
    )
    (tmp_path / "p.c").write_text(program)
    text = changed(program, program.replace("\tx++;", "\tx += 2;"), "p.c")
    report = regress(tmp_path / "p.c", Change(letters_of([("-", text.encode())])), Choice(models=("sc",)), None, HERE)
    assert statuses(report) == {"base.sc": BROKEN}


# ---------------------------------------------------------------- git


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(mailbox: Path) -> Path:
    """Three commits: the spec, a comment, the missing release."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    top = mailbox.parent
    git(top, "init", "-q", "-b", "main")
    for source, title in ((SOURCE, "begin"), (NO_DEAD_CODE, "comment"), (without_release(NO_DEAD_CODE), "faster")):
        (mailbox / "mailbox.c").write_text(source)
        git(top, "add", "mailbox")
        git(top, "commit", "-q", "-m", title)
    (mailbox / "mailbox.c").write_text("not committed, and no C\n")
    return mailbox


def test_revisions_are_compared_as_they_were_committed(repository: Path) -> None:
    report = regress(repository, Change(span="HEAD~2..HEAD"), Choice(variants=("base",)), None, HERE)
    assert statuses(report) == {"base.sc": PASSING, "base.lkmm": BROKEN}
    assert [title.split(" ", 1)[1] for title in report.patches] == ["comment", "faster"]


def test_no_program_of_the_repository_is_run(repository: Path, tmp_path: Path) -> None:
    top = repository.parent
    mark = tmp_path / "struck"
    strike = tmp_path / "strike"
    strike.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    strike.chmod(0o755)
    (top / ".git" / "info" / "attributes").write_text("* filter=strike diff=strike merge=strike export-subst\n")
    for name in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (top / ".git" / "hooks" / name).write_text(strike.read_text())
        (top / ".git" / "hooks" / name).chmod(0o755)
    for name in (
        *("filter.strike.smudge", "filter.strike.clean", "filter.strike.process", "diff.strike.command"),
        *("diff.strike.textconv", "diff.external", "core.fsmonitor", "core.pager", "core.sshCommand"),
        *("merge.strike.driver", "gpg.program", "core.editor", "pager.log", "alias.log", "tar.tar.command"),
    ):
        git(top, "config", name, f"!{strike}" if name.startswith("alias") else str(strike))
    git(top, "config", "log.showSignature", "true")
    assert not mark.exists()
    for change in (Change(span="HEAD~2..HEAD", each=True), Change(span="HEAD~2..HEAD", base=top)):
        (repository / "mailbox.c").write_text(SOURCE)
        regress(repository, change, Choice(variants=("base",), models=("sc",)), None, HERE)
    assert not mark.exists()


def test_commits_that_do_not_touch_the_spec_check_nothing(repository: Path) -> None:
    (repository.parent / "other.txt").write_text("x")
    git(repository.parent, "add", "other.txt")
    git(repository.parent, "commit", "-q", "-m", "other")
    report = regress(repository, Change(span="HEAD~1..HEAD"), None, None, HERE)
    assert report.differences == ()
    assert report.exit_code == 0


def test_of_several_commits_the_one_to_blame_is_named(repository: Path) -> None:
    report = regress(repository, Change(span="HEAD~2..", each=True), Choice(variants=("base",)), None, HERE)
    assert cell(report, "base", "lkmm").by.endswith(" faster")


def test_commits_of_another_repository_are_patches(repository: Path, tmp_path: Path) -> None:
    spec = tmp_path / "elsewhere" / "mailbox"
    spec.mkdir(parents=True)
    for name in ("spec.toml", "no-release.diff"):
        (spec / name).write_bytes((repository / name).read_bytes())
    (spec / "mailbox.c").write_text(SOURCE)
    change = Change(span="HEAD~2..HEAD", base=repository.parent, each=True)
    report = regress(spec, change, Choice(variants=("base",)), None, HERE)
    assert cell(report, "base", "lkmm").by == "[PATCH] faster"


@pytest.mark.parametrize(
    ("span", "told"),
    [
        ("HEAD", "'HEAD' is no REV..REV"),
        ("nobody..HEAD", "no revision 'nobody'"),
        ("HEAD..nobody", "no revision 'nobody'"),
        ("--all..HEAD", "'--all..HEAD' is no REV..REV"),
        ("HEAD..HEAD", "no commit lies in HEAD..HEAD"),
        ("HEAD~1...HEAD", "'HEAD~1...HEAD' is no REV..REV"),
    ],
)
def test_wrong_revisions_are_told(repository: Path, span: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        regress(repository, Change(span=span), None, None, HERE)
    assert told in str(caught.value)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_folder_without_a_repository_is_told(mailbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(mailbox.parent.parent))
    with pytest.raises(InputError, match="--git"):
        regress(mailbox, Change(span="a..b"), None, None, HERE)


def test_without_git_it_is_told(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="needs git, which is not installed"):
        regress(repository, Change(span="HEAD~1..HEAD"), None, None, HERE)
