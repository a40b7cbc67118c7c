"""Precision of each dtype, and the tolerance of results in it. Standard library only."""

from __future__ import annotations

SIGNIFICANT_BITS = {"float64": 53, "float32": 24, "float16": 11, "bfloat16": 8, "complex64": 24, "complex128": 53}

# The largest error that is still right, relative to the element and to the largest element of the array (a sum of
# terms of both signs is no more exact than its largest term). For the three lower precisions these are the relative
# tolerances of torch.testing.assert_close; for double precision we ask for more than its 1e-7, so that a result that
# was silently computed in single precision is found.
TOLERANCE = {"float64": 1e-12, "float32": 1.3e-6, "float16": 1e-3, "bfloat16": 1.6e-2}

# The exponent of the smallest normal number, below which a unit in the last place does not shrink.
SMALLEST_EXPONENT = {"float64": -1022, "float32": -126, "float16": -14, "bfloat16": -126}
SMALLEST_NORMAL = {dtype: 2.0**exponent for dtype, exponent in SMALLEST_EXPONENT.items()}

PARTS = {
    "complex32": "float16",
    "complex64": "float32",
    "complex128": "float64",
}  # a complex number is as exact as its parts

# Step of the central difference of a double-precision reference: the cube root of its epsilon balances the error of
# the formula against that of rounding (Press et al., Numerical Recipes, 5.7).
STEP = 2.0**-17
# The error which that leaves, relative to the largest element: a gradient is judged no more sharply than this.
STEP_TOLERANCE = 1e-8
# Step of a second difference: the fourth root of the epsilon, by the same balance.
SECOND_STEP = 2.0**-12
# The error which that leaves, and the rounding of two derivatives one after the other.
SECOND_TOLERANCE = 4e-6
# The error of a one-sided difference, which is of the first order in the step.
ONE_SIDED_TOLERANCE = 4 * STEP


def tolerance_of(dtype: str) -> float:
    """Return the relative tolerance of a dtype, of its parts for a complex one; 0 for an exact one."""
    return TOLERANCE.get(PARTS.get(dtype, dtype), 0.0)
