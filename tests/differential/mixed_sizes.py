"""Random threads over a union that they access whole and in parts: the solver against the explorer.

``python -m tests.differential.mixed_sizes --programs 2000 --seed 1``
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Final

from modelcheck.interleave.explore import Limits, explore
from modelcheck.solve.check import check
from tests.solve.checking import model, parse

ASKED: Final = frozenset({"assertion", "deadlock", "uninitialised"})
PARTS: Final = ("w", "h[0]", "h[1]", "b[0]", "b[3]")
VALUES: Final = ("1", "0x101", "0x10000", "0xff", "0x01010101")
WEAKER: Final = {"pso": ("sc", "tso"), "lkmm": ("sc",), "rc11": ("sc",)}
"""Of each model stronger ones: it allows what they do."""


def _shared(pick: random.Random) -> str:
    part, value = f"u.{pick.choice(PARTS)}", pick.choice(VALUES)
    return pick.choice(
        (
            f"WRITE_ONCE({part}, {value});",
            f"WRITE_ONCE({part}, {value});",
            f"r += READ_ONCE({part});",
            f"r += READ_ONCE({part});",
            f"{part} {pick.choice(('+=', '|=', '^='))} {value};",
            f"if (READ_ONCE({part}) == {value}) WRITE_ONCE(y, 1);",
            f"xchg(&{part}, {value});",
            f"cmpxchg(&{part}, 0, {value});",
            pick.choice(("smp_mb();", "smp_wmb();", "smp_rmb();", "WRITE_ONCE(y, 2);")),
        )
    )


def _private(pick: random.Random) -> str:
    part, value = f"l.{pick.choice(PARTS)}", pick.choice(VALUES)
    return pick.choice(
        (
            f"{part} = {value};",
            f"{part} += {value};",
            f"r ^= {part};",
            f"if ({part} & {value}) WRITE_ONCE(y, 3);",
            "l.w = READ_ONCE(u.w);",
            "WRITE_ONCE(u.w, l.w);",
        )
    )


def program(seed: int) -> str:
    """Two threads over the union ``u``, each with one of its own, and what their outcome must not be."""
    pick = random.Random(seed)
    text = "union w { unsigned w; unsigned short h[2]; unsigned char b[4]; };\n"
    text += "static union w u; static unsigned y, out[2];\n"
    for thread in range(2):
        steps = [(_private if pick.random() < 0.35 else _shared)(pick) for _ in range(pick.randint(2, 4))]
        body = " ".join(("union w l; l.w = 0; unsigned r = 0;", *steps, f"out[{thread}] = r;"))
        text += f"void t{thread}(void) {{ {body} }}\n"
    bad = pick.choice(
        (
            f"u.w == {pick.choice(VALUES)}",
            f"out[0] == {pick.choice((0, 1, 257))} && out[1] == {pick.choice((0, 1, 257))}",
            f"u.h[{pick.randint(0, 1)}] == {pick.choice((0, 1, 257))} && y == {pick.randint(0, 3)}",
            f"u.b[{pick.choice((0, 1, 3))}] > {pick.randint(0, 1)}",
        )
    )
    return f"{text}void final(void) {{ BUG_ON({bad}); }}\n"


def differences(seed: int, tally: Counter[str]) -> list[str]:
    """What the solver says otherwise of a program than the explorer, for each model; UNKNOWN is no difference."""
    made = parse(program(seed))
    explored = {name: explore(made, name, ASKED, Limits(20)).verdict for name in ("sc", "tso")}
    found: list[str] = []
    for name in ("sc", "tso", *WEAKER):
        result = check(made, model(name), ASKED)
        tally[f"{name} {result.verdict}"] += 1
        stronger = {explored[other] for other in WEAKER.get(name, (name,))}
        wrong = result.verdict == "PASS" and "FAIL" in stronger
        if wrong or (name in explored and result.verdict == "FAIL" and explored[name] == "PASS"):
            found.append(f"seed {seed}: {name}: the solver says {result.verdict}, the explorer {explored}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, and print the differences and a tally."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    tally: Counter[str] = Counter()
    several = 0
    for seed in range(given.seed, given.seed + given.programs):
        for line in differences(seed, tally):
            print(line, program(seed), sep="\n")
            several += 1
    print(*(f"{key}: {count}" for key, count in sorted(tally.items())), sep="\n")
    return 1 if several else 0


if __name__ == "__main__":
    sys.exit(main())
