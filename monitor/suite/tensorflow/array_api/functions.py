"""Every function of the array API standard, as `tf.experimental.numpy` has it."""

from __future__ import annotations

from monitor.suite.array_api.declarations import declarations
from monitor.suite.tensorflow.array_api import NAMESPACE

FUNCTIONS = declarations(NAMESPACE)
