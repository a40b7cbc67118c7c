"""Read the inputs of a callable from text: "f32[8,128] i32[8]" has two arrays."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Short names of dtypes, as JAX and XLA print them. Long names serve too.
SHORT = {
    "f16": "float16",
    "bf16": "bfloat16",
    "f32": "float32",
    "f64": "float64",
    "c64": "complex64",
    "c128": "complex128",
    **{
        f"{letter}{bits}": f"{name}{bits}"
        for letter, name in (("i", "int"), ("s", "int"), ("u", "uint"))
        for bits in (8, 16, 32, 64)
    },
    "pred": "bool",
}
DTYPES = frozenset(SHORT.values())
INPUT = re.compile(r"(?P<dtype>[a-z0-9_]+)\[(?P<shape>\d+(?:,\d+)*)?\]")


@dataclass(frozen=True)
class InputShape:
    """One array: its dtype by its long name, and its shape."""

    dtype: str
    shape: tuple[int, ...]


def parse_inputs(text: str) -> tuple[InputShape, ...]:
    """Return the arrays that a text lists. Raises ValueError with one line that shows the form."""
    return tuple(map(_parse, re.sub(r"\s*,\s*(?=[^\]\[]*\])", ",", text).split()))


def _parse(text: str) -> InputShape:
    match = INPUT.fullmatch(text.rstrip(","))
    dtype = SHORT.get(match["dtype"], match["dtype"]) if match else ""
    if not match or dtype not in DTYPES:
        raise ValueError(f'"{text}" is no input; write a dtype and a shape, such as "f32[8,128]", "i32[8]" or "bool[]"')
    return InputShape(dtype, tuple(int(size) for size in (match["shape"] or "").split(",") if size))
