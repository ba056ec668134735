"""Whatever changes in a tree and a spec, a program that is found kept is the one that would be made anew."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from modelcheck.errors import InputError
from modelcheck.frontend import kept as keeping
from modelcheck.frontend.c import parse as parsing
from modelcheck.frontend.c.kept import Shelf
from modelcheck.frontend.spec import load_program, spec_of
from modelcheck.kernel import giving, tree
from modelcheck.kernel import kept as configurations
from modelcheck.program.ir import Program
from modelcheck.program.stored import plain

FILES = {
    "linux/Makefile": "VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\n",
    "linux/Kconfig": 'config COUNT\n\tbool\n\nconfig TWICE\n\tbool\n\tdefault n\n\nsource "mm/Kconfig"\n',
    "linux/lib/Makefile": "obj-$(CONFIG_COUNT) += count.o\nCFLAGS_count.o += -DBY=1\n",
    "linux/include/linux/kernel.h": "#define START 0x10\n#include <linux/more.h>\n",
    "linux/include/linux/more.h": "#ifndef MORE\n#define MORE 0x20\n#endif\n",
    "linux/include/uapi/linux/late.h": "#define LATE 0x30\n",
    "linux/include/linux/named.h": "#ifndef WHERE\n#define WHERE which.h\n#endif\n"
    "#define QUOTED_(x) #x\n#define QUOTED(x) QUOTED_(x)\n#include QUOTED(WHERE)\n",
    "linux/lib/own.h": "#define OWN 0x40\n",
    "linux/lib/count.c": """\
#include <linux/kernel.h>
#include <linux/late.h>
#include <linux/named.h>
#include "own.h"
#ifdef CONFIG_TWICE
#define FACTOR 2
#else
#define FACTOR 1
#endif
#ifndef MORE
#define MORE 0
#endif
int counter = START + MORE + LATE + OWN + WHICH;
void bump(void) { counter += BY * FACTOR; }
""",
    "spec/near/here.h": "#define HERE 0x50\n",
    "spec/far/value.h": "#pragma once\n#undef VALUE\n#define VALUE 0x60\n"
    "#ifdef READ\n#define AGAIN 5\n#endif\n#define READ\n",
    "spec/far/which.h": "#define WHICH 0x70\n",
    "spec/harness.c": """\
#include <value.h>
#include <here.h>
#if __has_include("extra.h")
#define EXTRA 1
#else
#define EXTRA 0
#endif
#if __has_include(<optional.h>)
#include <optional.h>
#else
#define OPTIONAL 0
#endif
#ifndef VALUE
#define VALUE 0
#endif
#ifndef HERE
#define HERE 0
#endif
#ifndef AGAIN
#define AGAIN 0
#endif
extern int counter;
int value[] = { VALUE, HERE, EXTRA, OPTIONAL, AGAIN, MACRO };
void check(void) { __mc_assert(counter != *value, "assertion", "counted"); }
void other(void) { *value = 0; }
""",
    "spec/p.diff": """\
--- a/harness.c
+++ b/harness.c
@@ -25,2 +25,2 @@
 void check(void) { __mc_assert(counter != *value, "assertion", "counted"); }
-void other(void) { *value = 0; }
+void other(void) { *value = 1; }
""",
    "spec/spec.toml": """\
