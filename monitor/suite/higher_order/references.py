"""The programs of PyTorch's database of higher-order operators in NumPy, in double precision.

A reference takes the tensors of a sample, in their order, as arrays, and returns the results as arrays. References
accept complex arrays: the gradients are derivatives by a complex step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[Any]
Reference = Callable[..., Sequence[Any]]

ITERATIONS = 3  # of the database's loop
STEP = 1e-30  # a complex step has no cancellation, so it may be as small as this


def mapped(first: Values, second: Values, factor: Values, shift: Values) -> Sequence[Any]:
    return (np.cos(first) + 1) * factor, np.cos(second + np.sin(shift))


def mapped_over_scalars(first: Values, second: Values, factor: Values, shift: Values) -> Sequence[Any]:
    """Return `mapped` where each product of a scalar and the factor has the one dimension of the factor."""
    return mapped(first[..., None], second, factor, shift)


def scan(carry: Values, matrices: Values) -> Sequence[Any]:
    before = []
    for matrix in matrices:
        before.append(carry)
        carry = carry @ matrix + matrix
    return carry, np.stack(before)


def cond(x: Values) -> Sequence[Any]:
    return ((np.cos if x.sum().real > 2 else np.sin)(x),)


def sine(x: Values) -> Sequence[Any]:
    return (np.sin(x),)


def quantized(x: Values) -> Sequence[Any]:
    return (2 * np.sin(x) * x,)


def quantized_packed(x: Values) -> Sequence[Any]:
    return (2 * np.sin(x),)


def while_loop(count: Values, x: Values) -> Sequence[Any]:
    counts, values = while_loop_stack_output(count, x)
    return counts[-1], values[-1]


def while_loop_stack_output(count: Values, x: Values) -> Sequence[Any]:
    values = []
    for _ in range(ITERATIONS):
        x = np.cos(x)
        values.append(x)
    return count - 1 - np.arange(ITERATIONS), np.stack(values)


def auto_functionalize(x: Values, z: Values) -> Sequence[Any]:
    return x + 5, z + 5, x + z + 10


def same(x: Values) -> Sequence[Any]:
    return (x,)


def local_map(first: Values, second: Values) -> Sequence[Any]:
    return (np.cos(first) + np.sin(second),)


def flex_attention(q: Values, k: Values, v: Values, *mask: Values) -> Sequence[Any]:
    """Return the attention of heads that add their number to the scores; no score is masked."""
    del mask
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1]) + np.arange(q.shape[1])[:, None, None]
    return (_softmax(scores) @ v,)


def flex_attention_backward(q: Values, k: Values, v: Values, *others: Values) -> Sequence[Any]:
    """Return the gradients with respect to q, k and v. A query attends to itself and to the keys before it.

    The third of the other tensors is the gradient of the result.
    """
    slope, scale = others[2], 1 / np.sqrt(q.shape[-1])
    scores = q @ k.swapaxes(-1, -2) * scale
    shares = _softmax(np.where(np.tri(q.shape[-2], k.shape[-2], dtype=bool), scores, -np.inf))
    of_shares = slope @ v.swapaxes(-1, -2)
    of_scores = shares * (of_shares - (of_shares * shares).sum(-1, keepdims=True)) * scale
    return of_scores @ k, of_scores.swapaxes(-1, -2) @ q, shares.swapaxes(-1, -2) @ slope


def _softmax(scores: Values) -> Values:
    powers: Values = np.exp(scores - scores.real.max(-1, keepdims=True))
    shares: Values = powers / powers.sum(-1, keepdims=True)
    return shares


# By name and variant in the database.
REFERENCES: dict[tuple[str, str], Reference] = {
    ("auto_functionalize", "simple"): auto_functionalize,
    ("cond", "simple"): cond,
    ("flex_attention", "simple"): flex_attention,
    ("flex_attention_backward", "explicit_buffers"): flex_attention_backward,
    ("flex_attention_backward", "simple"): flex_attention_backward,
    ("inline_asm_elementwise", "simple"): same,
    ("invoke_quant", "simple"): quantized,
    ("invoke_quant_packed", "simple"): quantized_packed,
    ("invoke_subgraph", "simple"): sine,
    ("local_map_hop", "simple"): local_map,
    ("map", "nested"): mapped,
    ("map", "simple"): mapped,
    ("map", "triple_nested"): mapped_over_scalars,
    ("register_hook", "simple"): same,
    ("scan", "simple"): scan,
    ("while_loop", "simple"): while_loop,
    ("while_loop_stack_output", "simple"): while_loop_stack_output,
}

# Programs that change their inputs, and the inputs afterwards.
CHANGED: dict[str, Reference] = {"auto_functionalize": lambda x, z: (x + 5, z + 5)}

# Programs whose hook changes the gradient, and the programs with that gradient.
HOOKED: dict[str, Reference] = {"register_hook": lambda x: (2 * x,)}


def weights_of(result: Values) -> Values:
    """Return weights for the elements of a result, neither equal nor symmetric, and exact in every dtype."""
    weights: Values = (np.arange(result.size) % 7 - 2.5).reshape(result.shape) / 4
    return weights


def gradients(reference: Reference, inputs: Sequence[Values]) -> list[Values]:
    """Return the derivatives of the weighted sum of all results by each element of each input."""
    found = []
    for number, given in enumerate(inputs):
        gradient = np.empty(given.shape)
        for place in np.ndindex(given.shape):
            moved = [array.astype(complex) for array in inputs]
            moved[number][place] += STEP * 1j
            gradient[place] = sum((weights_of(one) * one).imag.sum() for one in reference(*moved)) / STEP
        found.append(gradient)
    return found
