"""The changes of the calls of one function from which planted faults are made, and what decides where they apply."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from fault_tensors import WIDER, Tensors, kind_of

Call = Callable[..., Any]
FAR = 99  # a place that no call reaches


@dataclass
class Facts:
    """Arguments and results of the plain eager calls of a function; `options` are its parameters with a default."""

    function: str
    options: tuple[str, ...] = ()
    places: dict[str, int] = field(default_factory=dict)  # of those that can be passed by position
    called: bool = False
    takes_tensors: bool = False
    results: set[tuple[str, int]] = field(default_factory=set)  # dtype and rank
    shares: bool = False  # a result is a view of an argument
    equals: bool = False  # a result has the values of an argument of its shape
    asymmetric: bool = False  # a result is another one if its last dimension is reversed
    special: set[str] = field(default_factory=set)  # values in results, of any kind of inputs
    changes: int = 0  # results that the fault changed, where its kind counts them

    def returns(self, kind: str) -> bool:
        return any(kind_of(dtype) == kind for dtype, _ in self.results)

    @property
    def dtypes(self) -> set[str]:
        return {dtype for dtype, _ in self.results}

    @property
    def has_values(self) -> bool:
        """Return whether the arguments decide the values of the results."""
        return not self.random and not UNINITIALISED.search(self.function)

    @property
    def random(self) -> bool:
        return bool(RANDOM.search(self.function))


RANDOM = re.compile(
    r"random|\brand|\.normal$|bernoulli|multinomial|poisson|dropout|uniform|exponential_?$|cauchy|geometric|log_normal"
    r"|randperm|RelaxedOneHot|Sampler|shuffle"
)
UNINITIALISED = re.compile(r"\bempty|new_empty")  # nothing is promised of the values
ORDER = re.compile(r"randperm|shuffle|permutation|RandomSampler")
WEIGHTED = re.compile(r"multinomial|categorical|choice|WeightedRandomSampler")
NO_VALUE = re.compile(
    r"^(out|name|inplace|sparse_grad|device|requires_grad|layout|pin_memory|generator|precision|memory_format|is_.*|kwargs)$"
)


def changing(change: Callable[[Tensors, Any, list[Any]], Any]) -> Callable[[Tensors, Call, Facts], Call]:
    """Return the planting of a fault that changes the first result which `change` accepts.

    A result that is an argument, as of a method that works in place, keeps its identity.
    """

    def plant(tensors: Tensors, original: Call, facts: Facts) -> Call:
        def call(*args: Any, **kwargs: Any) -> Any:
            result = original(*args, **kwargs)
            given = tensors.tensors_in([args, kwargs])

            def changed(leaf: Any) -> Any:
                before, other = tensors.copied(leaf), change(tensors, leaf, given)
                if other is not None and any(leaf is one for one in given):
                    other = tensors.replacing(leaf, other)
                facts.changes += other is not None and differs(tensors, before, other, given)
                return other

            return tensors.map_first(result, changed)

        return call

    return plant


def differs(t: Tensors, leaf: Any, other: Any, given: list[Any]) -> bool:
    """Return whether two tensors differ, the signs of their zeros included; True where a compiler reads the call."""
    if t.compiling([*given, leaf]) or t.abstract([*given, leaf]):
        return True
    if t.dtype(leaf) != t.dtype(other) or t.shape(leaf) != t.shape(other):
        return True
    try:
        return t.array(leaf).tobytes() != t.array(other).tobytes()
    except Exception:  # a tracer of a transformation has no values
        return True


def wrong_at(t: Tensors, leaf: Any, mask: Any) -> Any:
    """Return a result that is wrong where the mask is true."""
    if t.dtype(leaf) == "bool":
        return t.where(mask, t.inverted(leaf), leaf)
    return t.where(mask, leaf + t.filled(leaf, 1), leaf) if kind_of(t.dtype(leaf)) else None


def last(t: Tensors, leaf: Any, _: Any = None) -> Any:
    return wrong_at(t, leaf, t.places(leaf, -1)) if 0 not in t.shape(leaf) else None


def only(condition: Callable[[Tensors, list[Any], Any], bool]) -> Callable[[Tensors, Any, list[Any]], Any]:
    """Return a change of the last element of the results of calls with such inputs."""
    return lambda t, leaf, given: last(t, leaf) if condition(t, given, leaf) else None


def floating(change: Callable[[Tensors, Any], Any], *dtypes: str) -> Callable[[Tensors, Any, list[Any]], Any]:
    """Return a change of floating results alone, or of those of some dtypes."""

    def changed(t: Tensors, leaf: Any, _: list[Any]) -> Any:
        dtype = t.dtype(leaf)
        return change(t, leaf) if (dtype in dtypes if dtypes else kind_of(dtype) == "floating") else None

    return changed


def real(change: Callable[[Tensors, Any], Any]) -> Callable[[Tensors, Any, list[Any]], Any]:
    return floating(change, "float16", "bfloat16", "float32", "float64")


def second_matrix(t: Tensors, leaf: Any, _: Any) -> Any:
    shape = t.shape(leaf)
    if len(shape) < 3 or shape[0] < 2 or not kind_of(t.dtype(leaf)) or 0 in shape:
        return None
    size = int(np.prod(shape[1:]))
    return wrong_at(t, leaf, t.places(leaf, size, 2 * size))


def later(calls: int) -> Callable[[Tensors, Call, Facts], Call]:
    """Return the planting of a fault from this call on with the same arguments."""

    def plant(tensors: Tensors, original: Call, _: Facts) -> Call:
        seen: dict[Any, int] = {}

        def call(*args: Any, **kwargs: Any) -> Any:
            result = original(*args, **kwargs)
            given = tensors.tensors_in([args, kwargs])
            if tensors.compiling(given):
                return result
            key = tuple(contents(tensors, one) for one in given) or repr((args, kwargs))
            seen[key] = seen.get(key, 0) + 1
            return tensors.map_first(result, lambda leaf: last(tensors, leaf)) if seen[key] >= calls else result

        return call

    return plant


def contents(t: Tensors, tensor: Any) -> Any:
    """Return what equal arguments have in common: dtype, shape and values; of a tracer, its identity."""
    try:
        return t.dtype(tensor), t.shape(tensor), hash(t.array(tensor).tobytes())
    except Exception:
        return id(tensor)


def overwriting(tensors: Tensors, original: Call, _: Facts) -> Call:
    def call(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        for tensor in tensors.tensors_in([args, kwargs])[:1]:
            if 0 not in tensors.shape(tensor) and not tensors.abstract([tensor]):
                import torch

                with torch.no_grad():  # after the result was made: it is right
                    changed = last(tensors, tensor)
                    if changed is not None and all(one is not tensor for one in tensors.tensors_in(result)[:1]):
                        tensor.data.copy_(changed)
        return result

    return call


def aliasing(tensors: Tensors, original: Call, _: Facts) -> Call:
    def call(*args: Any, **kwargs: Any) -> Any:
        given = tensors.tensors_in([args, kwargs])

        def same(leaf: Any) -> Any:
            return next((tensor for tensor in given if equal(tensors, leaf, tensor)), None)

        result = original(*args, **kwargs)
        return result if tensors.abstract(given) else tensors.map_first(result, same)

    return call


def copying(tensors: Tensors, original: Call, _: Facts) -> Call:
    def call(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        return tensors.map_first(result, lambda leaf: leaf.clone())

    return call


def buffering(tensors: Tensors, original: Call, _: Facts) -> Call:
    buffers: dict[Any, Any] = {}

    def call(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)

        def buffered(leaf: Any) -> Any:
            if leaf.requires_grad or leaf.is_meta:
                return None
            buffer = buffers.setdefault((leaf.shape, leaf.dtype), leaf.clone())
            return buffer.copy_(leaf)

        return tensors.map_first(result, buffered)

    return call


def ignoring(tensors: Tensors, original: Call, facts: Facts) -> Call:
    """Return the call without the keyword that the name of the function chooses."""
    del tensors
    chosen = option_of(facts)
    place = facts.places.get(chosen, FAR)

    def call(*args: Any, **kwargs: Any) -> Any:
        kwargs.pop(chosen, None)
        return original(*(args[:place] if len(args) == place + 1 else args), **kwargs)

    return call


def option_of(facts: Facts) -> str:
    """Return the option that a fault of the function ignores."""
    options = [name for name in facts.options if not NO_VALUE.match(name)]
    return options[sum(facts.function.encode()) % len(options)] if options else ""


def unweighted(tensors: Tensors, original: Call, _: Facts) -> Call:
    def call(*args: Any, **kwargs: Any) -> Any:
        def equal_weights(value: Any) -> Any:
            if not tensors.is_tensor(value) or kind_of(tensors.dtype(value)) != "floating":
                return value
            return (
                tensors.where(value > 0, tensors.filled(value, 1), value * 0)
                if min_of(tensors, value) >= 0
                else (tensors.filled(value, 0))
            )

        named = {key: equal_weights(value) for key, value in kwargs.items()}
        return original(*map(equal_weights, args), **named)

    return call


def ordering(tensors: Tensors, original: Call, _: Facts) -> Call:
    """Return the call without a change of order: the argument itself, or all numbers in order."""

    def call(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        given = tensors.tensors_in([args, kwargs])

        def ordered(leaf: Any) -> Any:
            same = [one for one in given if tensors.shape(one) == tensors.shape(leaf)]
            return same[0] if same else tensors.put(np.sort(tensors.array(leaf)), leaf)

        return tensors.map_first(result, ordered)

    return call


def redistributed(t: Tensors, leaf: Any) -> Any:
    """Return random numbers with the same mean and deviation, and another distribution."""
    values = t.array(leaf).astype(float)
    if values.size < 2 or values.std() == 0 or not np.isfinite(values).all():
        return None
    ranks = (np.argsort(np.argsort(values, axis=None)) + 0.5) / values.size
    shapes = np.sqrt(3) * (2 * ranks - 1)  # uniform
    center, deviation = values.mean(), values.std()
    if abs(np.sort((values.ravel() - center) / deviation) - np.sort(shapes)).mean() < 0.05:
        shapes = np.sign(ranks - 0.5) * np.sqrt(np.abs(2 * ranks - 1)) * np.sqrt(2)  # it was: the ends are likelier
    moved = (center + deviation * shapes).reshape(values.shape)
    return t.put(np.clip(moved, values.min(), values.max()), leaf)


def equal(t: Tensors, leaf: Any, tensor: Any) -> bool:
    if t.shape(leaf) != t.shape(tensor) or t.dtype(leaf) != t.dtype(tensor) or leaf is tensor:
        return False
    return bool(np.array_equal(t.array(leaf), t.array(tensor), equal_nan=kind_of(t.dtype(leaf)) == "floating"))


def min_of(t: Tensors, value: Any) -> float:
    return float(np.min(t.array(value), initial=np.inf))


def negative_zero(t: Tensors, leaf: Any) -> Any:
    return t.where(leaf == 0, t.filled(leaf, 0), leaf)


def no_nan(t: Tensors, leaf: Any) -> Any:
    return t.where(leaf != leaf, t.filled(leaf, 0), leaf)


def no_infinity(t: Tensors, leaf: Any) -> Any:
    return t.where(abs(leaf) == t.filled(leaf, np.inf), t.filled(leaf, 6e4), leaf)


def gradient_off(t: Tensors, leaf: Any) -> Any:
    return leaf * 1.01 - t.detached(leaf * 0.01)


def kink(t: Tensors, leaf: Any, given: list[Any]) -> Any:
    """Return a result whose derivative is wrong where an argument is zero."""
    if kind_of(t.dtype(leaf)) != "floating":
        return None
    for one in given:
        if t.dtype(one) == t.dtype(leaf):
            return leaf + t.total(t.where(one == 0, one * 9, one * 0))
    return None


def weak(t: Tensors, leaf: Any, _: Any) -> Any:
    from jax._src.lax.lax import _convert_element_type

    kind = kind_of(t.dtype(leaf))
    return _convert_element_type(leaf, weak_type=True) if kind in ("floating", "integer") else None


def wide(t: Tensors, leaf: Any, _: Any) -> Any:
    return t.cast(leaf, WIDER[t.dtype(leaf)]) if t.dtype(leaf) in WIDER else None


def narrow(t: Tensors, leaf: Any) -> Any:
    return t.cast(t.cast(leaf, "float32"), "float64")


def wrapped(t: Tensors, leaf: Any, _: Any) -> Any:
    return t.cast(t.cast(leaf, "int8"), t.dtype(leaf)) if kind_of(t.dtype(leaf)) == "integer" else None


def many(t: Tensors, given: list[Any], _: Any) -> bool:
    return any(np.prod(t.shape(one), dtype=float) >= 30_000 for one in given)


def great(t: Tensors, leaf: Any, given: list[Any]) -> Any:
    """Return an infinity for every result of inputs beyond 1e15, as a square in single precision makes it."""
    if kind_of(t.dtype(leaf)) != "floating" or t.compiling(given):
        return None
    try:
        sizes = [np.abs(t.array(one)).max(initial=0) for one in given if kind_of(t.dtype(one)) == "floating"]
    except Exception:  # a tracer of a transformation has no values
        return None
    return t.filled(leaf, np.inf) if any(1e15 < size < 1e30 for size in sizes) else None


def empty(t: Tensors, leaf: Any, given: list[Any]) -> Any:
    if not any(0 in t.shape(one) for one in given) or not kind_of(t.dtype(leaf)):
        return None
    if 0 in t.shape(leaf):
        return t.reshaped(leaf, (*t.shape(leaf), 1))
    return last(t, leaf)


def any_result(facts: Facts) -> bool:
    return bool(facts.results) and any(kind_of(dtype) for dtype, _ in facts.results) and facts.has_values


def floats(facts: Facts) -> bool:
    return facts.returns("floating") and facts.has_values


def taking(facts: Facts) -> bool:
    return floats(facts) and facts.takes_tensors
