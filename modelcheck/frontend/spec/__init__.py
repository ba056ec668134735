"""Specs: a folder with a ``spec.toml`` and the C it speaks of.

A spec says what to check: which sources, which scenarios (who runs at once), which variants of the sources
(patches), under which memory models, and what is expected. A small one, whole::

    sources = ["mailbox.c"]

    [variants.no-release]
    about = "the flag is raised without ordering the letter before it"
    patch = "patches/no-release.diff"

    [scenarios.deliver]
    about   = "one thread writes a letter, the other reads it once it is there"
    init    = "empty"
    threads = ["sender", "receiver"]
    expect  = { base = "PASS", no-release = { default = "PASS", lkmm = "FAIL:assertion" } }

Every key, with its default. At the top:

``sources`` (needed)
    C files, relative to the folder, compiled together.
``name`` (the folder's name), ``about`` ("")
    For people.
``include`` ([])
    Folders for ``#include``, searched before modelcheck's own headers.
``config`` ([])
    Kernel configuration: ``["CONFIG_A", "CONFIG_B=m", "CONFIG_C=n", "CONFIG_D=17"]`` or the table
    ``{ CONFIG_A = true, CONFIG_D = 17 }``. ``y`` and true define ``CONFIG_A`` as 1, ``m`` defines
    ``CONFIG_B_MODULE`` as 1, ``n`` and false nothing; so ``#ifdef`` and ``IS_ENABLED()`` see what they see in a kernel.
``defines`` ([])
    Macros: ``["NDEV=2", "QUIET"]`` or the table ``{ NDEV = 2 }``.
``models`` (["sc", "tso", "lkmm"])
    ``sc``, ``tso``, ``pso``, ``lkmm``, ``rc11``, or a ``.cat`` file relative to the folder.
``properties`` (all of `DEFAULT_PROPERTIES`: every built-in one but ``race``)
    What must hold.
``unroll`` (3), ``recursion`` (3)
    How often a loop goes round and how deep a function calls itself before the verdict becomes UNKNOWN.
``timeout`` (none)
    Seconds for one scenario, variant and model.
``faults`` ([])
    What may fail: ``["kmalloc", "alloc_page"]`` defines ``MC_FAIL_KMALLOC`` and ``MC_FAIL_ALLOC_PAGE`` as 1.
``base`` ("base")
    What the unpatched sources are called among the variants, e.g. ``"posted"``.

``[variants.NAME]``: ``about``; ``patch``, a unified diff or an array of them, applied in turn, with paths
relative to the folder (``a/`` and ``b/`` in front are fine); ``config`` and ``defines``, added to those above.
A variant needs at least one of the three.

``[scenarios.NAME]``: ``about``; ``init``, the function that runs first, alone; ``threads``, one function for
each thread (the same one may come several times), or a table ``{ label = "function" }``; ``final``, the
function that runs at rest, after all threads. All functions are ``void f(void)``. Without ``threads`` the
sources' own ``main()`` runs. Then ``sources``, C files compiled besides those above, ``variants``, names or globs
of the variants to check (default: the base and those that ``expect`` names), ``expect``, and ``models``,
``properties``, ``unroll``, ``recursion``, ``timeout``, ``faults``, ``defines``, which stand in place of those above
(``defines``: besides them).

``expect`` is a verdict, ``"PASS"``, ``"FAIL"``, ``"UNKNOWN"`` or ``"FAIL:leak"`` (that property and no other),
or a table from variants to verdicts, or from variants to tables from models to verdicts; ``default`` stands for
every variant, or model, not named. What is not said is expected to PASS.

What depends on the kernel's version is written as a table of conditions, in place of any value: the first that holds
counts, ``default`` where none does, and else the key is not there::

    unroll = { "<5.0" = 4, default = 3 }
    expect = { base = { "<6.12" = "FAIL", ">=6.12,<6.12.40" = { lkmm = "FAIL" } } }

    [scenarios.late.">=5.8"]
    threads = ["one", "other"]

Conditions are a lower bound, ``>=``, an upper one, ``<``, or both with a comma. As ``kernel`` a condition says for
which trees the spec is. Of a source or patch several names may be given with ``|`` between them: of sources the first
counts that is there, of patches the first that applies: ``"kernel:mm/balloon_compaction.c|kernel:mm/balloon.c"``.

Names of scenarios and variants are letters and digits with single ``-``, ``_`` or ``.`` between them: they
become file names of traces."""

from modelcheck.frontend.spec.load import load_expression, load_program, macros
from modelcheck.frontend.spec.read import program_spec, read_spec, spec_of
from modelcheck.frontend.spec.spec import DEFAULT_MODELS, DEFAULT_PROPERTIES, MODELS, Scenario, Spec, Variant
from modelcheck.frontend.spec.written import Expectation

__all__ = [
    "DEFAULT_MODELS",
    "DEFAULT_PROPERTIES",
    "MODELS",
    "Expectation",
    "Scenario",
    "Spec",
    "Variant",
    "load_expression",
    "load_program",
    "macros",
    "program_spec",
    "read_spec",
    "spec_of",
]
