"""The body of a litmus thread, made into C in which every variable is a word and a declaration is at the start.

The dialect knows no types and no scopes: a variable is a register of its thread wherever it is declared, or
not declared but assigned. Lines stay lines, and what is inserted into one is remembered, so that positions in the C
can be told in the test.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from difflib import get_close_matches

from attrs import frozen

from modelcheck.frontend.litmus.scan import Text, Token
from modelcheck.frontend.litmus.width import bytes_of

_TOKEN = re.compile(
    r"(?P<blank>\s+|//[^\n]*|/\*.*?\*/)|(?P<name>[A-Za-z_]\w*)|(?P<number>\d\w*|'(?:\\.|[^'\\\n])+')"
    r"|(?P<sign>->|\+\+|--|<<=|>>=|&&|\|\||[-+*/%&|^=!<>]=|<<|>>|[-+*/%&|^~!<>=?:;,.(){}\[\]])",
    re.DOTALL,
)

MEMORY_ORDERS = ("relaxed", "consume", "acquire", "release", "acq_rel", "seq_cst")
"""Names of C11's memory orders, as C numbers them."""

TYPES = frozenset(
    (
        *("int", "long", "short", "char", "unsigned", "signed", "void", "volatile", "const", "struct", "bool", "_Bool"),
        *("intptr_t", "uintptr_t", "size_t", "ssize_t", "ptrdiff_t", "uint", "ulong", "ktime_t", "loff_t", "__user"),
        *(f"{sign}int{bits}_t" for sign in ("", "u") for bits in (8, 16, 32, 64)),
        *(f"{start}{sign}{bits}" for start in ("", "__") for sign in "su" for bits in (8, 16, 32, 64)),
        *("_Atomic", "memory_order", "atomic_bool", "atomic_schar", "atomic_uchar", "atomic_char"),
        *(f"atomic_{sign}{name}" for sign in ("", "u") for name in ("short", "int", "long", "llong")),
        *("atomic_t", "atomic64_t", "atomic_long_t", "spinlock_t", "raw_spinlock_t", "__rcu"),
    )
)
_CONTROL = frozenset(("if", "while", "for", "switch"))
_KEYWORDS = frozenset((*_CONTROL, "else", "do", "case", "default", "break", "continue", "goto", "return", "sizeof"))
_CONSTANTS = frozenset(("true", "false", "NULL", *(f"memory_order_{name}" for name in MEMORY_ORDERS)))
_ASSIGNMENTS = frozenset(("=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="))
_INTEGRAL = frozenset(("^", "|", "&", "%", "/", "*", "<<", ">>", "~"))
"""Operators that pointers do not have in C."""
_C_WORDS = frozenset(
    ("auto", "enum", "extern", "float", "double", "inline", "register", "restrict", "static", "typedef", "union", "asm")
)

_TAKE_VARIABLES = ("try_cmpxchg", "compare_exchange")
"""Parts of the names of primitives to which the address of a variable means the variable."""

_TYPEOF = frozenset(("typeof", "__typeof__"))
_DECLARING = TYPES | _TYPEOF | {"*"}

DEEPEST = 200
"""Parentheses within each other, and signs in a row, that a body may have."""
LONGEST = 1000
"""Branches of a chain of ``else if``, and quarters of the tokens of a statement."""

Edit = tuple[int, int]
"""Column (from 1) of the test's line where something is put in, and how many characters more that makes."""


@frozen
class Body:
    """A body in C.

    Attributes:
        code: from brace to brace.
        edits: by line, counted from 0 for the line of the opening brace.
        registers: the variables that are no parameters, in the order they are met.
        renamed: the names that had to be changed, new to old.
        pointers: the variables that are declared as pointers, and the parameters; the others are integers.
        types: the words of the type that each variable is declared with, stars included.
        called: the primitives that it calls.
        addresses: whether the address of something is taken.
    """

    code: str
    edits: Mapping[int, list[Edit]]
    registers: tuple[str, ...]
    renamed: Mapping[str, str]
    pointers: Set[str]
    types: Mapping[str, tuple[str, ...]]
    called: Set[str]
    addresses: bool


def rewrite(
    text: Text, start: int, end: int, thread: str, parameters: Mapping[str, int], preset: Set[str], primitives: Set[str]
) -> Body:
    """The C of a body.

    Args:
        text: the file.
        start, end: positions of its braces.
        thread: its thread's name, for messages.
        parameters: names of the parameters, and the bytes of what they point to.
        preset: variables that have a value in the initial state.
        primitives: the functions there are.

    Raises:
        InputError: an unknown primitive, a variable that is nowhere declared or assigned, or what C has no word for.
    """
    return _Rewriting(text, start, end, thread, parameters, preset, primitives).run()


@frozen
class _Token:
    kind: str
    text: str
    at: int


