"""Linking: which definition a name means in which file, and the functions that are reached."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from functools import partial
from pathlib import PurePath
from typing import NoReturn

from attrs import evolve, frozen

from modelcheck.errors import InputError
from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.again import lowered_again
from modelcheck.frontend.c.attributes import alignment, is_weak
from modelcheck.frontend.c.builder import Builder, Shape
from modelcheck.frontend.c.context import Hint, Links
from modelcheck.frontend.c.objects import MOST_THREADS, Cell, Objects, Static
from modelcheck.frontend.c.types import ARRAY, RECORD, CType, Signature, Types
from modelcheck.frontend.c.unit import Unit
from modelcheck.program.choices import without_idle_choices
from modelcheck.program.ir import Function, MemoryObject, Source, Unsupported

_INTERNAL = 2


@frozen(eq=False)
class Lowered:
    """A function whose code is there, but for the targets of its indirect calls."""

    builder: Builder
    params: tuple[int, ...]
    result_width: int
    source: Source


@frozen(eq=False)
class Library:
    """What stands behind a program's files.

    Attributes:
        names: of its functions, where they are known before it is parsed.
        parse: parses it.
        stubs: gives, for the program's files, functions that count in place of any others of their names.
    """

    names: frozenset[str] | None
    parse: Callable[[], Unit]
    stubs: Callable[[Sequence[Unit]], Unit] | None = None

    def may_have(self, name: str) -> bool:
        """Whether it may have a body for ``name``."""
        return self.names is None or name in self.names


@frozen(eq=False)
class Definition:
    """A function with a body, in the file that has it."""

    unit: Unit
    cursor: cl.Cursor
    name: str
    program_name: str
    hint: Hint | None


class Linker:
    """Everything that the functions of a program share; what is reached is added as it is met.

    Args:
        units: the files of the program, in the order they were given.
        initialise: gives the cells of a variable from its initialiser (unit, type, initialiser, its function's name).
        lower: gives the code of a function.
        extent: gives the bytes that a variable's initialiser sets, which may go beyond its type's size.
        library: has bodies, and variables, that no file of the program has.

    Attributes:
        objects: the static objects met so far.
    """

    def __init__(
        self,
        units: Sequence[Unit],
        initialise: Callable[[Links, Unit, CType, cl.Node, str], list[Cell]],
        lower: Callable[[Links, Definition], Lowered],
        extent: Callable[[Types, CType, cl.Node], int],
        library: Library,
    ) -> None:
        self.units = list(units)
        self._initialise = initialise
        self._lower = lower
        self._extent = extent
        self._library = library
        self._behind: Unit | None = None
        self._stubs = library.stubs(self.units) if library.stubs is not None else None
        self.objects = Objects()
        self._definitions: dict[tuple[int, str, str], Definition] = {}
        self._addresses: dict[str, int] = {}
        self._queue: deque[Definition] = deque()
        self._lowered: dict[str, Lowered] = {}
        self._allocates: dict[tuple[int, str], bool] = {}
        self._threads: dict[str, int] = {}
        self._calls: dict[str, bool] = {}
        self._ending: str | None = None
        self.sized = False

    # ------------------------------------------------------------------ functions

    def check(self) -> None:
        """Refuse what a linker would: two definitions of one function or variable, in different files."""
        if len(self.units) < 2:
            return
        seen: dict[str, Unit] = {}
        weak: dict[str, Unit] = {}
        for unit in self.units:
            for name, cursor in unit.functions.items():
                if cl.lib.clang_getCursorLinkage(cursor) == _INTERNAL or cl.lib.clang_Cursor_isFunctionInlined(cursor):
                    continue
                if name in seen and is_weak(cursor):
                    weak[name] = unit
                    continue
                if name in seen and is_weak(seen[name].functions[name]):
                    weak[name] = seen[name]
                elif name in seen:
                    self._conflict(f"{name}() is defined here and in {seen[name].name}", unit, cursor)
                seen[name] = unit
        for name, unit in weak.items():
            del unit.functions[name]

    def function(self, unit: Unit, name: str, hint: Hint | None = None) -> Definition | None:
        """The definition that a call of ``name`` in ``unit`` reaches, or None when no file has a body for it."""
        owner, name = self._named(unit, name)
        if owner is None:
            return None
        key = (id(owner), name, hint.type.name if hint else "")
        found = self._definitions.get(key)
        if found is None:
            wanted = f"{name}<{hint.type.name}>" if hint else name
            found = Definition(owner, owner.functions[name], name, self.objects.unique(wanted, key, owner.name), hint)
            self._definitions[key] = found
            self._queue.append(found)
        return found

    def has_own(self, unit: Unit, name: str) -> bool:
        """Whether a call of ``name`` in ``unit`` reaches a function of the program's own files."""
        found = ((other, other.functions.get(name)) for other in self.units)
        return any(
            cursor is not None
            and (other is unit or cl.lib.clang_getCursorLinkage(cursor) != _INTERNAL)
            and not other.ours(cursor)
            for other, cursor in found
        )

    def code_address(self, unit: Unit, name: str, declaration: cl.Cursor) -> int:
        """The address of a function; from now on indirect calls may reach it. One that is only declared has an address
        too, and must not be called; that of a weak one is 0."""
        found = self.function(unit, name)
        if found is None:
            if is_weak(declaration):
                return 0
            key = (0, name, "")
            found = self._definitions.get(key)
            if found is None:
                found = Definition(unit, declaration, name, self.objects.unique(name, key, unit.name), None)
                self._definitions[key] = found
                self._queue.append(found)
        if found.program_name not in self._addresses:
            self._addresses[found.program_name] = self.objects.function(found.program_name)
        return self._addresses[found.program_name]

    def _named(self, unit: Unit, name: str) -> tuple[Unit | None, str]:
        """The file that has a body for ``name``, and the name that it has there: another one where ``name`` is an
        alias."""
        owner = self._owner(unit, name)
        if owner is None:
            for other in (unit, *self.units):
                target = other.beside.aliases.get(name)
                if target is not None and target != name:
                    return self._named(other, target)
        return owner, name

    def _owner(self, unit: Unit, name: str) -> Unit | None:
        if self._stubs is not None and name in self._stubs.functions:
            return self._stubs
        if name in unit.functions:
            return unit
        for other in self.units:
            cursor = other.functions.get(name)
            if cursor is not None and cl.lib.clang_getCursorLinkage(cursor) != _INTERNAL:
                return other
        if self._library.may_have(name):
            behind = self._behind or self._open()
            if name in behind.functions:
                return behind
        return None

    def misfit(self, name: str) -> str:
        """Where the library's body for ``name`` does not fit a kernel tree: that, and why."""
        errors = self._behind.broken.get(name) if self._behind is not None else None
        return f": modelcheck's own does not fit this tree ({errors[0].message})" if errors else ""

    def _open(self) -> Unit:
        """The library, parsed, without what the program has itself."""
        behind = self._behind = self._library.parse()
        for unit in self.units:
            for name, cursor in unit.functions.items():
                if name in behind.functions and cl.lib.clang_getCursorLinkage(cursor) != _INTERNAL:
                    del behind.functions[name]
        return behind

    def allocates(self, unit: Unit, name: str) -> bool:
        """Whether what a call of ``name`` in ``unit`` reaches calls __mc_alloc, itself or through others."""
        owner, name = (None, name) if name in RUNTIME - set(ALLOCATING) else self._named(unit, name)
        if owner is None:
            return False
        key = (id(owner), name)
        if key not in self._allocates:
            self._allocates[key] = False  # for recursive ones
            called = owner.calls(name)
            self._allocates[key] = "__mc_alloc" in called or any(self.allocates(owner, other) for other in called)
        return self._allocates[key]

    def ending(self) -> str | None:
        """The function that runs what is to run when the process ends; None where there is nothing."""
        return self._ending

    def ends_with(self, name: str) -> None:
        """Let `ending` be this function, which was added."""
        self._ending = name

    def sizes_matter(self) -> None:
        """Note that the program asks for the sizes of heap objects."""
        self.sized = True

    def calls(self, _unit: Unit, name: str) -> bool:
        """Whether any function of the program's own files, reached or not, calls ``name`` by name."""
        found = self._calls.get(name)
        if found is None:
            found = self._calls[name] = any(
                name in unit.calls(function)
                for unit in self.units
                for function, cursor in unit.functions.items()
                if not unit.source(cursor, "").file.startswith("<")
            )
        return found

    def mentions(self, _unit: Unit, word: str) -> bool:
        """Whether the text of a file of the program has ``word``; headers of ours and a kernel tree's do not count."""
        return any(
            word.encode() in content.data
            for unit in self.units
            for name in unit.parsed.names
            if not unit.files.contents.ours(name) and (content := unit.files.contents.content(name)) is not None
        )

    def thread_name(self, function: str) -> str:
        """A name for a thread that starts in ``function``: with ``#2`` for the second place that starts one."""
        number = self._threads[function] = self._threads.get(function, 0) + 1
        return function if number == 1 else f"{function}#{number}"

    def by_name(self, name: str, what: str) -> Definition:
        """The function that a scenario names.

        Raises:
            InputError: there is none, or several files have a static one of that name.
        """
        owners = [unit for unit in self.units if name in unit.functions]
        if not owners:
            known = {
                known
                for unit in self.units
                for known, cursor in unit.functions.items()
                if not unit.source(cursor, "").file.startswith("<")  # what our headers define is no thread's function
            }
            near = get_close_matches(name, sorted(known), n=3)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise InputError(f"{what}: there is no function {name}() in {_listed(self.units)}{hint}")
        if len(owners) > 1:
            raise InputError(f"{what}: {name}() is static in {_listed(owners)}; rename one of them")
        found = self.function(owners[0], name)
        assert found is not None
        return found

    def settle(self) -> None:
        """Lower everything that is reached so far; objects that it uses have their addresses from then on."""
        self.objects.settle()
        while self._queue:
            definition = self._queue.popleft()
            self._lowered[definition.program_name] = lowered_again(self, definition, self._lower)
            self.objects.settle()

    def finish(self) -> tuple[dict[str, Function], tuple[MemoryObject, ...]]:
        """Lower everything that is reached; give the functions by name, and the objects by address."""
        self.settle()
        shapes = {shape for lowered in self._lowered.values() for shape in lowered.builder.shapes.values()}
        targets = {shape: tuple(name for name in self._addresses if self._fits(name, shape)) for shape in shapes}
        functions = {
            name: without_idle_choices(
                lowered.builder.finish(name, lowered.params, lowered.result_width, lowered.source, targets)
            )
            for name, lowered in self._lowered.items()
        }
        return functions, self.objects.finish()

    def refused(self) -> Iterator[Unsupported]:
        """What cannot be modelled in all code that is lowered, also behind the first of it."""
        for lowered in self._lowered.values():
            yield from _refused(lowered)

    def attempt(self, unit: Unit, name: str) -> list[Unsupported]:
        """What cannot be modelled of a function, which is not added; nor is what it leads to."""
        definition = self.function(unit, name)
        assert definition is not None
        return list(_refused(self._lower(self, definition)))

    def add(self, name: str, lowered: Lowered) -> None:
        """Add a function that no file has, such as a scenario's main."""
        self.objects.unique(name, lowered, "")
        self._lowered[name] = lowered

    def _fits(self, name: str, shape: Shape) -> bool:
        lowered = self._lowered[name]
        result, widths = shape
        own = tuple(lowered.builder.widths[register] for register in lowered.params)
        return (result is None or result == lowered.result_width) and (widths is None or widths == own)

    def signature(self, definition: Definition) -> Signature:
        """Result and parameters of a function, also of one that is defined the old way, ``f(a) int a; { }``."""
        known = definition.unit.signatures
        found = known.get(definition.cursor.d0)
        if found is None:
            types = definition.unit.types
            declared = types.signature(types.get(cl.lib.clang_getCursorType(definition.cursor)))
            params = (types.of(cl.Node(parameter)) for parameter in cl.parameters(definition.cursor))
            found = evolve(declared, params=tuple(params))
            known[definition.cursor.d0] = found
        return found

    # ------------------------------------------------------------------ objects

    def string(self, unit: Unit, content: bytes) -> int:
        """The address of a string literal with these bytes (the final zero is added)."""
        return self.objects.string(content, unit.name)

    def variable(self, unit: Unit, declaration: cl.Cursor, function: str) -> int | None:
        """The address of a variable with static storage, or None when no file defines it."""
        name = cl.text(cl.lib.clang_getCursorSpelling(declaration))
        linkage = cl.lib.clang_getCursorLinkage(declaration)
        for other in (unit, *(self.units if linkage != _INTERNAL else ())):
            target = other.beside.aliases.get(name)
            if target is not None and target != name:
                named = other.variables.get(target)
                return self.variable(other, named[-1], function) if named else None
        key: object
        if linkage not in (_INTERNAL, 4, 3):  # a static local
            key = (id(unit), declaration.d0)
            owner, defining, shown = unit, declaration, f"{function}.{name}"
        elif linkage == _INTERNAL:
            key = (id(unit), name)
            owner, defining, shown = unit, _defining(unit.variables.get(name, [declaration])), name
        else:
            key = name
            if self.objects.get(key) is None:
                found = self._external(name)
                if found is None:
                    return 0 if is_weak(declaration) else None
                owner, defining = found
                shown = name
        static = self.objects.get(key)
        if static is None:
            static = self._define(key, owner, defining, shown, function)
        return static.base

    def lend(self, base: int) -> None:
        """Note that pointers lead to the thread-local variable at ``base``."""
        self.objects.lend(base)

    def _external(self, name: str) -> tuple[Unit, cl.Cursor] | None:
        best = self._among(name, self.units)
        if best is None and self._library.names is None:
            best = self._among(name, [self._behind or self._open()])
        return best

    def _among(self, name: str, units: Sequence[Unit]) -> tuple[Unit, cl.Cursor] | None:
        """The definition of a variable in some files that they share."""
        best: tuple[Unit, cl.Cursor] | None = None
        for unit in units:
            for cursor in unit.variables.get(name, ()):
                if cl.lib.clang_getCursorLinkage(cursor) == _INTERNAL:
                    continue
                if cl.lib.clang_Cursor_hasVarDeclExternalStorage(cursor) == 1 and not cl.has_initialiser(cursor):
                    continue
                if best is None:
                    best = (unit, cursor)
                    continue
                self._agree(name, best, (unit, cursor))
                if unit.source(cursor, "") == best[0].source(best[1], ""):
                    continue  # one definition in a header that several files include: a weak one, as our headers have
                if best[0] is not unit and is_weak(cursor):
                    continue
                if best[0] is not unit and is_weak(best[1]):
                    best = (unit, cursor)
                    continue
                if best[0] is not unit and cl.has_initialiser(best[1]) and cl.has_initialiser(cursor):
                    self._conflict(f"{name} is defined here and in {best[0].name}", unit, cursor)
                if not cl.has_initialiser(best[1]):
                    best = (unit, cursor) if cl.has_initialiser(cursor) or _complete(unit, cursor) else best
        return best

    def _agree(self, name: str, one: tuple[Unit, cl.Cursor], two: tuple[Unit, cl.Cursor]) -> None:
        a, b = (unit.types.get(cl.lib.clang_getCursorType(cursor)) for unit, cursor in (one, two))
        if a.kind != b.kind or (a.size and b.size and a.size != b.size):
            self._conflict(f"{name} has type {b.name} here, and {a.name} in {one[0].name}", *two)

    def _define(self, key: object, unit: Unit, cursor: cl.Cursor, shown: str, function: str) -> Static:
        types = unit.types
        type_ = types.get(cl.lib.clang_getCursorType(cursor))
        units = 0
        pitch, cpus = self._per_cpu(unit, cursor)
        if "mc_units" in self._annotations(unit, cursor):
            if type_.kind != ARRAY:
                self._conflict(f"MC_UNITS is for arrays, and {shown} is none", unit, cursor)
            units = types.element(type_).size
        initialiser = cl.tree(cursor).expressions()[-1] if cl.has_initialiser(cursor) else None
        size = self._extent(types, type_, initialiser) if initialiser else type_.size
        name = self.objects.unique(shown, key, unit.name)
        fill = None
        if initialiser is not None:
            fill = partial(self._initialise, self, unit, type_, initialiser, function)
        align = alignment(cursor)
        copies = MOST_THREADS if cl.lib.clang_getCursorTLSKind(cursor) else cpus
        return self.objects.variable(
            key, name, types, type_, size=size, align=align, units=units, copies=copies, pitch=pitch, fill=fill
        )

    def _per_cpu(self, unit: Unit, cursor: cl.Cursor) -> tuple[int, int]:
        """Of a per-CPU variable the bytes from one to the next, and how many there are; 0 and 1 of another.

        The annotation says both: ``mc_percpu PITCH COPIES``.
        """
        for word in self._annotations(unit, cursor):
            if word.startswith("mc_percpu "):
                _, pitch, copies = word.split()
                return int(pitch, 0), int(copies)
        return 0, 1

    def _annotations(self, unit: Unit, cursor: cl.Cursor) -> set[str]:
        """What annotates this declaration, or another one of the same name in this file."""
        others = unit.variables.get(cl.text(cl.lib.clang_getCursorSpelling(cursor)), [])
        return {
            cl.text(cl.lib.clang_getCursorSpelling(attribute))
            for declaration in (cursor, *others)
            for attribute in cl.children(declaration)
            if attribute.kind == cl.ANNOTATION
        }

    def literal(self, unit: Unit, node: cl.Node, type_: CType, function: str) -> int:
        """The address of a compound literal at file scope."""
        key = (id(unit), node.cursor.d1)
        static = self.objects.get(key)
        if static is None:
            place = unit.source(node.cursor, function)
            name = self.objects.unique(f"literal@{PurePath(place.file).name}:{place.line}", key, unit.name)
            inner = node.expressions()[-1]
            fill = partial(self._initialise, self, unit, type_, inner, function)
            static = self.objects.variable(key, name, unit.types, type_, fill=fill)
        return static.base

    def _conflict(self, message: str, unit: Unit, cursor: cl.Cursor) -> NoReturn:
        place = unit.source(cursor, "")
        raise InputError(message, place.file, place.line, place.column)


ALLOCATING = ("malloc", "calloc", "realloc", "reallocarray", "aligned_alloc")
"""Those of `RUNTIME` that give new memory."""

RUNTIME = frozenset(
    (
        *("memchr", "strcat", "strchr", "strcmp", "strcpy", "strlen", "strncmp", "strncpy", "strnlen"),
        *("__mc_atomic_begin", "__mc_atomic_begin_or_stop", "__mc_atomic_end", "__mc_atomic_assume"),
        *("atexit", "__mc_run_at_exit", "__mc_print_text"),
        *("__mc_reads", "__mc_reads_no_more", "__mc_is_reader", "__mc_srcu_left", "cleanup_srcu_struct"),
        *ALLOCATING,
        *(
            "free",
            "pthread_attr_destroy",
            "pthread_attr_init",
            "pthread_attr_setdetachstate",
            "pthread_barrier_wait",
            "pthread_cond_broadcast",
            "pthread_cond_destroy",
            "pthread_cond_init",
            "pthread_cond_signal",
            "pthread_cond_wait",
            "pthread_create",
            "pthread_detach",
            "pthread_equal",
            "pthread_exit",
            "pthread_getspecific",
            "pthread_join",
            "pthread_key_create",
            "pthread_key_delete",
            "pthread_mutex_destroy",
            "pthread_mutex_init",
            "pthread_mutex_lock",
            "pthread_mutex_trylock",
            "pthread_mutex_unlock",
            "pthread_mutexattr_destroy",
            "pthread_mutexattr_init",
            "pthread_once",
            "pthread_rwlock_destroy",
            "pthread_rwlock_init",
            "pthread_rwlock_rdlock",
            "pthread_rwlock_tryrdlock",
            "pthread_rwlock_trywrlock",
            "pthread_rwlock_unlock",
            "pthread_rwlock_wrlock",
            "pthread_self",
            "pthread_setspecific",
            "pthread_spin_destroy",
            "pthread_spin_init",
            "pthread_spin_lock",
            "pthread_spin_trylock",
            "pthread_spin_unlock",
            "pthread_yield",
            "sched_yield",
            "sem_destroy",
            "sem_init",
            "sem_post",
            "sem_trywait",
            "sem_wait",
            "sleep",
            "usleep",
        ),
    )
)
"""Functions that our own C library has, for programs that declare them only."""


def _refused(lowered: Lowered) -> Iterator[Unsupported]:
    for block in lowered.builder.blocks:
        yield from (instruction for instruction in block if isinstance(instruction, Unsupported))


def _complete(unit: Unit, cursor: cl.Cursor) -> bool:
    type_ = unit.types.get(cl.lib.clang_getCursorType(cursor))
    return bool(type_.size) or type_.kind not in (ARRAY, RECORD)


def _defining(cursors: Sequence[cl.Cursor]) -> cl.Cursor:
    return next((cursor for cursor in cursors if cl.has_initialiser(cursor)), cursors[-1])


def _listed(units: Sequence[Unit]) -> str:
    return ", ".join(unit.name for unit in units)
