"""Write the inputs of a declared case as Python text, with the values that `monitor.suite.inputs` draws.

Standard library only: scripts are written where no framework is installed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from monitor.suite.declare import INTEGER, Tensor, View
from monitor.suite.input_kinds import Draw

# Views of NumPy's arrays, and of tensors that need no function for them.
SLICES = {View.EVERY_SECOND: "[..., ::2]", View.OFFSET: "[1:]"}

HELPERS = {
    "fill": """
def fill(values, *fills):
    values = np.array(values)
    for value, start, step in fills:
        values.reshape(-1)[start::step] = value
    return values
""",
    "every_second": """
def every_second(values):  # a base whose every second element has these values
    base = np.full((*values.shape[:-1], 2 * values.shape[-1]), np.nan if values.dtype.kind in "fc" else 0, values.dtype)
    base[..., ::2] = values
    return base
""",
    "offset": """
def offset(values):  # a base with one more element in front
    hole = np.nan if values.dtype.kind in "fc" else 0
    return np.concatenate([np.full((1, *values.shape[1:]), hole, values.dtype), values])
""",
}


def chosen_draws(drawn: tuple[Draw, ...], recorded: str) -> tuple[Draw, ...]:
    """Return the draws that a script makes: those that the recorded message names.

    Without one, these are the draws whose result no overflow or underflow decides, or else all.
    """
    named = tuple(draw for draw in drawn if draw.label and _names(recorded, draw.label))
    return named or tuple(draw for draw in drawn if draw.exact_range) or drawn


def helpers(draws: Iterable[Draw]) -> str:
    """Return the text of the functions that the values of some draws use."""
    specs = [spec for draw in draws for spec in draw.tensors.values()]
    used = {
        "fill": any(spec.fills for spec in specs),
        "every_second": any(spec.view is View.EVERY_SECOND for spec in specs),
        "offset": any(spec.view is View.OFFSET for spec in specs),
    }
    return "\n".join(text for name, text in HELPERS.items() if used[name])


def values_text(spec: Tensor, dtype: str, seed: int) -> str:
    """Return the text of the array that is put on the device; the dtype rounds it."""
    if spec.listed:
        text = f"np.array([{', '.join(map(_number, spec.listed))}]).reshape({spec.shape})"
    elif spec.constant is not None:
        text = f"np.full({spec.shape}, {_number(spec.constant)})"
    else:
        text = _drawn(spec, dtype, f"np.random.default_rng({seed})")
        text = text if spec.factor == 1 else f"{text} * {spec.factor}"
    if spec.fills:
        fills = ", ".join(f"({_number(fill.value)}, {fill.start}, {fill.step})" for fill in spec.fills)
        text = f"fill({text}, {fills})"
    if spec.view is View.TRANSPOSED:
        return f"np.ascontiguousarray(({text}).T)"
    return f"{'every_second' if spec.view is View.EVERY_SECOND else 'offset'}({text})" if spec.view else text


def exact_text(spec: Tensor, name: str, dtype: str, *, is_viewed: bool) -> str:
    """Return the text of an input for an oracle: in double precision, and viewed unless the tensor itself is."""
    dtype = spec.dtype or dtype
    kind = "complex" if dtype.startswith("complex") else "float" if "float" in dtype else "bool"
    text = f"fetch({name}).astype({'int' if dtype in INTEGER or 'int' in dtype else kind})"
    if spec.view is None or is_viewed:
        return text
    return f"{text}{SLICES.get(spec.view, '.T')}"


def _names(recorded: str, label: str) -> bool:
    """Return whether a recorded message names a draw: as its first, or among the others that are wrong."""
    message = recorded.partition(": ")[2]
    first, _, others = message.partition("; also wrong: ")
    return first.startswith(f"{label}: ") or label in others.split(", ")


def _number(value: float) -> str:
    if math.isnan(value):
        return "np.nan"
    return repr(value) if math.isfinite(value) else f"{'-' if value < 0 else ''}np.inf"


def _drawn(spec: Tensor, dtype: str, random: str) -> str:
    shape = spec.shape
    if spec.below:
        return f"{random}.integers(0, {spec.below}, {shape})"
    if dtype == "bool":
        return f"{random}.integers(0, 2, {shape}).astype(bool)"
    if dtype.startswith(("int", "uint")):
        whole = f"{random}.integers({0 if dtype.startswith('u') else -8}, 8, {shape})"
        return f"np.abs({whole}) + 1" if spec.positive else whole
    if spec.within:
        return f"{random}.uniform({spec.within[0]}, {spec.within[1]}, {shape})"
    if dtype.startswith("complex"):
        return f"(lambda r: r.standard_normal({shape}) + 1j * r.standard_normal({shape}))({random})"
    values = f"{random}.standard_normal({shape})"
    return f"np.maximum(np.abs({values}), 1 / 8)" if spec.positive else values