class _Rewriting:
    """One pass over the tokens of a body; statements are told from expressions by what stands before them."""

    def __init__(
        self,
        text: Text,
        start: int,
        end: int,
        thread: str,
        parameters: Mapping[str, int],
        preset: Set[str],
        primitives: Set[str],
    ) -> None:
        self.text, self.start, self.thread, self.steps = text, start, thread, parameters
        self.parameters = parameters.keys()
        self.primitives = primitives
        self.source = text.content[start : end + 1]
        self.tokens = _tokens(text, start, end + 1)
        self.next = 0
        self.inserted: list[tuple[int, str]] = []
        self.blanked: list[tuple[int, int]] = []
        self.registers: dict[str, None] = dict.fromkeys(sorted(preset - self.parameters))
        self.used: dict[str, int] = {}
        self.renamed: dict[str, str] = {}
        self.statement = True
        self.case = False
        self.signs = self.elses = self.length = 0
        self.pointers = set(parameters)
        self.types: dict[str, tuple[str, ...]] = {}
        self.called: set[str] = set()
        self.binary = ""
        self.addresses = False
        self.before = "{"
        self.parens: list[tuple[str, int]] = []
        self.closed = ""

    def run(self) -> Body:
        large = len(self.tokens) > DEEPEST
        while (token := self.tokens[self.next]).kind != "end":
            if large:
                self._limit(token)
            if token.text == "(" and self._peek(1).text in TYPES and self.before not in ("sizeof", "for"):
                self._cast()
                continue
            if token.kind == "name":
                if self.statement and token.text in _DECLARING:
                    self._declaration()
                    self.statement = False
                    continue
                self.statement = self._name(token)
            elif token.kind == "number":
                self.statement, self.binary = False, ""
            else:
                self.statement = self._sign(token)
            self.before = token.text
            self.next += 1
        if self.parens:
            self.text.wrong("this ( is not closed", self.parens[-1][1])
        for name, at in self.used.items():
            if name not in self.parameters and name not in self.registers:
                self.text.wrong(
                    f"{name} is neither declared nor assigned in {self.thread}; locations come as parameters",
                    at,
                )
        return self._result()

    def _limit(self, token: Token) -> None:
        """Refuse what clang would follow deeper than its stack goes."""
        self.length = 0 if token.text in (";", "}") else self.length + 1
        self.signs = 0 if token.kind != "sign" or token.text == ";" else self.signs + 1
        if token.text == "else":
            self.elses += 1
        elif self.before in (";", "}") and token.text != "}":
            self.elses = 0
        if max(self.signs, len(self.parens)) > DEEPEST or max(self.elses, self.length // 4) > LONGEST:
            self.text.wrong("this statement is too large, or nested too deeply", token.at)

    def _peek(self, ahead: int = 0) -> Token:
        return self.tokens[min(self.next + ahead, len(self.tokens) - 1)]

    def _name(self, token: Token) -> bool:
        """Look at a name outside of declarations; whether a statement follows it."""
        word, after = token.text, self._peek(1).text
        binary, self.binary = self.binary, ""
        if word == "continue" and not (self.statement and after == ";"):
            self._variable(token)
        elif word in _KEYWORDS:
            self.case = word in ("case", "default")
            return word in ("else", "do")
        elif word in _CONSTANTS or word in TYPES or self.before == "goto":
            pass
        elif self.statement and after == ":":
            self.case = True
        elif after == "(":
            self._primitive(token)
        else:
            if word in self.pointers and (binary in _INTEGRAL or after in _INTEGRAL):
                self.inserted.append((token.at, "(long)"))
            self._variable(token)
        return False

    def _sign(self, token: Token) -> bool:
        """Look at a sign; whether a statement follows it."""
        word = token.text
        if word == "(":
            self.parens.append((self.before, token.at))
            return self.before == "for"
        if word == ")":
            if not self.parens:
                self.text.wrong("this ) closes nothing", token.at)
            self.closed, _ = self.parens.pop()
            return self.closed in _CONTROL
        self.binary = word
        if word in ("*", "&") and self._unary():
            self.binary = ""
            if word == "*":
                self.inserted.append((token.at + 1, "(long*)"))
            elif not (self.parens and any(name in self.parens[-1][0] for name in _TAKE_VARIABLES)):
                self.addresses = True
        elif word in ("->", "."):
            self.text.wrong(
                "members of structures are no part of C litmus tests; make each a location of its own", token.at
            )
        elif word == ":" and self.case:
            self.case = False
            return True
        return word in ("{", "}") or (word == ";" and not self.parens)

    def _unary(self) -> bool:
        """Whether the sign at hand has one operand."""
        before = self.before
        if before == ")":
            return self.closed in _CONTROL
        if before in ("]", "++", "--"):
            return False
        return not (before[0].isalnum() or before[0] in "_'") or before in _KEYWORDS

    def _primitive(self, token: Token) -> None:
        self.called.add(token.text)
        if token.text not in self.primitives:
            near = get_close_matches(token.text, sorted(self.primitives), n=3)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            self.text.wrong(f"there is no primitive {token.text}(){hint}", token.at)

    def _variable(self, token: Token) -> None:
        name, after = token.text, self._peek(1).text
        self.used.setdefault(name, token.at)
        if after in _ASSIGNMENTS and self.before != "*" and name not in self.parameters:
            self.registers.setdefault(name)
        if after == "[":
            # A pointer counts bytes, each of which has a word: an element is as many words as it has bytes.
            self.inserted.append((token.at, f"((long(*)[{self._step(name)}])"))
            closing = self.tokens[self._closing(self.next + 1, "[", "]") - 1]
            self.inserted.append((closing.at + 1, "[0]"))
        if (changed := c_name(name)) != name:
            self.renamed[changed] = name
            self.inserted.append((token.at + len(name), changed[len(name) :]))
        if after == "[":
            self.inserted.append((token.at + len(name), ")"))

    def _declaration(self) -> None:
        """Take out of a declaration what it says of types, so that it assigns or does nothing."""
        position, depth, declarator = self.next, 0, True
        common: list[str] = []
        stars: list[str] = []
        while (token := self.tokens[position]).kind != "end" and (depth or token.text != ";"):
            if declarator and token.text in _DECLARING:
                (stars if token.text == "*" else common).append(token.text)
                count = 2 if token.text == "struct" else 1
                self._take_out(position, self._closing(position + 1) - position if token.text in _TYPEOF else count)
                continue
            if declarator:
                if token.kind != "name":
                    self.text.wrong(f"the name of a variable is expected here, and not {token.text}", token.at)
                self._declare(token, self.tokens[position + 1].text)
                if stars:
                    self.pointers.add(token.text)
                self.types[token.text] = (*common, *stars)
                declarator, stars = False, []
            depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
            if depth < 0:
                break
            declarator = token.text == "," and not depth
            position += 1

    def _cast(self) -> None:
        """Make a cast one to a word or to a pointer to words."""
        start, end = self.next, self._closing(self.next)
        words = [token.text for token in self.tokens[start:end]]
        self.signs += 1
        if words != ["(", "void", ")"]:
            self.inserted.append((self.tokens[start].at, "(long*)" if "*" in words else "(long)"))
        self._take_out(start, end - start)

    def _step(self, name: str) -> int:
        """The bytes of what ``name`` points to."""
        if name in self.steps:
            return self.steps[name]
        words = list(self.types.get(name, ()))
        if "*" in words:
            words.remove("*")
        return bytes_of(words)

    def _closing(self, position: int, opening: str = "(", closing: str = ")") -> int:
        """Where the parenthesis that opens at ``position`` has ended."""
        depth = 0
        while self.tokens[position].kind != "end":
            depth += {opening: 1, closing: -1}.get(self.tokens[position].text, 0)
            position += 1
            if not depth:
                break
        return position

    def _take_out(self, position: int, count: int) -> None:
        """Take out tokens that say a type."""
        end = min(position + count, len(self.tokens) - 1)
        self.blanked.extend((token.at, token.at + len(token.text)) for token in self.tokens[position:end])
        del self.tokens[position:end]

    def _declare(self, token: Token, after: str) -> None:
        if token.text in self.parameters:
            self.text.wrong(f"{token.text} is a parameter of {self.thread}; give this variable another name", token.at)
        if after == "[":
            self.text.wrong("an array cannot be a variable of a thread; make it a location", token.at)
        if after == "(":
            self.text.wrong("a function cannot be declared in a litmus test", token.at)
        self.registers.setdefault(token.text)

    def _result(self) -> Body:
        pieces: list[str] = []
        edits: dict[int, list[Edit]] = {}
        source = self.source
        for begin, end in self.blanked:
            begin, end = begin - self.start, end - self.start
            source = source[:begin] + " " * (end - begin) + source[end:]
        first, first_column = self.text.place(self.start)
        at = 0
        for position, extra in sorted(self.inserted, key=lambda item: item[0]):
            pieces.append(source[at : position - self.start])
            pieces.append(extra)
            at = position - self.start
            line, column = self.text.place(position)
            edits.setdefault(line - first, []).append((column, len(extra)))
        pieces.append(source[at:])
        code = " " * (first_column - 1) + "".join(pieces)
        registers = tuple(self.registers)
        return Body(code, edits, registers, self.renamed, self.pointers, self.types, self.called, self.addresses)


def c_name(name: str) -> str:
    """``name``, or something close where C has another use for it."""
    return name + "_" if name in _KEYWORDS or name in _C_WORDS or name in TYPES else name


def _tokens(text: Text, at: int, end: int) -> list[Token]:
    found: list[Token] = []
    content = text.content
    match_at = _TOKEN.match
    while at < end:
        match = match_at(content, at, end)
        if match is None:
            text.wrong(f"{content[at]!r} is not expected here", at)
        if match.lastgroup != "blank":
            found.append(Token(match.lastgroup or "", match.group(), at))
        at = match.end()
    found.append(Token("end", "", end))
    return found
