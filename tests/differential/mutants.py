"""Mutants of every kind of input: each is answered with an exit code and a line, never with a traceback or for ever.

``python -m tests.differential.mutants --count 10000 --seed 1`` runs so many; ``--kind patch`` of one kind only. What is
wrong is kept in the folder ``--keep``, with the command that shows it. Each mutant runs in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from attrs import frozen

ROOT: Final = Path(__file__).parents[2]
SMALL: Final = ROOT / "tests" / "cli" / "data" / "mailbox"
SECONDS: Final = "2"
"""The time limit that a command is given."""

LONGEST: Final = 120.0
"""Seconds after which a command hangs, on a machine that is busy with others."""


@frozen
class Mutant:
    """Files by name, and the arguments of the command that reads them."""

    files: dict[str, bytes]
    arguments: tuple[str, ...]


@frozen
class Wrong:
    """What a command did that none should."""

    mutant: Mutant
    what: str


_ODD: Final = (
    *(b"", b"\0", b"\xff\xfe", b"\r\n", b"\n\n\n", b"-", b"--", b"0", b"-1", b"4294967296", b"18446744073709551616"),
    *(b"9" * 5000, b"a" * 300, b"../", b"/", b"/dev/null", b"\\", b'"', b"'", b"{", b"}", b"(" * 200, b")", b"[", b"]"),
    *(
        b"@@",
        b"@@ -0,0 +0,0 @@",
        b"@@ -1 +1 @@\n",
        b"--- a/x\n+++ b/x\n",
        b"%",
        b"*",
        b"\t",
        b"\xe2\x80\xae",
        b"=",
        b",",
    ),
    *(
        b"1e999",
        b"nan",
        b"true",
        b"null",
        b"[[",
        b"]]",
        b'"""',
        b"rename from x\n",
        b"GIT binary patch\n",
        b"let rec r = ",
    ),
    *(
        b"From a@b Mon Sep 17 00:00:00 2001\n",
        b"Content-Type: text/plain; charset=nonsense\n",
        b"=?utf-8?q?=ff?=",
        b"|",
    ),
)


def mutate(text: bytes, other: bytes, random_: random.Random) -> bytes:
    """``text`` with up to four faults; ``other`` is a text of the same kind to take parts from."""
    for _ in range(random_.choice((1, 1, 1, 2, 2, 3, 4))):
        lines = text.split(b"\n")
        at, to = (random_.randrange(len(lines)) for _ in range(2))
        match random_.randrange(9):
            case 0:
                del lines[at]
            case 1:
                lines.insert(to, lines[at])
            case 2:
                lines[at], lines[to] = lines[to], lines[at]
            case 3:
                from_other = other.split(b"\n")
                begin = random_.randrange(len(from_other))
                lines[at:at] = from_other[begin : begin + random_.randrange(1, 8)]
            case 4:
                del lines[min(at, to) : max(at, to)]
            case 5:
                lines = lines[: at + 1]
                lines[-1] = lines[-1][: random_.randrange(len(lines[-1]) + 1)]
            case _:
                words = lines[at].split(b" ")
                word = random_.randrange(len(words))
                choice = random_.randrange(4)
                if choice == 0:
                    words[word] = random_.choice(_ODD)
                elif choice == 1:
                    words[word] += random_.choice(_ODD)
                elif choice == 2 and words[word]:
                    place = random_.randrange(len(words[word]))
                    changed = bytearray(words[word])
                    changed[place] ^= 1 << random_.randrange(8)
                    words[word] = bytes(changed)
                else:
                    words[word] = random_.choice(other.split() or [b""])
                lines[at] = b" ".join(words)
        text = b"\n".join(lines)
    return text


def _texts(*patterns: str) -> list[bytes]:
    found = [path for pattern in patterns for path in sorted(ROOT.glob(pattern)) if path.stat().st_size < 60_000]
    return [path.read_bytes() for path in found]


def _spec_files() -> dict[str, bytes]:
    return {
        f"spec/{path.relative_to(SMALL).as_posix()}": path.read_bytes() for path in SMALL.rglob("*") if path.is_file()
    }


