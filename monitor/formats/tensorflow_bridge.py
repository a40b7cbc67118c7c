"""Programs and refusals of TensorFlow's bridge to StableHLO, for every process that compiles for other hardware.

The process has TensorFlow; this module does not import it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

# Where in the source an operator comes from.
QUOTED = r'[^()"]|"[^"]*"'
LOCATION = re.compile(rf"^#loc.*\n| loc\((?:{QUOTED}|\((?:{QUOTED})*\))*\)", re.MULTILINE)
# The name of the program, with a counter: without it, two calls of the same program have the same text.
NAME = re.compile(r"^module @\S+")
# The one operator of MHLO that the bridge leaves.
COPY = re.compile(r"mhlo\.copy (%\w+) : (tensor<[^>]*>)")

# The message of the bridge for an operator without a kernel.
NO_KERNEL = re.compile(r"No registered '(\w+)' OpKernel for XLA")
# An argument is an operator too, which has a kernel for all dtypes but a few.
NO_ARGUMENT = re.compile(r"No registered '_Arg' OpKernel for XLA.*?\bT=DT_(\w+)", re.DOTALL)


def bridged(function: Any, arguments: Iterable[Any]) -> str:
    """Return the program of a `tf.function` in StableHLO alone, without name and locations. May raise anything."""
    text = function.experimental_get_compiler_ir(*arguments)(stage="stablehlo", platform_name="CPU")
    program = text if isinstance(text, str) else text.decode()
    program = NAME.sub("module", LOCATION.sub("", program))
    return COPY.sub(r"stablehlo.reshape \1 : (\2) -> \2", program)


def missing_kernels(error: BaseException) -> str:
    """Return what the bridge lacks, as "has no kernel of Eig"; empty if an exception has another reason."""
    words = str(error)
    if dtypes := sorted({dtype.lower() for dtype in NO_ARGUMENT.findall(words)}):
        return f"takes no argument of dtype {', '.join(dtypes)}"
    if operators := sorted({*NO_KERNEL.findall(words)}):
        return f"has no kernel of {', '.join(operators)}"
    return ""
