"""Whole models in JAX, written with Flax and Keras. Importing this module needs no package.

The checks are in `monitor.suite.architectures`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

from monitor.suite.architectures.table import ARCHITECTURES
from monitor.suite.check_protocol import SuiteUnavailableError

if TYPE_CHECKING:
    from monitor.suite.check_protocol import CaseCheck
    from monitor.suite.device import Device

BACKEND = "KERAS_BACKEND"  # Keras reads it when it is imported


def checks(device: Device) -> Iterator[CaseCheck]:
    """Yield the checks of all models. Raises SuiteUnavailableError without the packages."""
    del device
    packages = {architecture.package.partition(".")[0] for architecture in ARCHITECTURES}
    if missing := sorted(package for package in packages if not find_spec(package)):
        raise SuiteUnavailableError(f"not installed beside JAX: {', '.join(missing)}")
    os.environ[BACKEND] = "jax"
    from monitor.suite.architectures.check import model_checks

    yield from model_checks()
