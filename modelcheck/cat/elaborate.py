"""From syntax to terms: names looked up, functions applied, sets and relations told apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from attrs import define, field, frozen

from modelcheck.cat import syntax, tags
from modelcheck.cat.nodes import BASE_RELATIONS, NestedRecursionError, Node, Terms
from modelcheck.cat.parser import arguments
from modelcheck.errors import InputError


class UndefinedNameError(InputError):
    """A name that nothing defines; ``try`` catches it."""


@frozen(eq=False)
class Closure:
    """A function of the model's text, with the names it may see."""

    parameters: tuple[str, ...]
    body: syntax.Expression
    names: Mapping[str, Value]


@frozen(eq=False)
class Builtin:
    """A function that the evaluator provides."""

    name: str
    apply: Callable[[Node], Node]
    takes_set: bool


@frozen
class Several:
    """A tuple of values."""

    values: tuple[Value, ...]


Value = Node | Closure | Builtin | Several


@frozen
class Axiom:
    """A test that an execution must pass, or with ``flag`` one that marks it when it holds."""

    name: str
    test: str
    negated: bool
    flag: bool
    node: Node
    place: syntax.Place


@define
class Elaborator:
    """Goes through a model's instructions in order and keeps what they define.

    Attributes:
        terms: the terms made so far.
        names: what every name stands for at this point.
        axioms: the checks met so far, flags too.
        labels: a name for terms that have one.
        variants: the variants that conditions may ask for.
        load: reads an included file: (path, place of the include) -> syntax.
    """

    load: Callable[[str, syntax.Place], syntax.File]
    variants: frozenset[str] = frozenset()
    terms: Terms = field(factory=Terms)
    names: dict[str, Value] = field(factory=dict)
    axioms: list[Axiom] = field(factory=list)
    labels: dict[Node, str] = field(factory=dict)
    _procedures: dict[str, syntax.Procedure] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        for name in BASE_RELATIONS:
            self.names[name] = self.terms.base_relation(name)
        self.names["domain"] = Builtin("domain", self.terms.domain, False)
        self.names["range"] = Builtin("range", self.terms.range, False)
        for name in BASE_RELATIONS:
            self.labels[self.terms.base_relation(name)] = name

    def run(self, instructions: Sequence[syntax.Instruction]) -> None:
        """Carry out ``instructions``. Raises InputError at the place of what is wrong or not supported."""
        for instruction in instructions:
            try:
                self._instruction(instruction)
            except NestedRecursionError:
                raise _not_supported("a let rec that depends on another let rec's variables", instruction.at) from None

    def _instruction(self, instruction: syntax.Instruction) -> None:
        match instruction:
            case syntax.Let(_, recursive, bindings):
                self.names = self._bind(recursive, bindings, self.names)
            case syntax.Check(at, test, negated, flag, expression, name):
                node = self._node(expression, self.names)
                if test != "empty" and node.is_set:
                    raise _error(f"{test} needs a relation, this is a set", expression.at)
                label = name or f"{'~' if negated else ''}{test}@{at.line}"
                self.axioms.append(Axiom(label, test, negated, flag, node, at))
            case syntax.Include(at, path):
                self.run(self.load(path, at).instructions)
            case syntax.Ignored() | syntax.Annotations():
                pass
            case syntax.Enumeration(_, _, declared):
                for tag in declared:
                    self.names[tag] = self._tag(tag)
                    self.names.setdefault(tag[:1].upper() + tag[1:], self._tag(tag))
            case syntax.Procedure(_, name, _, _):
                self._procedures[name] = instruction
            case syntax.CallProcedure(at, name, given):
                self._call(at, name, given)
            case syntax.ConditionalInstructions(_, condition, then, otherwise):
                self.run(then if self._holds(condition) else otherwise)
            case syntax.With(at, _, _):
                raise _not_supported("with … from", at)
            case syntax.ForAll(at, _, _, _):
                raise _not_supported("forall", at)

    def _call(self, at: syntax.Place, name: str, given: tuple[syntax.Expression, ...]) -> None:
        procedure = self._procedures.get(name)
        if procedure is None:
            raise UndefinedNameError(f"no procedure is named {name}", at.file, at.line, at.column)
        if len(given) != len(procedure.parameters):
            raise _error(f"{name} takes {len(procedure.parameters)} arguments, not {len(given)}", at)
        values = [self._value(argument, self.names) for argument in given]
        outer = self.names
        self.names = {**outer, **dict(zip(procedure.parameters, values, strict=True))}
        self.run(procedure.body)
        self.names = outer

    def _tag(self, tag: str) -> Node:
        return self.terms.base_set(tags.canonical(tag))

    def _bind(
        self, recursive: bool, bindings: tuple[syntax.Binding, ...], names: Mapping[str, Value]
    ) -> dict[str, Value]:
        """``names`` with ``bindings`` added."""
        result = dict(names)
        if not recursive:
            for binding in bindings:
                value: Value
                if binding.parameters is not None:
                    value = Closure(binding.parameters, binding.value, names)
                else:
                    value = self._value(binding.value, names)
                for name, part in zip(binding.names, self._parts(value, binding), strict=True):
                    result[name] = part
                    if isinstance(part, Node) and part.free is None:
                        self.labels.setdefault(part, name)
            return result
        for binding in bindings:
            if binding.parameters is not None or isinstance(binding.value, syntax.Function):
                raise _not_supported("a recursive function", binding.at)
        return self._bind_recursion(bindings, result)

    def _bind_recursion(self, bindings: tuple[syntax.Binding, ...], names: dict[str, Value]) -> dict[str, Value]:
        """Sorts are guessed as relations first: a body that needs its variable to be a set says so by failing."""
        sorts = [False] * len(bindings)
        while True:
            recursion = self.terms.variables(sorts)
            for binding, variable in zip(bindings, recursion.variables, strict=True):
                names[binding.names[0]] = variable
            try:
                bodies = [self._node(binding.value, names) for binding in bindings]
                found = [body.is_set for body in bodies]
                if found != sorts:
                    raise _error("this definition is a set in one place and a relation in another", bindings[0].at)
                break
            except InputError as error:
                position = next((i for i, sort in enumerate(sorts) if not sort), None)
                guess = self._set_definitions(bindings, names)
                if guess == sorts or position is None:
                    raise error from None
                sorts = guess
        for binding, fixpoint in zip(bindings, self.terms.close(recursion, bodies), strict=True):
            names[binding.names[0]] = fixpoint
            self.labels.setdefault(fixpoint, binding.names[0])
        return names

    def _set_definitions(self, bindings: tuple[syntax.Binding, ...], names: Mapping[str, Value]) -> list[bool]:
        """Which of the recursive definitions are sets, by what their text says without the variables."""
        sorts: dict[str, bool] = {}
        for _ in bindings:
            for binding in bindings:
                sort = self._sort(binding.value, names, sorts, {b.names[0] for b in bindings})
                if sort is not None:
                    sorts[binding.names[0]] = sort
        return [sorts.get(binding.names[0], False) for binding in bindings]

    def _sort(
        self, e: syntax.Expression, names: Mapping[str, Value], sorts: Mapping[str, bool], open_names: set[str]
    ) -> bool | None:
        """Whether ``e`` is a set, as far as its form tells; None where it does not."""
        match e:
            case syntax.Name(_, name):
                if name in open_names:
                    return sorts.get(name)
                value = names.get(name)
                return value.is_set if isinstance(value, Node) and value.op != "empty" else name in tags.KNOWN or None
            case syntax.Op(_, "|" | "&" | "\\" | "~" | "||", operands):
                known = (self._sort(o, names, sorts, open_names) for o in operands)
                return next((k for k in known if k is not None), None)
            case syntax.Op(_, operator, _):
                return None if operator == "0" else operator in ("_", "{}")
            case syntax.Apply(_, syntax.Name(_, "domain" | "range"), _):
                return True
            case syntax.LetIn(_, _, _, body):
                return self._sort(body, names, sorts, open_names)
        return None

    def _parts(self, value: Value, binding: syntax.Binding) -> tuple[Value, ...]:
        if len(binding.names) == 1:
            return (value,)
        if not isinstance(value, Several) or len(value.values) != len(binding.names):
            raise _error(f"this is not a tuple of {len(binding.names)}", binding.value.at)
        return value.values

    # expressions

    def _node(self, e: syntax.Expression, names: Mapping[str, Value]) -> Node:
        value = self._value(e, names)
        if isinstance(value, Node):
            return value
        what = "a tuple" if isinstance(value, Several) else "a function"
        raise _error(f"this is {what}, where a set or a relation is needed", e.at)

    def _relation(self, e: syntax.Expression, names: Mapping[str, Value], why: str) -> Node:
        node = self._node(e, names)
        if node.is_set and node.op != "empty":
            raise _error(f"{why} needs a relation, this is a set (write [S] for the identity on it)", e.at)
        return self.terms.empty(False) if node.is_set else node

    def _set(self, e: syntax.Expression, names: Mapping[str, Value], why: str) -> Node:
        node = self._node(e, names)
        if not node.is_set and node.op != "empty":
            raise _error(f"{why} needs a set, this is a relation", e.at)
        return node if node.is_set else self.terms.empty(True)

    def _value(self, e: syntax.Expression, names: Mapping[str, Value]) -> Value:
        match e:
            case syntax.Name(at, name):
                value = names.get(name)
                if value is None:
                    if name in tags.KNOWN:
                        return self.terms.base_set(name)
                    raise UndefinedNameError(f"{name} is not defined", at.file, at.line, at.column)
                return value
            case syntax.Op():
                return self._operator(e, names)
            case syntax.Apply(_, function, argument):
                return self._apply(function, argument, names)
            case syntax.LetIn(_, recursive, bindings, body):
                return self._value(body, self._bind(recursive, bindings, names))
            case syntax.Function(_, parameters, body):
                return Closure(parameters, body, names)
            case syntax.Conditional(_, condition, then, otherwise):
                return self._value(then if self._holds(condition) else otherwise, names)
            case syntax.Try(_, attempt, otherwise):
                try:
                    return self._value(attempt, names)
                except UndefinedNameError:
                    return self._value(otherwise, names)
            case syntax.Tag(_, name):
                return self._tag(name)
            case syntax.Match(at, _, _):
                raise _not_supported("match", at)
            case syntax.Text(at, _):
                raise _error("a string is no set or relation", at)

    def _operator(self, e: syntax.Op, names: Mapping[str, Value]) -> Value:
        terms, operands = self.terms, e.operands
        match e.operator:
            case "0":
                return terms.empty(False)
            case "_":
                return terms.base_set(tags.UNIVERSE)
            case "|" | "&" | "\\":
                return self._like(e, names)
            case ";":
                return terms.seq([self._relation(o, names, ";") for o in operands])
            case "*":
                left, right = (self._set(o, names, "the product *") for o in operands)
                return terms.product(left, right)
            case "[]":
                return terms.identity(self._set(operands[0], names, "[ ]"))
            case "~":
                node = self._node(operands[0], names)
                everything = terms.base_set(tags.UNIVERSE)
                return terms.diff(everything if node.is_set else terms.product(everything, everything), node)
            case "?":
                return terms.opt(self._relation(operands[0], names, "?"))
            case "+":
                return terms.plus(self._relation(operands[0], names, "+"))
            case "star":
                return terms.star(self._relation(operands[0], names, "*"))
            case "^-1":
                return terms.inverse(self._relation(operands[0], names, "^-1"))
            case ",":
                return Several(tuple(self._value(o, names) for o in operands))
            case "{}" if not operands:
                return terms.empty(True)
        raise _not_supported(f"the operator {e.operator} here", e.at)

    def _like(self, e: syntax.Op, names: Mapping[str, Value]) -> Node:
        """Union, intersection, difference: all operands sets, or all relations (an empty one is either)."""
        nodes = [self._node(o, names) for o in e.operands]
        sort = next((n.is_set for n in nodes if n.op != "empty"), nodes[0].is_set)
        for node, operand in zip(nodes, e.operands, strict=True):
            if node.is_set != sort and node.op != "empty":
                this, other = ("set", "relation") if node.is_set else ("relation", "set")
                raise _error(f"{e.operator} between a {other} and a {this}: this is a {this}", operand.at)
        nodes = [self.terms.empty(sort) if n.op == "empty" else n for n in nodes]
        if e.operator == "|":
            return self.terms.union(nodes)
        if e.operator == "&":
            return self.terms.inter(nodes)
        result = nodes[0]
        for node in nodes[1:]:
            result = self.terms.diff(result, node)
        return result

    def _apply(self, function: syntax.Expression, argument: syntax.Expression, names: Mapping[str, Value]) -> Value:
        called = self._value(function, names)
        if isinstance(called, Builtin):
            take = self._set if called.takes_set else self._relation
            return called.apply(take(argument, names, called.name))
        if not isinstance(called, Closure):
            raise _error("this is no function", function.at)
        given = arguments(argument)
        if len(given) == 1 and len(called.parameters) != 1:
            value = self._value(argument, names)
            values = value.values if isinstance(value, Several) else (value,)
        elif len(called.parameters) == 1:
            values = (self._value(argument, names),)
        else:
            values = tuple(self._value(a, names) for a in given)
        if len(values) != len(called.parameters):
            raise _error(f"this function takes {len(called.parameters)} arguments, not {len(values)}", argument.at)
        return self._value(called.body, {**called.names, **dict(zip(called.parameters, values, strict=True))})

    def _holds(self, condition: syntax.Expression) -> bool:
        match condition:
            case syntax.Text(_, text):
                return text in self.variants
            case syntax.Op(_, "||", operands):
                return any(map(self._holds, operands))
            case syntax.Op(_, "&&", operands):
                return all(map(self._holds, operands))
            case syntax.Op(_, "not", operands):
                return not self._holds(operands[0])
        raise _not_supported("this condition", condition.at)


def _error(message: str, at: syntax.Place) -> InputError:
    return InputError(message, at.file, at.line, at.column)


def _not_supported(what: str, at: syntax.Place) -> InputError:
    return _error(f"{what} is not supported", at)
