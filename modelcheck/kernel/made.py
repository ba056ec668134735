"""Headers that a build of the kernel would write, as texts: no build is needed, and nothing is written anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import gcd
from pathlib import Path
from typing import Final

from modelcheck.kernel.features import features

PLACE: Final = Path("/modelcheck")
"""Where they seem to be: no folder of any machine."""


def made_headers(
    tree: Path, architecture: Path, ours: Path, version: tuple[int, int, int], config: Mapping[str, str]
) -> dict[Path, bytes]:
    """The headers that stand in no folder, by where they seem to be.

    Args:
        tree: the kernel's sources.
        architecture: our ``arch/``.
        ours: our own headers, of which ``mc/`` is used.
        version: of the tree.
        config: symbols by name, with CONFIG_: ``y``, ``m``, ``n``, or a value.
    """
    texts = {
        "generated/autoconf.h": autoconf(config),
        "generated/utsrelease.h": '#define UTS_RELEASE "{}.{}.{}"\n'.format(*version),
        "generated/timeconst.h": timeconst(int(config.get("CONFIG_HZ", "250"))),
        "generated/compile.h": '#define UTS_MACHINE "modelcheck"\n#define UTS_VERSION "#1"\n'
        '#define LINUX_COMPILE_BY "nobody"\n#define LINUX_COMPILE_HOST "nowhere"\n#define LINUX_COMPILER "clang"\n',
        "generated/package.h": '#define LINUX_PACKAGE_ID ""\n',
        "linux/version.h": _version(version),
        "mc/features.h": features(tree, version),
        "mc/atomic_names.h": atomic_names((ours / "mc" / "atomic.h").read_text()),
    }
    for name in _names(ours / "mc"):
        texts[f"mc/{name}"] = f'#include "{ours / "mc" / name}"\n'
    for below, generic in (("asm", "include/asm-generic"), ("uapi/asm", "include/uapi/asm-generic")):
        for name in _names(tree / generic):
            # As in a build, what the architecture says to user space counts before what is generic.
            ours_too = below == "asm" and (architecture / "uapi" / "asm" / name).exists()
            if not ours_too and not (architecture / below / name).exists():
                texts[f"{below}/{name}"] = f"#include <asm-generic/{name}>\n"
    return {PLACE / name: text.encode() for name, text in texts.items()}


def autoconf(config: Mapping[str, str]) -> str:
    """``include/generated/autoconf.h`` for a configuration."""
    lines = []
    for symbol, value in config.items():
        if value == "m":
            lines.append(f"#define {symbol}_MODULE 1\n")
        elif value != "n" and "$(" not in value:
            lines.append(f"#define {symbol} {'1' if value == 'y' else value}\n")
    return "".join(lines)


def atomic_names(operations: str) -> str:
    """The macros of mc/atomic.h (its text) under the names that kernels of all versions have for them.

    ``atomic64_`` and ``atomic_long_`` are the other widths; ``arch_`` and ``raw_`` the layers below instrumentation.
    """
    lines = []
    for found in _OPERATION.finditer(operations):
        name, parameters = found.groups()
        for family in ("atomic_", "atomic64_", "atomic_long_"):
            for layer in ("", "arch_", "raw_"):
                if layer or family != "atomic_":
                    lines.append(f"#define {layer}{family}{name}({parameters}) atomic_{name}({parameters})\n")
    return "".join(lines)


def _version(version: tuple[int, int, int]) -> str:
    major, minor, patch = version
    return (
        f"#define LINUX_VERSION_CODE {major << 16 | minor << 8 | min(patch, 255)}\n"
        "#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))\n"
        f"#define LINUX_VERSION_MAJOR {major}\n#define LINUX_VERSION_PATCHLEVEL {minor}\n"
        f"#define LINUX_VERSION_SUBLEVEL {patch}\n"
    )


def _names(folder: Path) -> Iterator[str]:
    return (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.h")))


def timeconst(hz: int) -> str:
    """``include/generated/timeconst.h``: factors between clock ticks and parts of a second, as
    ``kernel/time/timeconst.bc`` defines them: of 32 significant bits, rounded up where it multiplies."""
    lines = []
    for name, rate in (("MSEC", 1000), ("USEC", 1000000), ("NSEC", 1000000000)):
        for label, numerator, denominator in ((f"HZ_TO_{name}", rate, hz), (f"{name}_TO_HZ", hz, rate)):
            shared = gcd(numerator, denominator)
            shift = 0
            while (numerator << shift) // denominator < 1 << 31 and shift < 62:
                shift += 1
            factor = -(-(numerator << shift) // denominator)
            added = ((denominator // shared - 1) << shift) // (denominator // shared)
            lines += [
                f"#define {label}_MUL32 ((u64)({factor}ULL))\n",
                f"#define {label}_ADJ32 ((u64)({added}ULL))\n",
                f"#define {label}_SHR32 {shift}\n",
                f"#define {label}_NUM ((u64)({numerator // shared}ULL))\n",
                f"#define {label}_DEN ((u64)({denominator // shared}ULL))\n",
            ]
    return f"#define TIMECONST_HZ {hz}\n" + "".join(lines)


_OPERATION: Final = re.compile(r"^#define atomic_(\w+)\(([^)]*)\)", re.MULTILINE)
