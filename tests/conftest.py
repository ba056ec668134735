"""How property tests run: the same programs each time, however slow the machine is.

Shrinking is left out: where one example takes a second, it takes minutes, and the example is printed anyway.
"""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
settings.load_profile("steady")