def _patches() -> list[bytes]:
    own = (SMALL / "mailbox.c").read_text().splitlines(keepends=True)
    import difflib

    found = []
    for first, last in ((2, 3), (5, 9), (len(own) - 3, len(own) - 1), (0, 1)):
        new = [*own[:first], "int added;\n", *own[last:]]
        head = "diff --git a/mailbox.c b/mailbox.c\nindex 1234567..89abcde 100644\n"
        found.append((head + "".join(difflib.unified_diff(own, new, "a/mailbox.c", "b/mailbox.c"))).encode())
    found.append(
        b"diff --git a/new.c b/new.c\nnew file mode 100644\n--- /dev/null\n+++ b/new.c\n@@ -0,0 +1 @@\n+int n;\n"
    )
    found.append(b"diff --git a/mailbox.c b/other.c\nsimilarity index 100%\nrename from mailbox.c\nrename to other.c\n")
    return [*found, *_texts("specs/*/patches/*.patch")]


def patch(random_: random.Random) -> Mutant:
    """A diff given to ``regress``."""
    seeds = _patches()
    text = mutate(random_.choice(seeds[:6]), random_.choice(seeds), random_)
    chosen = ("--variant", "base", "--model", "sc", "--timeout", SECONDS, "--no-cache", "-j", "0")
    return Mutant({**_spec_files(), "x.patch": text}, ("regress", "spec", "--patch", "x.patch", *chosen))


def mailbox(random_: random.Random) -> Mutant:
    """A mailbox given to ``regress``."""
    seeds = _patches()
    mails = [
        b"From 0123456789 Mon Sep 17 00:00:00 2001\nFrom: A <a@b.c>\nSubject: [PATCH v%d %d/2] Title %d\n"
        b"\nText\n---\n%s\n-- \n2.1\n" % (random_.randrange(1, 3), number, number, random_.choice(seeds[:6]))
        for number in (1, 2)
    ]
    text = mutate(b"\n".join(mails), random_.choice(seeds), random_)
    chosen = ("--variant", "base", "--model", "sc", "--timeout", SECONDS, "--no-cache", "-j", "0")
    return Mutant({**_spec_files(), "x.mbox": text}, ("regress", "spec", "--mbox", "x.mbox", *chosen))


def spec(random_: random.Random) -> Mutant:
    """A ``spec.toml``."""
    files = _spec_files()
    files["spec/spec.toml"] = mutate(
        files["spec/spec.toml"], random_.choice(_texts("specs/*/spec.toml", "tests/*/data/*/spec.toml")), random_
    )
    return Mutant(files, ("check", "spec", "--timeout", SECONDS, "-j", "0", "--model", "sc"))


def program(random_: random.Random) -> Mutant:
    """C under a spec, or with a ``main()``."""
    texts = _texts("tests/include/threads/*.c", "tests/include/holds/*.c", "tests/include/parses/*.c", "specs/*/*.c")
    text = mutate(random_.choice(texts), random_.choice(texts), random_)
    engine = random_.choice(("z3", "z3", "interleave"))
    return Mutant({"x.c": text}, ("check", "x.c", "--timeout", SECONDS, "-j", "0", "--model", "sc", "--engine", engine))


def litmus(random_: random.Random) -> Mutant:
    """A litmus test."""
    texts = _texts("tests/litmus/*.litmus")
    text = mutate(random_.choice(texts), random_.choice(texts), random_)
    return Mutant({"x.litmus": text}, ("litmus", "x.litmus", "--timeout", SECONDS, "-j", "0"))


def cat(random_: random.Random) -> Mutant:
    """A memory model, asked about a test."""
    texts = _texts("modelcheck/models/*.cat", "modelcheck/models/*.bell", "tests/cat/files/*.cat")
    tests = _texts("tests/litmus/lock-*.litmus", "tests/litmus/rcu-*.litmus")
    text = mutate(random_.choice(texts), random_.choice(texts), random_)
    asked = ("litmus", "t.litmus", "--model", "x.cat", "--timeout", SECONDS, "-j", "0")
    return Mutant({"x.cat": text, "t.litmus": random_.choice(tests)}, asked)


def trace(random_: random.Random) -> Mutant:
    """A stored trace, shown or replayed."""
    texts = _texts("traces/seqlock/*.json", "traces/ticketlock/*.json", "traces/explained/*.json")
    text = mutate(random_.choice(texts), random_.choice(texts), random_)
    command = random_.choice((("show",), ("replay",), ("show", "--html", "x.html"), ("show", "--litmus", "-")))
    source = ("--source", str(ROOT / "specs" / "seqlock")) if command == ("replay",) else ()
    return Mutant({"x.json": text}, (command[0], "x.json", *command[1:], *source))


