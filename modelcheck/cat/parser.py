"""Cat text to its syntax tree."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from lark import Lark, Token, Transformer, Tree, v_args
from lark.exceptions import LarkError, UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.grammar import Rule
from lark.lexer import TerminalDef

from modelcheck.cat import syntax
from modelcheck.cat.kept import grammar_digest
from modelcheck.errors import InputError
from modelcheck.keeping import find, put


def parse(text: str, file: str) -> syntax.File:
    """The syntax tree of one cat file.

    Args:
        text: what is in it.
        file: its name, for places and errors.

    Raises InputError, with line and column, where the text is not in the language.
    """
    bare = _blank_comments(text, file)
    try:
        tree = _parser().parse(bare)
    except UnexpectedCharacters as error:
        found = bare[error.pos_in_stream or 0]
        raise InputError(f"unexpected character {found!r}", file, error.line, error.column) from None
    except UnexpectedToken as error:
        if error.token.type == "$END":
            lines = text.split("\n")
            raise InputError(
                "the file ends in the middle of an instruction", file, len(lines), len(lines[-1]) + 1
            ) from None
        raise InputError(f"unexpected {str(error.token)!r}", file, error.line, error.column) from None
    except UnexpectedInput as error:
        raise InputError("syntax error", file, error.line, error.column) from None
    result: syntax.File = _Builder(file).transform(tree)
    return result


@cache
def _parser() -> Lark:
    """The parser. Its tables are kept between runs: making them takes longer than everything else at start."""
    grammar = resources.files("modelcheck.cat").joinpath("grammar.lark").read_text(encoding="utf-8")
    made_from = grammar_digest(grammar)
    tables = find("cat-grammar", made_from, _numbered)
    if tables is not None:
        try:
            data, memo = tables
            kept: Lark = Lark._load_from_dict(data, memo)  # type: ignore[no-untyped-call]
            return kept
        except (ValueError, TypeError, LookupError, AttributeError, AssertionError, LarkError):
            pass  # whatever is wrong with them, they can be made anew
    parser = Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=True)
    put("cat-grammar", made_from, parser.memo_serialize([TerminalDef, Rule]))
    return parser


def _numbered(table: dict[str, Any]) -> dict[Any, Any]:
    """A table of lark's with the numbers as keys that JSON made strings of."""
    return {int(key): value for key, value in table.items()} if all(map(str.isdecimal, table)) else table


def _blank_comments(text: str, file: str) -> str:
    """``text`` with its comments turned to blanks, so that places stay: nested ``(* … *)``, ``// …`` and ``# …``."""
    result: list[str] = []
    depth = position = opened = 0
    quoted = False
    while position < len(text):
        pair = text[position : position + 2]
        if depth == 0 and text[position] == '"':
            quoted = not quoted
        elif text[position] == "\n":
            quoted = False
        if not quoted and pair == "(*" and text[position : position + 3] != "(*)":
            if depth == 0:
                opened = position
            depth += 1
        elif depth and pair == "*)":
            depth -= 1
            result.append("  ")
            position += 2
            continue
        elif not quoted and not depth and (pair == "//" or pair[0] == "#"):
            end = text.find("\n", position)
            end = len(text) if end < 0 else end
            result.append(" " * (end - position))
            position = end
            continue
        if depth:
            width = 2 if pair == "(*" else 1
            result.append("\n" if text[position] == "\n" else " " * width)
            position += width
        else:
            result.append(text[position])
            position += 1
    if depth:
        before = text[:opened]
        raise InputError("this comment is never closed", file, before.count("\n") + 1, opened - before.rfind("\n"))
    return "".join(result)


