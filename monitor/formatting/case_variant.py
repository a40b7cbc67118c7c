"""Read the dtype from the id of a case: `batch-eager-float32` is in float32.

Listed cases keep the name that their authors gave them (`harness-add_dtypes_lhs_int8_20_20_…`): they are in the first
dtype of that name.
"""

from __future__ import annotations

import re
from functools import lru_cache

DTYPE = re.compile(r"(?<![A-Za-z])(?:bfloat16|float\d+(?:_e\w+)?|complex\d+|u?int\d+|bool)(?![A-Za-z0-9])")
WITHOUT_DTYPE = "none"


@lru_cache(maxsize=10_000)  # functions share most variants
def dtype_of(variant: str) -> str:
    found = DTYPE.search(variant)
    return found.group() if found else WITHOUT_DTYPE


def dtype_order(dtype: str) -> tuple[int, int, str]:
    """Return the sort key of a dtype: floats, complex numbers, integers, others; narrow before wide."""
    kinds = ("bfloat", "float", "complex", "int", "uint", "bool")
    kind = dtype.rstrip("0123456789")
    width = dtype[len(kind) :]
    family = kinds.index(kind) if kind in kinds else len(kinds)
    return max(family, 1), int(width or 0), dtype