def arguments(random_: random.Random) -> Mutant:
    """Values on the command line."""
    values = [os.fsdecode(one.replace(b"\0", b"")) for one in _ODD] + ["spec", "sc", "read", "base", "x.c", "1", "0.5"]
    options = (
        *("--scenario", "--variant", "--model", "--property", "--unroll", "--timeout", "--engine", "--format", "-j"),
        *(
            "--traces",
            "--patch",
            "--mbox",
            "--git",
            "--base",
            "--kind",
            "--sets",
            "--source",
            "-o",
            "--width",
            "--bell",
        ),
    )
    command = random_.choice(("check", "regress", "audit", "show", "replay", "minimise", "explain", "locks", "litmus"))
    given = [random_.choice(("spec", "x.json", "x.c", "t.litmus", random_.choice(values)))]
    for _ in range(random_.randrange(1, 4)):
        given += [random_.choice(options), random_.choice(values)]
    files = {**_spec_files(), "x.c": b"int main(void) { return 0; }\n", "t.litmus": _texts("tests/litmus/lock-*")[0]}
    limit = ("--timeout", SECONDS) if command in ("check", "regress", "locks", "litmus") else ()
    return Mutant({**files, "x.json": _texts("traces/seqlock/*.json")[0]}, (command, *given, *limit))


KINDS: Final[dict[str, Callable[[random.Random], Mutant]]] = {
    made.__name__: made for made in (patch, mailbox, spec, program, litmus, cat, trace, arguments)
}


def answer(mutant: Mutant, longest: float = LONGEST) -> str:
    """What is wrong with how the command line answers ``mutant``; empty: nothing."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as place:
        folder = Path(place)
        for name, data in mutant.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        child = os.fork()
        if child == 0:
            _run(folder, mutant.arguments)
        end = time.monotonic() + longest
        while True:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                break
            if time.monotonic() > end:
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return f"no end in {longest:g} s"
            time.sleep(0.002)
        code = os.waitstatus_to_exitcode(status)
        said = (folder / ".said").read_bytes().decode("utf-8", "replace")
    if "Traceback (most" in said or "internal error" in said:
        return "\n".join(said.strip().splitlines()[-3:])
    if code not in (0, 1, 2, 3):
        return f"exit code {code}: {said[-300:]}"
    return "an error without a word" if code == 2 and not said.strip() else ""


def _run(folder: Path, given: Sequence[str]) -> None:
    """Be the command, in a folder of its own."""
    code = 70
    try:
        os.setpgid(0, 0)
        os.chdir(folder)
        said = os.open(".said", os.O_WRONLY | os.O_CREAT)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream, to in ((0, nothing), (1, said), (2, said)):
            os.dup2(to, stream)
        sys.stdout, sys.stderr = (os.fdopen(stream, "w", closefd=False) for stream in (1, 2))
        sys.argv = ["modelcheck", *given]
        from modelcheck.cli.app import main

        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 71
    except BaseException:  # noqa: BLE001 (whatever it is, it is what is looked for)
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def run(kinds: Sequence[str], count: int, seed: int, keep: Path | None = None) -> list[Wrong]:
    """``count`` mutants, of ``kinds`` in turn; those that are answered wrongly."""
    _warm_up()
    found: list[Wrong] = []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        mutant = KINDS[kind](random.Random(f"{seed} {number} {kind}"))
        what = answer(mutant)
        if what:
            found.append(Wrong(mutant, f"{kind} {number}: {what}"))
            if keep is not None:
                _keep(mutant, keep / f"{kind}-{seed}-{number}", what)
    return found


def _warm_up() -> None:
    """Load and parse once, before all forks, what every command needs."""
    import gc

    import modelcheck

    modelcheck.check(SMALL, models=["sc"], jobs=0)
    modelcheck.litmus([ROOT / "tests" / "litmus" / "coherence-read-read.litmus"], jobs=0)
    gc.collect()
    gc.freeze()


def _keep(mutant: Mutant, folder: Path, what: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in mutant.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / "COMMAND").write_text(f"{mutant.arguments!r}\n{what}\n", "utf-8", "backslashreplace")


def main() -> None:
    """Run mutants as the command line says, and exit with 1 where one is answered wrongly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", action="append", choices=sorted(KINDS))
    parser.add_argument("--keep", type=Path, default=None)
    chosen = parser.parse_args()
    wrong = run(chosen.kind or list(KINDS), chosen.count, chosen.seed, chosen.keep)
    for one in wrong:
        print(one.what, end="\n\n")
    print(f"{chosen.count} mutants, {len(wrong)} answered wrongly", dict(Counter(w.what.split()[0] for w in wrong)))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