sources = ["kernel:lib/count.c", "harness.c"]
include = ["near", "far", "kernel:."]
defines = { MACRO = "1" }
[variants.patched]
patch = "p.diff"
[scenarios.one]
threads = ["bump"]
final = "check"
""",
    "outside/out.h": "#define VALUE 0x61\n",
}

HEADERS = (
    "value.h",
    "which.h",
    "here.h",
    "optional.h",
    "extra.h",
    "own.h",
    "linux/kernel.h",
    "linux/late.h",
    "linux/more.h",
)
PLACES = (
    "spec",
    "spec/near",
    "spec/far",
    "linux",
    "linux/lib",
    "linux/include",
    "linux/include/uapi",
    "linux/include/linux",
    "linux/include/asm-generic",
)
SPEC_CHANGES = (
    ('include = ["near", "far", "kernel:."]', 'include = ["far", "near", "kernel:."]'),
    ('MACRO = "1"', 'MACRO = "2"'),
    ('MACRO = "1"', 'MACRO = "1", MORE = "0x21"'),
    ('MACRO = "1"', 'MACRO = "1", WHERE = "here.h"'),
    ("sources =", 'config = ["CONFIG_TWICE=y"]\nsources ='),
    ("sources =", 'stubs = { bump = "nothing" }\nsources ='),
    ('final = "check"', 'final = "other"'),
    ('threads = ["bump"]', 'threads = ["bump", "bump"]'),
)
OTHER_CHANGES = (
    ("linux/Kconfig", "default n", "default y"),
    ("linux/lib/Makefile", "BY=1", "BY=3"),
    ("linux/lib/Makefile", "-DBY=1", "-DBY=1 -I $(srctree)/extra"),
    ("linux/Makefile", "SUBLEVEL = 0", "SUBLEVEL = 7"),
    ("linux/lib/count.c", "FACTOR 1", "FACTOR 4"),
    ("spec/harness.c", "EXTRA 0", "EXTRA 9"),
    ("spec/p.diff", "*value = 1", "*value = 2"),
)


class Edits:
    """Random edits of a tree and a spec; each says what it did."""

    def __init__(self, at: Path, seed: int) -> None:
        self.at = at
        self.random = random.Random(seed)

    def one(self) -> str:
        """Do one of them that can be done."""
        kinds: list[Callable[[], str]] = [
            *(self.rewrite, self.create, self.create, self.remove, self.link, self.link, self.copy_in_place_of_link),
            *(self.swap_folders, self.replace, self.touch, self.change_spec, self.change_other, self.restore),
        ]
        while True:
            with suppress(OSError, LookupError, ValueError, RuntimeError):
                return self.random.choice(kinds)()

    def header(self) -> Path:
        """A header, which may be there or not."""
        return self.at / self.random.choice(PLACES) / self.random.choice(HEADERS)

    def there(self) -> Path:
        """A header that is there."""
        every = [path for path in sorted(self.at.rglob("*.h")) if "cache" not in path.parts and path.is_file()]
        return self.random.choice(every)

    def rewrite(self) -> str:
        """Change a digit and nothing else: neither size nor date tell."""
        path = self.there()
        state, text = path.stat(), path.read_text()
        at = text.index("0x") + 2
        path.write_text(text[:at] + self.random.choice("123456789") + text[at + 1 :])
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
        return f"rewrite {path}"

    def create(self) -> str:
        path = self.header()
        path.parent.mkdir(parents=True, exist_ok=True)
        name = path.stem.upper().replace("KERNEL", "START")
        path.write_text(f"#define {name} 0x{self.random.randrange(16, 99)}\n")
        return f"create {path}"

    def remove(self) -> str:
        path = self.there()
        path.unlink()
        return f"remove {path}"

    def link(self) -> str:
        """Make a header another name of a file, of nothing, or of itself."""
        path = self.header()
        target = self.random.choice([self.there(), self.there(), self.at / "outside/out.h", self.at / "nowhere", path])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if self.random.random() < 0.3 and target.is_file():
            os.link(target, path)
        else:
            path.symlink_to(target)
        return f"link {path} to {target}"

    def copy_in_place_of_link(self) -> str:
        links = [path for path in sorted(self.at.rglob("*.h")) if path.is_symlink() or path.stat().st_nlink > 1]
        path = self.random.choice(links)
        data = path.read_bytes()
        path.unlink()
        path.write_bytes(data)
        return f"copy {path}"

    def swap_folders(self) -> str:
        """Give two folders each other's name, or make one a link to the other, which has the dates of old."""
        near, far, third = self.at / "spec/near", self.at / "spec/far", self.at / "spec/third"
        if self.random.random() < 0.5:
            near.rename(third)
            far.rename(near)
            third.rename(far)
            return "swap folders"
        if near.is_symlink() or far.is_symlink():
            raise ValueError("links already")
        near.rename(third)
        near.symlink_to(self.random.choice(["far", "third"]))
        return f"link near to {near.readlink()}"

    def replace(self) -> str:
        """A file with another number and the same text, as editors leave it."""
        path = self.there()
        shutil.copy2(path, self.at / "new")
        (self.at / "new").replace(path)
        return f"replace {path}"

    def substitute(self, name: str, old: str, new: str) -> str:
        path = self.at / name
        text = path.read_text()
        if old not in text:
            raise ValueError(old)
        path.write_text(text.replace(old, new))
        return f"{name}: {new}"

    def change_spec(self) -> str:
        return self.substitute("spec/spec.toml", *self.random.choice(SPEC_CHANGES))

    def change_other(self) -> str:
        return self.substitute(*self.random.choice(OTHER_CHANGES))

    def touch(self) -> str:
        path = self.there()
        os.utime(path)
        return f"touch {path}"

    def restore(self) -> str:
        """A file as it was in the beginning."""
        name = self.random.choice(sorted(FILES))
        (self.at / name).unlink(missing_ok=True)
        (self.at / name).parent.mkdir(parents=True, exist_ok=True)
        (self.at / name).write_text(FILES[name])
        return f"restore {name}"


def forget() -> None:
    """Be as a process that has just begun."""
    parsing._kept = Shelf()
    tree._read.clear()
    configurations._here.clear()


def load(at: Path, variant: str) -> Program | str:
    """The program, or what is wrong."""
    time.sleep(0.011)  # what is changed within one tick of the clock by which files are dated is not kept
    try:
        with giving(at / "linux"):
            spec = spec_of(at / "spec")
            return load_program(spec, spec.scenarios["one"], spec.variants[variant])
    except InputError as error:
        return str(error)


def begin(at: Path) -> None:
    """The tree and the spec as they are in the beginning."""
    for folder in ("linux", "spec", "outside"):
        shutil.rmtree(at / folder, ignore_errors=True)
    for name, text in FILES.items():
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_text(text)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_found_is_what_is_made(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(tmp_path)
    found: list[Program] = []

    def noting(*given: Any) -> Program | None:
        program = original(*given)
        found.extend([program] if program is not None else [])
        return program

    original = keeping._found
    monkeypatch.setattr(keeping, "_found", noting)
    for room in (keeping, configurations):  # somebody may be writing modelcheck while it is tested
        monkeypatch.setattr(room, "code_changed", lambda: False)
    edits, done = Edits(tmp_path, seed), ["begin"]
    programs = set()
    for _ in range(25):
        variant = edits.random.choice(["base", "base", "patched"])
        results = []
        # The first one has no folder to keep anything in, and knows what this process has read before the edits.
        for cache, new in (("spec/p.diff", False), ("empty", True), ("cache", True), ("cache", True), ("cache", False)):
            monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / cache))
            if new:
                forget()
            results.append(load(tmp_path, variant))
        shutil.rmtree(tmp_path / "empty", ignore_errors=True)
        assert results == results[:1] * 5, done
        if isinstance(results[0], str):
            begin(tmp_path)
            done = ["begin"]
        else:
            programs.add(str(plain(results[0])))
        done += [edits.one() for _ in range(edits.random.randrange(1, 4))]
    assert len(found) > 10
    assert len(programs) > 3