@v_args(meta=True)
class _Builder(Transformer[Token, Any]):
    """Turns lark's tree into the classes of `syntax`, bottom up; one method for each rule of the grammar."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self.file = file

    def _at(self, meta: Any) -> syntax.Place:
        return syntax.Place(self.file, getattr(meta, "line", 1), getattr(meta, "column", 1))

    def _op(self, meta: Any, operator: str, operands: list[Any]) -> syntax.Op:
        return syntax.Op(self._at(meta), operator, tuple(o for o in operands if o is not None))

    # files and instructions

    def start(self, meta: Any, children: list[Any]) -> syntax.File:
        return syntax.File(children[0], tuple(children[1:]))

    def title(self, meta: Any, children: list[Token]) -> str:
        return str(children[0]).strip('"')

    def let(self, meta: Any, children: list[Any]) -> syntax.Let:
        return syntax.Let(self._at(meta), False, children[0])

    def let_rec(self, meta: Any, children: list[Any]) -> syntax.Let:
        return syntax.Let(self._at(meta), True, children[0])

    def include(self, meta: Any, children: list[Token]) -> syntax.Include:
        return syntax.Include(self._at(meta), children[0].strip('"'))

    def show(self, meta: Any, children: list[Any]) -> syntax.Ignored:
        return syntax.Ignored(self._at(meta))

    def shown(self, meta: Any, children: list[Any]) -> None:
        return None

    def with_from(self, meta: Any, children: list[Any]) -> syntax.With:
        return syntax.With(self._at(meta), str(children[0]), children[1])

    def procedure(self, meta: Any, children: list[Any]) -> syntax.Procedure:
        return syntax.Procedure(self._at(meta), str(children[0]), children[1] or (), tuple(children[2:]))

    def call(self, meta: Any, children: list[Any]) -> syntax.CallProcedure:
        return syntax.CallProcedure(self._at(meta), str(children[0]), syntax.arguments(children[1]))

    def enumeration(self, meta: Any, children: list[Token]) -> syntax.Enumeration:
        tags = tuple(str(c)[1:] for c in children[1:] if c is not None)
        return syntax.Enumeration(self._at(meta), str(children[0]), tags)

    def annotations_of(self, meta: Any, children: list[Any]) -> syntax.Annotations:
        named = tuple(name for several in children[1:] for name in several)
        return syntax.Annotations(self._at(meta), str(children[0]), named)

    def annotations(self, meta: Any, children: list[Token]) -> tuple[syntax.Name | syntax.Tag, ...]:
        return tuple(
            syntax.Tag(self._at(child), str(child)[1:])
            if child.startswith("'")
            else syntax.Name(self._at(child), child)
            for child in children
            if child is not None
        )

    def if_instructions(self, meta: Any, children: list[Any]) -> syntax.ConditionalInstructions:
        return syntax.ConditionalInstructions(self._at(meta), children[0], children[1], children[2] or ())

    def forall(self, meta: Any, children: list[Any]) -> syntax.ForAll:
        return syntax.ForAll(self._at(meta), str(children[0]), children[1], tuple(children[2:]))

    def block(self, meta: Any, children: list[Any]) -> tuple[Any, ...]:
        return tuple(children)

    def check(self, meta: Any, children: list[Any]) -> syntax.Check:
        flag, test, expression, name = children
        label = None if name is None else str(name)
        negated = test.startswith("~")
        if flag == "undefined_unless":
            negated = not negated  # an execution in which it does not hold has no meaning: that is flagged
        return syntax.Check(self._at(meta), test.lstrip("~ \t\r\n"), negated, flag is not None, expression, label)

    def names(self, meta: Any, children: list[Token]) -> tuple[str, ...]:
        return tuple(map(str, children))

    def patterns(self, meta: Any, children: list[Any]) -> tuple[syntax.Parameter, ...]:
        return tuple(str(child) if isinstance(child, Token) else child for child in children)

    def catdep(self, meta: Any, children: list[Any]) -> syntax.Ignored:
        return syntax.Ignored(self._at(meta))

    def bindings(self, meta: Any, children: list[Any]) -> tuple[syntax.Binding, ...]:
        return tuple(children)

    def value_binding(self, meta: Any, children: list[Any]) -> syntax.Binding:
        return syntax.Binding(self._at(meta), (str(children[0]),), None, children[1])

    def function_binding(self, meta: Any, children: list[Any]) -> syntax.Binding:
        return syntax.Binding(self._at(meta), (str(children[0]),), (str(children[1]),), children[2])

    def functions_binding(self, meta: Any, children: list[Any]) -> syntax.Binding:
        return syntax.Binding(self._at(meta), (str(children[0]),), children[1] or (), children[2])

    def tuple_binding(self, meta: Any, children: list[Any]) -> syntax.Binding:
        return syntax.Binding(self._at(meta), children[0], None, children[1])

    # expressions

    def let_in(self, meta: Any, children: list[Any]) -> syntax.LetIn:
        return syntax.LetIn(self._at(meta), False, children[0], children[1])

    def let_rec_in(self, meta: Any, children: list[Any]) -> syntax.LetIn:
        return syntax.LetIn(self._at(meta), True, children[0], children[1])

    def if_expression(self, meta: Any, children: list[Any]) -> syntax.Conditional:
        return syntax.Conditional(self._at(meta), *children)

    def try_with(self, meta: Any, children: list[Any]) -> syntax.Try:
        return syntax.Try(self._at(meta), *children)

    def match(self, meta: Any, children: list[Any]) -> syntax.Match:
        return syntax.Match(self._at(meta), children[0], tuple(c for c in children[1:] if c is not None))

    def clause(self, meta: Any, children: list[Any]) -> tuple[Any, ...]:
        return tuple(children)

    def fun(self, meta: Any, children: list[Any]) -> syntax.Function:
        first = children[0]
        parameters = (str(first),) if isinstance(first, Token) else first or ()
        return syntax.Function(self._at(meta), parameters, children[1])

    def apply(self, meta: Any, children: list[Any]) -> syntax.Expression:
        at = self._at(meta)
        function: syntax.Expression = syntax.Name(at, str(children[0]))
        for argument in children[1:]:
            function = syntax.Apply(at, function, argument)
        return function

    def name(self, meta: Any, children: list[Token]) -> syntax.Name:
        return syntax.Name(self._at(meta), str(children[0]))

    def tag(self, meta: Any, children: list[Token]) -> syntax.Tag:
        return syntax.Tag(self._at(meta), str(children[0])[1:])

    def text(self, meta: Any, children: list[Token]) -> syntax.Text:
        return syntax.Text(self._at(meta), children[0].strip('"'))

    def element_and_rest(self, meta: Any, children: list[Token]) -> syntax.Op:
        at = self._at(meta)
        return syntax.Op(at, "++", tuple(syntax.Name(at, str(child)) for child in children))

    def complement_product(self, meta: Any, children: list[Any]) -> syntax.Op:
        return self._op(meta, "*", [self._op(meta, "~", children[:1]), children[1]])

    def zero(self, meta: Any, children: list[Any]) -> syntax.Op:
        return self._op(meta, "0", [])

    def any(self, meta: Any, children: list[Any]) -> syntax.Op:
        return self._op(meta, "_", [])

    def __default__(self, data: Any, children: list[Any], meta: Any) -> Any:
        operator = _OPERATORS.get(str(data))
        if operator is None:
            return Tree(data, children, meta)
        operands = [child for child in children if child is not None]
        return operands[0] if str(data) == "extension" and len(operands) == 1 else self._op(meta, operator, operands)


_OPERATORS = {
    "union": "|",
    "extension": "++",
    "sequence": ";",
    "difference": "\\",
    "intersection": "&",
    "product": "*",
    "complement": "~",
    "optional": "?",
    "plus": "+",
    "star": "star",
    "inverse": "^-1",
    "identity": "[]",
    "set": "{}",
    "tuple": ",",
    "either": "||",
    "both": "&&",
    "not_": "not",
    "equal": "=",
    "subset": "subset",
}
