"""Attributes of declarations: which there are, what they say, and whether they change a meaning that is not modelled.

libclang gives most attributes without a name: it is read where it is spelled, in the text of a macro too. What their
arguments say is read off the printed declaration.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterable, Iterator
from ctypes import byref, c_size_t, c_uint, c_void_p
from typing import Final

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.libclang import lib

_MODELLED: Final = frozenset(
    (
        *("alias", "aligned", "annotate", "cleanup", "constructor", "destructor", "mode", "packed", "weak", "section"),
        *("noreturn", "vector_size", "ext_vector_type", "address_space", "ms_struct", "gcc_struct"),
        *("transparent_union",),
    )
)
"""What the front end gives its meaning to, or clang in its layouts and types (those it cannot model are refused)."""

_LISTED: Final = """
How code is made, where it lies, who sees it: noinline always_inline gnu_inline artificial flatten cold hot const pure
    malloc leaf nothrow nouwind optnone minsize optimize noclone noipa no_icf no_reorder externally_visible used
    unused maybe_unused retain visibility tls_model common nocommon internal_linkage naked target target_strict
    nodebug no_builtin disable_tail_calls not_tail_called musttail nomerge noduplicate convergent simd fallthrough
    likely unlikely opencl_unroll_hint code_align unsequenced reproducible fastcall stdcall cdecl thiscall regparm
    sseregparm ms_abi sysv_abi vectorcall preserve_most preserve_all preserve_none no_caller_saved_registers
    force_align_arg_pointer returns_twice may_alias uninitialized nonstring
Instrumentation and hardening: no_instrument_function no_profile_instrument_function patchable_function_entry
    no_split_stack split_stack no_stack_protector stack_protect stack_protector no_sanitize no_sanitize_address
    no_sanitize_thread no_sanitize_memory no_sanitize_undefined no_address_safety_analysis no_sanitize_coverage
    disable_sanitizer_instrumentation xray_always_instrument xray_never_instrument xray_log_args zero_call_used_regs
    speculative_load_hardening nocf_check cf_check kcfi cfi_canonical_jump_table function_return indirect_branch
    fentry_name fentry_section strub no_speculative_load_hardening randomize_layout no_randomize_layout nocfi no_kcfi
    nosanitize
What a compiler may warn of, or take for granted: format format_arg format_matches sentinel nonnull returns_nonnull
    deprecated unavailable availability error warning warn_unused warn_unused_result nodiscard alloc_size alloc_align
    assume_aligned noescape callback access fd_arg fd_arg_read fd_arg_write tainted_args null_terminated_string_arg
    designated_init counted_by counted_by_or_null sized_by sized_by_or_null element_count flag_enum enum_extensibility
    diagnose_if warn_if_not_aligned noderef bounded ownership_holds ownership_returns ownership_takes
    analyzer_noreturn require_constant_initialization nonblocking nonallocating blocking allocating btf_decl_tag
    btf_type_tag preserve_access_index preserve_static_offset fallback mc_units
Thread safety analysis: guarded_by pt_guarded_by guarded_var pt_guarded_var acquired_after acquired_before capability
    lockable scoped_lockable acquire_capability acquire_shared_capability exclusive_lock_function shared_lock_function
    release_capability release_shared_capability release_generic_capability unlock_function try_acquire_capability
    try_acquire_shared_capability exclusive_trylock_function shared_trylock_function requires_capability
    requires_shared_capability exclusive_locks_required shared_locks_required locks_excluded lock_returned
    assert_capability assert_shared_capability assert_exclusive_lock assert_shared_lock no_thread_safety_analysis
    reentrant_capability context
"""
_HINTS: Final = frozenset(word for line in _LISTED.splitlines() for word in line.rpartition(": ")[2].split())
"""Attributes that change no value that a right program computes, and no order of its accesses."""

_NAMED: Final = {407: "asm label", 408: "packed", 409: "pure", 410: "const", 411: "noduplicate", 437: "flag_enum"}
_NAMED.update({406: "annotate", 417: "visibility", 438: "convergent", 439: "warn_unused", 440: "warn_unused_result"})
_NAMED[cl.ALIGNED_ATTR] = "aligned"
"""The attributes that libclang has a kind of cursor for."""


def is_attribute(kind: int) -> bool:
    """Whether cursors of this kind are attributes."""
    return cl.UNEXPOSED_ATTR <= kind < 500


def names(declaration: cl.Cursor) -> list[str]:
    """The names of a declaration's attributes, without underscores around them; empty where one cannot be read."""
    return [_name(child) for child in cl.children(declaration) if is_attribute(child.kind)]


