"""The syntax tree of the cat language: what a model's text says, before names are looked up."""

from __future__ import annotations

from typing import TypeAlias

from attrs import frozen


@frozen
class Place:
    """Where something stands in a cat file; line and column count from 1."""

    file: str
    line: int
    column: int


@frozen
class Name:
    """An identifier: a set, a relation, a function."""

    at: Place
    name: str


@frozen
class Tag:
    """A tag ``'ONCE``; ``name`` without the quote."""

    at: Place
    name: str


@frozen
class Text:
    """A string; as a condition it asks for a variant of that name."""

    at: Place
    text: str


@frozen
class Op:
    """An operator applied to its operands.

    ``operator`` is ``|`` ``;`` ``&`` ``\\`` ``*`` ``++`` ``,`` (all as infix), ``~`` ``?`` ``+`` ``star``
    ``^-1`` ``[]`` ``{}`` (a set of the operands), ``0``, ``_``, or in a condition ``not`` ``&&`` ``||`` ``=``
    ``subset``.
    """

    at: Place
    operator: str
    operands: tuple[Expression, ...]


@frozen
class Apply:
    """``function(argument)``; several arguments are one ``,`` tuple."""

    at: Place
    function: Expression
    argument: Expression


Parameter: TypeAlias = "str | tuple[Parameter, ...]"
"""A name, or a tuple of parameters for an argument that is a tuple."""


@frozen
class Binding:
    """``name = value`` or ``name(parameters) = value``; a tuple pattern has several ``names``."""

    at: Place
    names: tuple[str, ...]
    parameters: tuple[Parameter, ...] | None
    value: Expression


@frozen
class Function:
    """``fun parameters -> body``."""

    at: Place
    parameters: tuple[Parameter, ...]
    body: Expression


@frozen
class LetIn:
    """``let [rec] bindings in body``."""

    at: Place
    recursive: bool
    bindings: tuple[Binding, ...]
    body: Expression


@frozen
class Conditional:
    """``if condition then … else …``."""

    at: Place
    condition: Expression
    then: Expression
    otherwise: Expression


@frozen
class Try:
    """``try attempt with otherwise``: the second where the first names something undefined."""

    at: Place
    attempt: Expression
    otherwise: Expression


@frozen
class Match:
    """``match subject with pattern -> value || …``; a pattern is a Tag, a Name, ``_``, ``{}`` or ``x ++ S``."""

    at: Place
    subject: Expression
    clauses: tuple[tuple[Expression, Expression], ...]


Expression = Name | Tag | Text | Op | Apply | Function | LetIn | Conditional | Try | Match


@frozen
class Let:
    """``let [rec] bindings``."""

    at: Place
    recursive: bool
    bindings: tuple[Binding, ...]


@frozen
class Check:
    """``[flag] [~] test expression [as name]``; ``test`` is ``acyclic``, ``irreflexive`` or ``empty``."""

    at: Place
    test: str
    negated: bool
    flag: bool
    expression: Expression
    name: str | None


@frozen
class Include:
    """``include "file"``."""

    at: Place
    path: str


@frozen
class Included:
    """What an `Include` stands for; ``locks``: it is the user's own lock.cat, which chooses rf and co for locks."""

    at: Place
    path: str
    instructions: tuple[Instruction, ...]
    locks: bool = False


@frozen
class Ignored:
    """``show`` and ``unshow``: about pictures, not about what is allowed."""

    at: Place


@frozen
class With:
    """``with name from expression``: one execution for each element of a set."""

    at: Place
    name: str
    expression: Expression


@frozen
class Procedure:
    """``procedure name(parameters) = instructions end``."""

    at: Place
    name: str
    parameters: tuple[str, ...]
    body: tuple[Instruction, ...]


@frozen
class CallProcedure:
    """``call name(argument) [as label]``."""

    at: Place
    name: str
    arguments: tuple[Expression, ...]


@frozen
class Enumeration:
    """``enum name = 'tag || …``."""

    at: Place
    name: str
    tags: tuple[str, ...]


@frozen
class Annotations:
    """``instructions kind[…]``: which tags an instruction may bear, or the enumeration of them."""

    at: Place
    kind: str
    named: tuple[Name | Tag, ...]


@frozen
class ConditionalInstructions:
    """``if condition … [else …] end``."""

    at: Place
    condition: Expression
    then: tuple[Instruction, ...]
    otherwise: tuple[Instruction, ...]


@frozen
class ForAll:
    """``forall name in set do … end``."""

    at: Place
    name: str
    expression: Expression
    body: tuple[Instruction, ...]


Instruction = (
    Let
    | Check
    | Include
    | Included
    | Ignored
    | With
    | Procedure
    | CallProcedure
    | Enumeration
    | Annotations
    | ConditionalInstructions
    | ForAll
)


@frozen
class File:
    """A whole cat file."""

    title: str | None
    instructions: tuple[Instruction, ...]


def arguments(argument: Expression) -> tuple[Expression, ...]:
    """The arguments of an application, a tuple taken apart."""
    if isinstance(argument, Op) and argument.operator == ",":
        return argument.operands
    return (argument,)
