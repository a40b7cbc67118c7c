"""Every function of the array API standard, as `jax.numpy` has it."""

from __future__ import annotations

from monitor.suite.array_api.declarations import declarations
from monitor.suite.jax.array_api import NAMESPACE

FUNCTIONS = declarations(NAMESPACE)