def known(name: str) -> bool:
    """Whether an attribute of this name is modelled, or changes no meaning."""
    return plain(name) in _MODELLED or plain(name) in _HINTS


def strange(attributes: Iterable[str]) -> str:
    """Why something with these attributes cannot be modelled; empty when it can."""
    unknown = next((name for name in attributes if not known(name)), None)
    return "" if unknown is None else f"the attribute {unknown or 'here'} may change the meaning, and is not modelled"


def plain(name: str) -> str:
    """The name of an attribute as it is listed here: without the compiler's name and underscores around it."""
    name = name.rpartition("::")[2].strip()
    return name[2:-2] if len(name) > 4 and name.startswith("__") and name.endswith("__") else name


def _name(attribute: cl.Cursor) -> str:
    named = _NAMED.get(attribute.kind)
    if named is not None:
        return named
    file, line, column, offset = c_void_p(), c_uint(), c_uint(), c_uint()
    start = lib.clang_getRangeStart(lib.clang_getCursorExtent(attribute))
    lib.clang_getSpellingLocation(start, byref(file), byref(line), byref(column), byref(offset))
    size = c_size_t()
    unit = lib.clang_Cursor_getTranslationUnit(attribute)
    content = lib.clang_getFileContents(unit, file, byref(size)) if file else None
    if not content or offset.value >= size.value:
        return ""
    text = ctypes.string_at(content + offset.value, min(_LONGEST, size.value - offset.value))
    found = _WORD.match(text)
    return plain(found.group().decode()) if found else ""


_LONGEST: Final = 120
_WORD: Final = re.compile(rb"[A-Za-z_]\w*(?:\s*::\s*\w+)?")


# ------------------------------------------------------------------ what they say


def cleanup_of(variable: cl.Node) -> str | None:
    """The function of a VarDecl's ``cleanup`` attribute, which only its printed form tells."""
    if not any(child.kind == cl.UNEXPOSED_ATTR for child in variable.children):
        return None
    found = _CLEANUP.search(_printed(variable.cursor))
    return found.group(1) if found else None


def is_weak(declaration: cl.Cursor) -> bool:
    """Whether a function or variable is only taken when no other file defines it."""
    return any(child.kind == cl.UNEXPOSED_ATTR and _name(child) == "weak" for child in cl.children(declaration))


def alias_of(declaration: cl.Cursor) -> str | None:
    """The name of the function or variable that this one is another name of."""
    if not any(child.kind == cl.UNEXPOSED_ATTR and _name(child) == "alias" for child in cl.children(declaration)):
        return None
    found = _ALIAS.search(_printed(declaration))
    return found.group(1) if found else None


def runs(function: cl.Cursor) -> Iterator[tuple[str, int]]:
    """When a function runs by itself: ``constructor`` or ``destructor``, and its priority (65535 for none)."""
    if not {"constructor", "destructor"}.isdisjoint(names(function)):
        head = _printed(function).partition("{")[0]
        for which, priority in dict.fromkeys(_RUNS.findall(head)):
            yield which, int(priority or LAST)


def sections(declaration: cl.Cursor) -> list[str]:
    """The sections that a declaration is put in."""
    if "section" not in names(declaration):
        return []
    return _SECTION.findall(_printed(declaration).partition("{")[0])


def alignment(variable: cl.Cursor) -> int:
    """The bytes that a VarDecl's ``aligned`` attributes ask for, 1 for none, a page for a computed number."""
    if not any(child.kind == cl.ALIGNED_ATTR for child in cl.children(variable)):
        return 1
    return max((int(found or PAGE) for found in _ALIGNED.findall(_printed(variable))), default=PAGE)


def _printed(declaration: cl.Cursor) -> str:
    return cl.text(lib.clang_getCursorPrettyPrinted(declaration, None))


LAST: Final = 65535
PAGE = 4096
_ALIGNED = re.compile(r"aligned\((?:(\d+)U?L*\)|)")
_CLEANUP = re.compile(r"cleanup\((\w+)\)")
_ALIAS = re.compile(r'alias\("([^"]*)"\)')
_SECTION = re.compile(r'section\("([^"]*)"\)')
_RUNS = re.compile(r"\b(constructor|destructor)(?:\((\d+)\))?(?=\s*(?:\)\)|,|\]\]))")
