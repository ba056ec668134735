"""The page of a trace: what it is made of, and what a browser makes of it."""

from __future__ import annotations

import json
import re
import shutil
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import attrs
import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from modelcheck.frontend.spec import program_spec
from modelcheck.trace import Trace, read_trace
from modelcheck.trace.narrative import narrative
from modelcheck.trace.page import page
from modelcheck.trace.page.heap import heap
from modelcheck.verdicts.cells import Cell, Choice, choose
from modelcheck.verdicts.job import Job, answer
from tests.trace.test_narrative import KEPT, hostile

WEAK = KEPT / "weak.json"
LONG = KEPT / "long.json"

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
browser_wanted = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="no chromium with chromedriver here: the page was not tried in a browser"
)

HOSTILE = (
    "<script>window.hacked=1</script>",
    "</script><script>window.hacked=1</script>",
    "<!--<script>",
    "<img src=x onerror=window.hacked=1>",
    "\"'><svg onload=window.hacked=1>",
    "\u202e\u200f{{ 7*7 }}]]>\u2028\ud800",
)


class Elements(HTMLParser):
    """The elements of a document, and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] in self.raw and self.cdata_elem:
            self.raw[self.elements[-1][0]].append(data)


def elements(trace: Trace) -> Elements:
    return Elements(page(trace))


def test_the_policy_allows_the_own_script_and_style_alone() -> None:
    found = elements(read_trace(WEAK))
    (policy,) = (a["content"] for tag, a in found.elements if tag == "meta" and a.get("http-equiv"))
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))

    def digest(text: str) -> str:
        return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"

    data, script = found.raw["script"]
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == digest(script)
    assert rules["style-src"] == digest("".join(found.raw["style"]))
    json.loads(data)


def test_the_page_refers_to_nothing_outside_itself() -> None:
    for tag, attributes in elements(read_trace(WEAK)).elements:
        for name in ("src", "href", "action", "srcset", "data", "poster"):
            assert (attributes.get(name) or "data:,").startswith("data:"), (tag, attributes)
        assert not [name for name in attributes if name.startswith("on") or name == "style"]


def test_what_minimising_left_out_is_on_the_page() -> None:
    trace = read_trace(WEAK)
    assert "Cut down to what matters" not in page(trace)
    assert "<li>no step of <b> is needed</li>".replace("<b>", "&lt;b&gt;") in page(
        attrs.evolve(trace, minimised=("no step of <b> is needed",))
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_trace_adds_no_element(text: str) -> None:
    trace = read_trace(WEAK)

    def shape(found: Elements) -> list[tuple[str, list[str]]]:
        return [(tag, sorted(attributes)) for tag, attributes in found.elements]

    assert shape(elements(hostile(trace, text))) == shape(elements(hostile(trace, "harmless")))


def test_the_same_trace_gives_the_same_page() -> None:
    assert page(read_trace(LONG)) == page(read_trace(LONG))


UNTYPED = """
#include <linux/slab.h>
#include <assert.h>
#include <pthread.h>
static char *kept, *word;
static int alone;
static void *reader(void *arg)
{
	WRITE_ONCE(*(int *)(kept + 8), 6);
	WRITE_ONCE(*(int *)word, 7);
	WRITE_ONCE(alone, 1);
	kfree(word);
	assert(READ_ONCE(*(int *)kept) == 6);
	return NULL;
}
int main(void)
{
	pthread_t t;
	kept = kmalloc(16, GFP_KERNEL);
	word = kmalloc(4, GFP_KERNEL);
	pthread_create(&t, NULL, reader, NULL);
	WRITE_ONCE(*(int *)kept, 5);
	WRITE_ONCE(*(int *)word, 8);
	pthread_join(t, NULL);
	return 0;
}
"""


def test_an_object_without_a_type_is_one_box_with_all_its_places(tmp_path: Path) -> None:
    file = tmp_path / "untyped.c"
    file.write_text(UNTYPED)
    spec = program_spec(file)
    (cell,) = choose(spec, Choice(models=("sc",), properties=("assertion",)))
    assert isinstance(cell, Cell)
    stored = answer(Job(spec, cell, "z3")).trace
    assert stored is not None
    (tmp_path / "it.json").write_bytes(stored)
    trace = read_trace(tmp_path / "it.json")
    shown = heap(trace, narrative(trace))
    boxes = [(box["kind"], [label for label, _ in box["fields"]]) for box in shown["boxes"]]
    assert sorted(fields for kind, fields in boxes if kind == "object") == [["+0"], ["+0", "+8"]]
    (loose,) = (fields for kind, fields in boxes if kind == "loose")
    assert "alone" in loose
    assert not any("heap" in label or "char" in label for label in loose)
    assert len(shown["frees"]) == 1


def colours(text: str) -> dict[str, tuple[float, ...]]:
    return {
        name: tuple(int((value * 2 if len(value) == 3 else value)[i : i + 2], 16) / 255 for i in (0, 2, 4))
        for name, value in re.findall(r"--([a-z0-9-]+): #([0-9a-f]{6}|[0-9a-f]{3});", text)
        if len(value) == 6 or len(set(value)) == 1
    }


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """As WCAG 2.2 defines it."""

    def luminance(colour: tuple[float, ...]) -> float:
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_stands_out_from_every_ground_in_light_and_dark() -> None:
    style = "".join(elements(read_trace(WEAK)).raw["style"])
    first, second = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    light = colours(first)
    for scheme in (light, {**light, **colours(second)}):
        for ink in ("text", "dim", "bad", "good", *(f"l{n}" for n in range(6)), "rf", "co", "fr", "addr", "ctrl"):
            for ground in ("ground", "panel", "soft"):
                assert contrast(scheme[ink], scheme[ground]) >= 4.5, (ink, ground)
        for ink in ("text", "bad", "good"):
            assert contrast(scheme[ink], scheme["lit"]) >= 4.5, ink
        assert contrast(scheme["bad"], scheme["bad-soft"]) >= 4.5


# ---------------------------------------------------------------- in a browser


class Browser:
    """A headless Chromium with one page in it."""

    def __init__(self) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = BROWSER or ""
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1400,900"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))

    def open(self, path: Path, trace: Trace, step: str = "") -> None:
        path.write_text(page(trace), encoding="utf-8", errors="surrogateescape")
        self.driver.get("about:blank")
        self.log("browser")
        self.log("performance")
        self.driver.get(f"file://{path}{step}")

    def one(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def count(self, selector: str) -> int:
        return len(self.driver.find_elements(By.CSS_SELECTOR, selector))

    def press(self, key: str, selector: str = "body") -> None:
        self.one(selector).send_keys(key)

    def now(self) -> str:
        return self.one(".now").text

    def selected(self) -> str:
        return str(self.one('[aria-selected="true"]').get_attribute("data-step"))

    def script(self, text: str) -> Any:
        return self.driver.execute_script(text)

    def log(self, name: str) -> list[Any]:
        return list(self.driver.get_log(name))  # type: ignore[no-untyped-call]

    def complaints(self) -> list[Any]:
        return self.log("browser")

    def requests(self) -> list[str]:
        """What was asked of the file system and the network since the page was opened."""
        messages = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        found = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
        assert found, "the page itself is one"
        return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    made = Browser()
    yield made
    made.driver.quit()


@browser_wanted
def test_it_steps_by_keyboard_slider_buttons_and_click(browser: Browser, tmp_path: Path) -> None:
    browser.open(tmp_path / "p.html", read_trace(WEAK))
    assert browser.now().startswith("Step 1 of 43, inflate_one: reads vb = &virtio_balloon")
    browser.press(Keys.ARROW_RIGHT)
    assert browser.now().startswith("Step 2 of 43, inflate_one: takes the lock virtio_balloon.balloon_lock")
    browser.press(Keys.END)
    assert browser.now().startswith("Step 43 of 43, compact_first: reads virtio_balloon.pages.next")
    assert browser.selected() == "43"
    browser.press(Keys.ARROW_LEFT)
    assert browser.selected() == "42"
    browser.press(Keys.HOME)
    assert browser.selected() == "1"
    browser.press(Keys.ARROW_RIGHT, "input[type=range]")
    assert browser.selected() == "2"
    browser.press(Keys.END, "input[type=range]")
    assert browser.selected() == "43"
    browser.one('[data-go="back"]').click()
    assert browser.selected() == "42"
    browser.one('.cycle [data-step="19"]').click()
    assert browser.selected() == "19"
    assert browser.one("input[type=range]").get_attribute("value") == "19"
    assert browser.complaints() == []


@browser_wanted
def test_the_focus_goes_with_the_steps_of_the_list(browser: Browser, tmp_path: Path) -> None:
    browser.open(tmp_path / "p.html", read_trace(WEAK), "#5")
    browser.press(Keys.ARROW_DOWN, '[data-step="5"]')
    assert browser.script("return document.activeElement.dataset.step") == "6"
    assert browser.script("return document.querySelectorAll('.grid [tabindex=\"0\"]').length") == 1


@browser_wanted
def test_it_shows_the_line_in_its_source_and_where_it_was_called(browser: Browser, tmp_path: Path) -> None:
    browser.open(tmp_path / "p.html", read_trace(WEAK), "#19")
    assert "include/linux/balloon_compaction.h:47 assign_balloon_mapping" in browser.one(".file").text
    assert "page->mapping = mapping;" in browser.one('#source [aria-current="step"]').text
    assert "fill_balloon (drivers/virtio/virtio_balloon.c:41)" in browser.one(".calls").text
    browser.press(Keys.END)
    assert "list_del(&page->lru);" in browser.one('#source [aria-current="step"]').text
    assert "<linux/list.h>:65" in browser.one("#source .inner").text
    assert browser.count("#source .broke") == 1
    assert "breaks here" in browser.one("#source .broke").text
    assert read_trace(WEAK).message in browser.one(".broken").text


@browser_wanted
def test_memory_is_what_the_steps_so_far_have_made_of_it(browser: Browser, tmp_path: Path) -> None:
    browser.open(tmp_path / "p.html", read_trace(WEAK), "#8")
    assert browser.one(".list").text.split() == ["virtio_balloon.pages", "⇄", "empty"]
    browser.press(Keys.ARROW_RIGHT)
    assert browser.one(".box.page tr.written").text == "flags 1"
    browser.one('.cycle [data-step="17"]').click()
    assert browser.one(".list").text.split("\n")[:3] == ["virtio_balloon.pages", "⇄", "page[0].lru"]
    browser.press(Keys.END)
    assert "this step read &virtio_balloon.pages" in browser.one(".boxes .read").text


@browser_wanted
def test_edges_are_switched_on_and_off(browser: Browser, tmp_path: Path) -> None:
    browser.open(tmp_path / "p.html", read_trace(WEAK), "#43")
    assert browser.count(".grid g.cycle") == 4
    assert browser.count(".grid path.edge.missing") == 1
    browser.one('.edges [name="cycle"]').click()
    assert browser.count(".grid g.cycle") == 0
    for name in ("co", "fr", "addr", "data", "ctrl", "fence", "rf"):
        assert browser.count(f".grid g.{name}") == (name in ("rf",) and browser.count(".grid g.rf"))
    browser.one('.edges [name="all"]').click()
    assert browser.count(".grid g.rf") > 5
    for name in ("co", "fr", "addr", "data", "ctrl", "fence"):
        browser.one(f'.edges [name="{name}"]').click()
        assert browser.count(f".grid g.{name}") > 0, name
        browser.one(f'.edges [name="{name}"]').click()
        assert browser.count(f".grid g.{name}") == 0, name


@browser_wanted
def test_a_hostile_trace_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    browser.open(tmp_path / "p.html", hostile(read_trace(WEAK), "".join(HOSTILE)))
    for key in (Keys.ARROW_RIGHT, Keys.END):
        browser.press(key)
    assert browser.now().startswith("Step 43 of 43")
    assert browser.script("return window.hacked") is None
    assert browser.count("main img, main script, .grid > div svg") == 0
    assert browser.complaints() == []
    assert [url for url in browser.requests() if not url.startswith(("file:", "data:"))] == []


@browser_wanted
@pytest.mark.parametrize("path", [WEAK, LONG], ids=["weak", "long"])
@pytest.mark.parametrize("width", [360, 1400])
def test_nothing_is_loaded_nothing_complains_and_nothing_is_wider_than_the_window(
    browser: Browser, tmp_path: Path, path: Path, width: int
) -> None:
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 800}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        browser.open(tmp_path / "p.html", read_trace(path))
        parts = ("lanes", "source", "memory", "why") if width < 800 else ("",)
        for part in parts:
            if part:
                browser.one(f'.tabs [data-part="{part}"]').click()
            browser.press(Keys.END)
            assert browser.script("return document.documentElement.scrollWidth") <= width
            wide = (
                "return [...document.querySelectorAll('.scroll')].filter((e) => e.offsetParent"
                " && e.scrollWidth > e.clientWidth + 1).map((e) => e.parentNode.id)"
            )
            assert browser.script(wide) == []
        assert browser.complaints() == []
        assert [url for url in browser.requests() if not url.startswith(("file:", "data:"))] == []
    finally:
        browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
