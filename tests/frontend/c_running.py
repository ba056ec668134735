"""Running small C programs in the tests of the C front end."""

from __future__ import annotations

from pathlib import Path

from modelcheck.frontend.c import ScenarioEntry, parse_program
from modelcheck.program.expr import Undefined, signed
from modelcheck.program.ir import Function, Instruction, Program
from modelcheck.program.machine import Finding, Initial, Outcome, Stuck, initialise
from tests.frontend.c_wellformed import complaints


def program(folder: Path, code: str, scenario: ScenarioEntry | None = None, **others: str) -> Program:
    """The well-formed program of ``code`` (as ``prog.c``) and of further files given by name without their ``.c``."""
    paths = []
    for name, text in {"prog": code, **others}.items():
        path = folder / f"{name}.c"
        path.write_text(text)
        paths.append(path)
    made = parse_program(paths, scenario=scenario, names={path: path.name for path in paths})
    assert complaints(made) == []
    return made


def outcome(folder: Path, code: str, **others: str) -> Outcome:
    """What running ``main`` to its end, or up to its first thread, comes to."""
    (only,) = initialise(program(folder, code, None, **others))
    return only


def values(folder: Path, code: str, **others: str) -> list[int | None]:
    """What a program leaves in its global array ``long out[]``; None where nothing was ever written."""
    made = program(folder, code, None, **others)
    (end,) = initialise(made)
    assert isinstance(end, Initial), end
    out = next(thing for thing in made.objects if thing.name == "out")
    result: list[int | None] = []
    for address in range(out.base, out.base + out.size, 8):
        size, value = end.memory.get(address, (8, 0))
        assert size == 8
        result.append(None if isinstance(value, Undefined) else signed(value, 64))
    return result


def evaluate(folder: Path, declarations: str, *expressions: str, before: str = "") -> list[int | None]:
    """The values of C expressions, each computed as a ``long`` in ``main`` after the statements ``before``."""
    stores = "".join(f"out[{number}] = (long)({text});\n" for number, text in enumerate(expressions))
    code = f"{declarations}\nlong out[{len(expressions)}];\nint main(void)\n{{\n{before}\n{stores}return 0;\n}}\n"
    return values(folder, code)


def finding(folder: Path, code: str, **others: str) -> Finding:
    """What is wrong with a program that fails before it starts a thread."""
    found = outcome(folder, code, **others)
    assert isinstance(found, Finding), found
    return found


def stuck(folder: Path, code: str, **others: str) -> Stuck:
    """Why a program cannot be modelled to its end."""
    found = outcome(folder, code, **others)
    assert isinstance(found, Stuck), found
    return found


def instructions(function: Function) -> list[Instruction]:
    """The instructions of a function, block by block."""
    return [instruction for block in function.blocks for instruction in block.instructions]
