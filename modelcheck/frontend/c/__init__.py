"""The C front end: C files, read by libclang, become a `Program`.

What a reader of the result should know:

- A local variable is a register, and a small struct or array one register for each scalar, unless its address is taken.
- Structs are copied scalar by scalar, of a union its first largest member. A bitfield is written by reading and
  writing its storage unit.
- What may not be aligned, as a member of a packed struct, is one access where it is and one for each byte where not.
  So is memory that `memcpy()` and its kin take without a type that tells what it holds.
- What clang refuses within a function's body counts where that function is reached.
- Operands are evaluated from left to right, of an assignment the right side first. ``?:`` is a branch, hence a control
  dependency; ``&&`` and ``||`` used as values are arithmetic where their right side touches registers only.
- Division, shifts and indices into arrays of known size are checked where their operands are not constant.
- The value of a register that was never set is UNDEFINED, as is the result of a function that returns none.
- Only what the entry reaches is lowered; functions whose address is taken on the way count as reached.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelcheck.frontend.c.entry import ScenarioEntry as ScenarioEntry
    from modelcheck.frontend.c.program import parse_noted as parse_noted
    from modelcheck.frontend.c.program import parse_program as parse_program
    from modelcheck.frontend.c.program import parse_refusals as parse_refusals
    from modelcheck.frontend.confine import Bounds as Bounds

__all__ = ["Bounds", "ScenarioEntry", "parse_noted", "parse_program", "parse_refusals"]


def __getattr__(name: str) -> Any:
    """What reads whole programs is loaded when it is asked for: a litmus test needs little of it."""
    if name not in __all__:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from modelcheck.frontend.c import program

    return getattr(program, name)
