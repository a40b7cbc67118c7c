"""Spelling of a framework in stand-alone scripts. Standard library only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Dialect:
    """Spelling of a framework in a script. Every text is Python, with `str.format` fields in single braces.

    `setup` imports the framework, what `{function}` needs with it, and opens `device`, which stands for what a case
    takes as its device. `put` makes a tensor of `{values}` in `{dtype}`, and `fetch` returns the NumPy array of `leaf`
    where it is a tensor, else `leaf`. `seed` sets the framework's own generators. `compiled` is `call` compiled.
    `transposed` is the view of `{tensor}` with its dimensions in the reverse order; with `has_views`, a compiled call
    takes views. `placed` puts what was `{made}` beforehand on the device, in `{dtype}`. `gradient` returns the
    derivatives of all results, weighted by the arrays `weights` in `{result}`, by the tensors `{names}`;
    `compiled_gradient` returns those of the compiled call. `forward` returns the derivatives of all results along the
    arrays `tangents`, and `second` the derivatives of the gradient along them. `vectorized` is `call` over a batch.
    """

    module: str
    setup: Callable[[str], str]
    dtype: str
    put: str
    seed: str
    fetch: str
    compiled: str
    gradient: str
    compiled_gradient: str
    forward: str
    second: str
    vectorized: str
    transposed: str
    has_views: bool = False
    placed: str = "{made}"
