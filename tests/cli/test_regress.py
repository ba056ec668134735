"""``modelcheck regress``: what is read, printed and given back; and its documents say what is so."""

from __future__ import annotations

import io
import json
import re
import shlex
import sys
from pathlib import Path

import click
import pytest

from modelcheck.cli.app import cli
from tests.cli.conftest import Command
from tests.regression.small import changed, without_release

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "modelcheck" / "regression" / "README.md"]


@pytest.fixture
def patch(mailbox: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(mailbox.parent / "xdg"))
    source = (mailbox / "mailbox.c").read_text()
    file = mailbox.parent / "weak.patch"
    file.write_text(changed(source, without_release(source)))
    return file


def test_what_is_broken_is_exit_1_and_its_trace_can_be_shown(modelcheck: Command, mailbox: Path, patch: Path) -> None:
    outcome = modelcheck("regress", mailbox, "--patch", patch, "--traces", "new", "-j", "0")
    assert outcome.code == 1
    assert "deliver, base, lkmm: FAIL:assertion at mailbox.c:24: BUG_ON(READ_ONCE(letter) != 42)" in outcome.out
    (shown,) = re.findall(r"modelcheck show (\S+)", outcome.out)
    assert modelcheck("show", shown).code == 0
    assert (mailbox.parent / "xdg" / "modelcheck" / "regress").is_dir()


def test_a_patch_is_read_from_standard_input(
    modelcheck: Command, mailbox: Path, patch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(patch.read_bytes())))
    outcome = modelcheck("regress", mailbox, "--patch", "-", "--format", "json", "--no-cache", "-j", "0")
    assert json.loads(outcome.out)["exit"] == outcome.code == 1
    assert not (mailbox.parent / "xdg" / "modelcheck" / "regress").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "say what to compare"),
        (("--patch", "x", "--git", "a..b"), "say what to compare"),
        (("--patch", "nowhere"), "nowhere: cannot be read: No such file or directory"),
        (("--mbox", "."), ".: is a folder"),
        (("--patch", "empty"), "empty: is empty: there is no patch in it"),
        (("--patch", "weak.patch", "--base", "nowhere"), "nowhere: no such folder"),
        (("--patch", "weak.patch", "--cache", "c", "--no-cache"), "--cache or --no-cache, not both"),
        (("--patch", "weak.patch", "-j", "1", "--engine-cluster", "tcp://x:1"), "give one of them"),
        (("--patch", "weak.patch", "--scenario", "dilever"), "nothing is called 'dilever' (did you mean 'deliver'?)"),
    ],
)
def test_wrong_input_is_exit_2(
    modelcheck: Command, mailbox: Path, patch: Path, arguments: tuple[str, ...], told: str
) -> None:
    (mailbox.parent / "empty").touch()
    outcome = modelcheck("regress", mailbox, *arguments)
    assert outcome.code == 2
    assert told in outcome.err


def test_a_spec_that_is_not_there_is_told(modelcheck: Command, patch: Path) -> None:
    outcome = modelcheck("regress", "nowhere", "--patch", patch)
    assert (outcome.code, outcome.err.startswith("modelcheck: nowhere: ")) == (2, True)


def commands(text: str) -> list[list[str]]:
    found = re.findall(r"(?:exec |run: |^|`)modelcheck (regress [^`>']*)", text, re.MULTILINE)
    return [shlex.split(re.sub(r"\$\(.*|\n.*", "", command)) for command in found]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_options_that_documents_use_are_there(document: Path) -> None:
    command = cli.get_command(click.Context(cli), "regress")
    assert command is not None
    known = {option for parameter in command.params for option in parameter.opts}
    used = commands(document.read_text())
    assert used
    assert {word for words in used for word in words if word.startswith("--")} <= known


def test_the_output_in_the_readme_is_what_is_printed(modelcheck: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    section = (ROOT / "README.md").read_text().partition("## From patch to answer")[2].partition("\n## ")[0]
    command, shown = re.findall(r"^```\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(ROOT)
    outcome = modelcheck(*shlex.split(command)[1:], "-j", "0", "--no-cache")
    assert outcome.out.startswith(shown)


def test_the_same_is_there_in_python(mailbox: Path, patch: Path, tmp_path: Path) -> None:
    import modelcheck

    report = modelcheck.regress(mailbox, patches=[patch], models=["lkmm"], traces=tmp_path / "new")
    (broken,) = report.of("broken")
    assert (broken.variant, broken.trace) == ("base", str(tmp_path / "new" / "mailbox" / "deliver--base--lkmm.json"))
    assert report.exit_code == 1
