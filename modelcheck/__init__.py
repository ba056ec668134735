"""modelcheck: every execution of concurrent C that a memory model allows, within stated bounds.

The Python interface is in `modelcheck.api`; its functions are here too: `check`, `litmus`, `replay`, `regress`,
`audit`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelcheck.api import audit as audit
    from modelcheck.api import check as check
    from modelcheck.api import litmus as litmus
    from modelcheck.api import regress as regress
    from modelcheck.api import replay as replay

from modelcheck.version import __version__

__all__ = ["__version__", "audit", "check", "litmus", "regress", "replay"]

_INTERFACE = ("audit", "check", "litmus", "regress", "replay")


def __getattr__(name: str) -> Any:
    """The interface is loaded when it is asked for: a command needs little of it."""
    if name not in _INTERFACE:
        raise AttributeError(f"module 'modelcheck' has no attribute '{name}'")
    from modelcheck import api

    return getattr(api, name)
