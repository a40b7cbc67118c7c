"""What a framework must tell of its tables of kernels: a function `kernels` in its `kernels.py`.

It takes the name that the table has for a platform and gives every operator by its name, whether the platform has it
or not.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kernel:
    """Whether an operator is there on a platform, and how it is there."""

    there: bool
    how: str = ""
