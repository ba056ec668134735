"""From syntax to terms: names looked up, functions applied, sets and relations told apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from attrs import define, field

from modelcheck.cat import choices, finite, linear, syntax, tags
from modelcheck.cat.axioms import Axiom, Linearisation
from modelcheck.cat.library import ARITIES, apply_library, union_of_tags
from modelcheck.cat.nodes import BASE_RELATIONS, NestedRecursionError, Node, Terms
from modelcheck.cat.patterns import bound
from modelcheck.cat.places import not_supported, wrong
from modelcheck.cat.sorts import set_definitions
from modelcheck.cat.values import (
    NOUNS,
    Builtin,
    Closure,
    Collection,
    Each,
    Element,
    Library,
    Linear,
    Several,
    TagValue,
    Value,
)
from modelcheck.errors import InputError

MOST_APPLICATIONS = 200_000
"""Applications of functions in one model, after which it is taken to go on without end."""

DEEPEST = 60
"""Applications of functions inside one another: a recursive function of a model goes through a short list of tags."""


class UndefinedNameError(InputError):
    """A name that nothing defines; ``try`` catches it."""


@define
class Elaborator:
    """Goes through a model's instructions in order and keeps what they define.

    Attributes:
        terms: the terms made so far.
        names: what every name stands for at this point.
        axioms: the checks met so far, flags too.
        labels: a name for terms that have one.
        linearisations: the orders that the text chooses, in the order of the text.
        variants: the variants that conditions may ask for.
        declared: the tags that enumerations have declared so far.
        load: reads an included file: (path, place of the include) -> syntax.
    """

    load: Callable[[str, syntax.Place], syntax.Included]
    variants: frozenset[str] = frozenset()
    terms: Terms = field(factory=Terms)
    names: dict[str, Value] = field(factory=dict)
    axioms: list[Axiom] = field(factory=list)
    labels: dict[Node, str] = field(factory=dict)
    linearisations: list[Linearisation] = field(factory=list)
    _procedures: dict[str, syntax.Procedure] = field(factory=dict)
    declared: set[str] = field(factory=set)
    _choosing: bool = False
    _depth: int = 0
    _applications: int = 0

    def __attrs_post_init__(self) -> None:
        for name in BASE_RELATIONS:
            self.names[name] = self.terms.base_relation(name)
        self.names["domain"] = Builtin("domain", self.terms.domain, False)
        self.names["range"] = Builtin("range", self.terms.range, False)
        for name in BASE_RELATIONS:
            self.labels[self.terms.base_relation(name)] = name
        for name, arity in ARITIES.items():
            self.names[name] = Library(name, arity)

    def run(self, instructions: Sequence[syntax.Instruction]) -> None:
        """Carry out ``instructions``. Raises InputError at the place of what is wrong or not supported."""
        for instruction in instructions:
            try:
                self._instruction(instruction)
            except NestedRecursionError:
                raise not_supported("a let rec that depends on another let rec's variables", instruction.at) from None

    def _instruction(self, instruction: syntax.Instruction) -> None:
        match instruction:
            case syntax.Let(_, recursive, bindings):
                self.names = self._bind(recursive, bindings, self.names)
            case syntax.Check(at, test, negated, flag, expression, name):
                node = self._node(expression, self.names)
                if test != "empty" and node.is_set:
                    raise wrong(f"{test} needs a relation, this is a set", expression.at)
                label = name or f"{'~' if negated else ''}{test}@{at.line}"
                self.axioms.append(Axiom(label, test, negated, flag, node, at, self._choosing and not flag))
            case syntax.Include(at, path):
                self._instruction(self.load(path, at))
            case syntax.Included():
                self._included(instruction)
            case syntax.Ignored():
                pass
            case syntax.Annotations(_, _, named):
                self._annotate(named)
            case syntax.Enumeration(at, name, declared):
                self._enumerate(at, name, declared)
            case syntax.Procedure(_, name, _, _):
                self._procedures[name] = instruction
            case syntax.CallProcedure(at, name, given):
                self._call(at, name, given)
            case syntax.ConditionalInstructions(_, condition, then, otherwise):
                self.run(then if self._holds(condition) else otherwise)
            case syntax.With(at, name, expression):
                self._choose(at, name, self._value(expression, self.names))
            case syntax.ForAll(_, name, expression, body):
                self._for_all(name, expression, body)

    def _included(self, file: syntax.Included) -> None:
        """An included file; one of the user's that chooses for locks is held to what the execution chooses."""
        outer, self._choosing = self._choosing, self._choosing or file.locks
        self.run(file.instructions)
        if file.locks:
            self.names, node = choices.settle(self.terms, self.names)
            self.axioms.append(Axiom("lock-choices", "empty", False, False, node, file.at, True))
        self._choosing = outer

    def _annotate(self, named: Sequence[syntax.Name | syntax.Tag]) -> None:
        """See that what instructions may bear has been declared; what macro files write is not held to it."""
        for one in named:
            if isinstance(one, syntax.Tag) and one.name not in self.declared:
                raise wrong(f"no enum declares the tag '{one.name}", one.at)
            if isinstance(one, syntax.Name):
                self._value(one, self.names)

    def _enumerate(self, at: syntax.Place, name: str, declared: tuple[str, ...]) -> None:
        self.names = {**self.names, name: Collection(tuple(map(TagValue, declared)))}
        self.declared.update(declared)
        for tag in declared:
            node = union_of_tags(self.terms, (tag,))
            self.names |= {tag: node, tag[:1].upper() + tag[1:]: node}
        if "mb" in declared:
            self._instruction(self.load("implied-fences.cat", at))

    def _choose(self, at: syntax.Place, name: str, among: Value) -> None:
        if isinstance(among, Linear):
            self._linearise(at, name, among)
            return
        node, least = choices.chosen(self.terms, self.names, name, among, at)
        self.names = {**self.names, name: node}
        if least is not None:
            lacking = self.terms.diff(least, self._as_relation(node, at, "with"))
            self.axioms.append(Axiom(name, "empty", False, False, lacking, at, True))

    def _linearise(self, at: syntax.Place, name: str, among: Linear) -> None:
        relation = self.terms.base_relation(f"{name}, choice {len(self.linearisations) + 1}")
        least = among.least
        if name.startswith("co"):  # of each location it is the execution's own
            least = self.terms.union((least, self.terms.base_relation("co")))
        self.linearisations.append(Linearisation(name, relation, among.members, least, at))
        self.names = {**self.names, name: relation}
        self.labels.setdefault(relation, name)

    def _for_all(self, name: str, expression: syntax.Expression, body: tuple[syntax.Instruction, ...]) -> None:
        members = self._value(expression, self.names)
        if not isinstance(members, Collection):
            raise not_supported("forall over a set that the text does not spell out", expression.at)
        outer = self.names
        for member in members.members:
            self.names = {**outer, name: member}
            self.run(body)
        self.names = outer

    def _call(self, at: syntax.Place, name: str, given: tuple[syntax.Expression, ...]) -> None:
        procedure = self._procedures.get(name)
        if procedure is None:
            raise UndefinedNameError(f"no procedure is named {name}", at.file, at.line, at.column)
        if len(given) != len(procedure.parameters):
            raise wrong(f"{name} takes {len(procedure.parameters)} arguments, not {len(given)}", at)
        values = [self._value(argument, self.names) for argument in given]
        outer = self.names
        self.names = {**outer, **dict(zip(procedure.parameters, values, strict=True))}
        self.run(procedure.body)
        self.names = outer

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
        functions = [b for b in bindings if b.parameters is not None or isinstance(b.value, syntax.Function)]
        for binding in functions:
            if binding.parameters is not None:
                result[binding.names[0]] = Closure(binding.parameters, binding.value, result)
            elif isinstance(binding.value, syntax.Function):
                result[binding.names[0]] = Closure(binding.value.parameters, binding.value.body, result)
        if functions and len(functions) < len(bindings):
            raise not_supported("let rec of functions and relations together", bindings[0].at)
        return result if functions else self._bind_recursion(bindings, result)

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
                    raise wrong("this definition is a set in one place and a relation in another", bindings[0].at)
                break
            except InputError as error:
                position = next((i for i, sort in enumerate(sorts) if not sort), None)
                guess = set_definitions(bindings, names)
                if guess == sorts or position is None:
                    raise error from None
                sorts = guess
        if not self.terms.monotone(recursion, bodies):
            # Then the order counts: each definition sees those before it as they are in this round.
            bodies = []
            for binding in bindings:
                bodies.append(self._node(binding.value, names))
                names[binding.names[0]] = bodies[-1]
        for binding, fixpoint in zip(bindings, self.terms.close(recursion, bodies), strict=True):
            names[binding.names[0]] = fixpoint
            self.labels.setdefault(fixpoint, binding.names[0])
        return names

    def _parts(self, value: Value, binding: syntax.Binding) -> tuple[Value, ...]:
        if len(binding.names) == 1:
            return (value,)
        if not isinstance(value, Several) or len(value.values) != len(binding.names):
            raise wrong(f"this is not a tuple of {len(binding.names)}", binding.value.at)
        return value.values

    # expressions

    def _node(self, e: syntax.Expression, names: Mapping[str, Value]) -> Node:
        return self._as_node(self._value(e, names), e.at)

    def _as_node(self, value: Value, at: syntax.Place) -> Node:
        if isinstance(value, Node):
            return value
        if isinstance(value, TagValue):
            return union_of_tags(self.terms, (value.name,))
        if isinstance(value, Collection) and all(isinstance(m, TagValue) for m in value.members):
            return union_of_tags(self.terms, [m.name for m in value.members if isinstance(m, TagValue)])
        raise wrong(f"this is {NOUNS[type(value)]}, where a set or a relation is needed", at)

    def _as_relation(self, value: Value, at: syntax.Place, why: str) -> Node:
        node = self._as_node(value, at)
        if node.is_set and node.op != "empty":
            raise wrong(f"{why} needs a relation, this is a set (write [S] for the identity on it)", at)
        return self.terms.empty(False) if node.is_set else node

    def _as_set(self, value: Value, at: syntax.Place, why: str) -> Node:
        node = self._as_node(value, at)
        if not node.is_set and node.op != "empty":
            raise wrong(f"{why} needs a set, this is a relation", at)
        return node if node.is_set else self.terms.empty(True)

    def _value(self, e: syntax.Expression, names: Mapping[str, Value]) -> Value:
        match e:
            case syntax.Name(at, name):
                value = names.get(name)
                if value is None:
                    if name in tags.KNOWN:
                        return self.terms.base_set(name)
                    why = f" ({tags.ELSEWHERE[name]})" if name in tags.ELSEWHERE else ""
                    raise UndefinedNameError(f"{name} is not defined{why}", at.file, at.line, at.column)
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
                return TagValue(name)
            case syntax.Match():
                return self._match(e, names)
            case syntax.Text(at, _):
                raise wrong("a string is no set or relation", at)

    def _operator(self, e: syntax.Op, names: Mapping[str, Value]) -> Value:
        terms, places = self.terms, [o.at for o in e.operands]
        values = [self._value(o, names) for o in e.operands]
        if any(isinstance(v, Each | Element) for v in values) and e.operator != ",":
            return linear.combine(terms, e, values)

        def relations(why: str) -> list[Node]:
            return [self._as_relation(v, at, why) for v, at in zip(values, places, strict=True)]

        match e.operator:
            case "0":
                return terms.empty(False)
            case "_":
                return terms.base_set(tags.UNIVERSE)
            case "|" | "&" | "\\":
                return self._like(e, values)
            case ";":
                return terms.seq(relations(";"))
            case "*":
                left, right = (self._as_set(v, at, "the product *") for v, at in zip(values, places, strict=True))
                return terms.product(left, right)
            case "[]":
                return terms.identity(self._as_set(values[0], places[0], "[ ]"))
            case "~":
                node = self._as_node(values[0], places[0])
                everything = terms.base_set(tags.UNIVERSE)
                return terms.diff(everything if node.is_set else terms.product(everything, everything), node)
            case "?":
                return terms.opt(relations("?")[0])
            case "+":
                return terms.plus(relations("+")[0])
            case "star":
                return terms.star(relations("*")[0])
            case "^-1":
                return terms.inverse(relations("^-1")[0])
            case ",":
                return Several(tuple(values))
            case "{}":
                return Collection(tuple(dict.fromkeys(values))) if values else terms.empty(True)
            case "++":
                return self._extended(e, values[0], values[1])
        raise not_supported(f"the operator {e.operator} here", e.at)

    def _extended(self, e: syntax.Op, member: Value, rest: Value) -> Collection:
        if isinstance(rest, Node) and rest.op == "empty":
            return Collection((member,))
        if not isinstance(rest, Collection):
            raise wrong("++ adds to a set that the text spells out, this is none", e.operands[1].at)
        return rest.with_first(member)

    def _match(self, e: syntax.Match, names: Mapping[str, Value]) -> Value:
        subject = self._value(e.subject, names)
        if isinstance(subject, Node) and subject.op == "empty":
            subject = Collection(())
        if not isinstance(subject, TagValue | Collection):
            raise not_supported("match on what is neither a tag nor a set that the text spells out", e.subject.at)
        for pattern, result in e.clauses:
            bound = finite.matched(pattern, subject)
            if bound is not None:
                return self._value(result, {**names, **bound})
        raise wrong("no clause of this match fits", e.at)

    def _like(self, e: syntax.Op, values: Sequence[Value]) -> Value:
        """Union, intersection, difference: all operands sets, or all relations (an empty one is either)."""
        spelled = [Collection(()) if isinstance(v, Node) and v.op == "empty" else v for v in values]
        collections = [v for v in spelled if isinstance(v, Collection)]
        if len(collections) == len(values) and any(isinstance(v, Collection) for v in values):
            return finite.combined(e.operator, collections)
        nodes = [self._as_node(v, o.at) for v, o in zip(values, e.operands, strict=True)]
        sort = next((n.is_set for n in nodes if n.op != "empty"), nodes[0].is_set)
        for node, operand in zip(nodes, e.operands, strict=True):
            if node.is_set != sort and node.op != "empty":
                this, other = ("set", "relation") if node.is_set else ("relation", "set")
                raise wrong(f"{e.operator} between a {other} and a {this}: this is a {this}", operand.at)
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
        if isinstance(called, Closure) and len(called.parameters) != 1:
            given = [self._value(a, names) for a in syntax.arguments(argument)]
            value = given[0] if len(given) == 1 else Several(tuple(given))
        else:
            value = self._value(argument, names)
        return self._call_value(called, value, function.at, argument.at)

    def _call_value(self, called: Value, argument: Value, at: syntax.Place, place: syntax.Place) -> Value:
        """``called(argument)``; ``at`` and ``place`` say where the two stand."""
        if isinstance(called, Builtin):
            take = self._as_set if called.takes_set else self._as_relation
            return called.apply(take(argument, place, called.name))
        if isinstance(called, Library):
            given = (*called.given, argument)
            if len(given) < called.arity:
                return Library(called.name, called.arity, given)
            return apply_library(self.terms, called.name, given, place, lambda f, x: self._call_value(f, x, at, place))
        if not isinstance(called, Closure):
            raise wrong("this is no function", at)
        own = bound(called.parameters, argument, place)
        self._applications += 1
        if self._depth >= DEEPEST or self._applications > MOST_APPLICATIONS:
            raise wrong("this function calls itself without end", at)
        self._depth += 1
        try:
            return self._value(called.body, {**called.names, **own})
        finally:
            self._depth -= 1

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
            case syntax.Op(_, "=" | "subset" as operator, operands):
                return finite.compare(operator, [(self._value(o, self.names), o.at) for o in operands])
        raise not_supported("this condition", condition.at)
