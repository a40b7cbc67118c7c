"""Every function of the array API standard, as `array_api_compat.torch` has it."""

from __future__ import annotations

from monitor.suite.array_api.declarations import declarations
from monitor.suite.torch.array_api import NAMESPACE

FUNCTIONS = declarations(NAMESPACE)
