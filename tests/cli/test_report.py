"""``modelcheck report``: verdicts as pages."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from tests.cli.conftest import Command


class Cells(HTMLParser):
    """The cells of the table by variant and model: text, link."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        elif tag == "a":
            self.links.append(dict(attrs)["href"] or "")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1] and data.strip():
            self.rows[-1][-1] += data.strip() + " "


def test_the_index_has_every_verdict_and_leads_to_each_trace(
    modelcheck: Command, mailbox: Path, tmp_path: Path
) -> None:
    outcome = modelcheck("report", mailbox, "--html", "out", "-j", "0")
    assert outcome.code == 0
    assert outcome.out.endswith("6 of 6 verdicts as expected. See out/index.html\n")
    text = (tmp_path / "out" / "index.html").read_text()
    cells = Cells(text)
    assert [cell.split()[0] for cell in cells.rows[0]] == ["variant", "sc", "tso", "lkmm"]
    assert [[cell.split()[0] for cell in row] for row in cells.rows[1:]] == [
        ["base", "PASS", "PASS", "PASS"],
        ["no-release", "PASS", "PASS", "FAIL:assertion"],
    ]
    assert [link for link in cells.links if not link.startswith("#")] == ["deliver--no-release--lkmm.html"]
    page = (tmp_path / "out" / "deliver--no-release--lkmm.html").read_text()
    assert "mailbox.c:" in page
    assert not re.search(r"(src|href)=\"(?!data:|#|deliver)", text + page)
    assert (tmp_path / "traces" / "mailbox" / "deliver--no-release--lkmm.json").exists()


def test_what_is_not_as_expected_stands_out_and_decides_the_exit_code(
    modelcheck: Command, mailbox: Path, tmp_path: Path
) -> None:
    spec = mailbox / "spec.toml"
    spec.write_text(spec.read_text().replace('lkmm = "FAIL:assertion"', 'lkmm = "PASS"'))
    outcome = modelcheck("report", mailbox, "--html", "out", "-j", "0", "--variant", "no-*")
    assert outcome.code == 1
    assert "2 of 3 verdicts as expected, 1 not." in outcome.out
    text = (tmp_path / "out" / "index.html").read_text()
    assert text.count('class="unexpected"') == 1
    assert "expected PASS" in text


def test_the_page_of_what_passes_now_is_removed(modelcheck: Command, mailbox: Path, tmp_path: Path) -> None:
    other = tmp_path / "out" / "deliver--base--sc.html"
    other.parent.mkdir()
    other.write_text("old")
    kept = tmp_path / "out" / "deliver--no-release--sc.html"
    kept.write_text("of a cell that is not asked")
    modelcheck("report", mailbox, "--html", "out", "-j", "0", "--variant", "base")
    assert not other.exists()
    assert kept.exists()


def test_names_and_messages_are_text(modelcheck: Command, mailbox: Path, tmp_path: Path) -> None:
    spec = mailbox / "spec.toml"
    spec.write_text(spec.read_text().replace("a letter is there", "<script>alert(1)</script> a letter is there"))
    assert modelcheck("report", mailbox, "--html", "out", "-j", "0", "--model", "sc").code == 0
    text = (tmp_path / "out" / "index.html").read_text()
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "script-src &#39;none&#39;" in text


def test_a_place_that_is_no_folder_is_one_line_before_any_work(
    modelcheck: Command, mailbox: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine")
    for place, told in [("file", "file: is no folder: "), ("file/in", "file/in/index.html: cannot be written: ")]:
        outcome = modelcheck("report", mailbox, "--html", place)
        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.err.startswith(f"modelcheck: {told}")
        assert outcome.err.count("\n") == 1
    assert (tmp_path / "file").read_text() == "mine"
    assert modelcheck("report", mailbox).code == 2


def test_the_index_calls_things_as_the_pages_do(modelcheck: Command, tmp_path: Path) -> None:
    spec = Path(__file__).parents[2] / "specs" / "balloon"
    asked = ("--scenario", "clear-race", "--variant", "posted", "--model", "lkmm")
    assert modelcheck("report", spec, "--html", "out", "-j", "0", *asked).code == 0
    (cell,) = (c for row in Cells((tmp_path / "out" / "index.html").read_text()).rows for c in row if "FAIL" in c)
    assert "data race on page[0].mapping" in cell
    assert cell.count("include/linux/balloon_compaction.h:60") == 1
