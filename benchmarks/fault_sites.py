"""The functions into which planted faults go, and what their plain calls take and return."""

from __future__ import annotations

import ast
import functools
import inspect
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

MOST_CASES = 60  # of a function, that run for a fault
LOOKED_AT = 12  # cases of a function that show what it returns


@dataclass
class Site:
    """A function of a suite: its cases, and the objects with the names of attributes that hold it."""

    suite: str
    function: str
    holders: dict[int, tuple[Any, str]]
    checks: list[Any] = field(default_factory=list)
    facts: Any = None
    kernels: dict[str, str] = field(default_factory=dict)  # of a module, by mode: the last one that computes

    def in_modes(self, modes: tuple[str, ...]) -> list[Any]:
        """Return the cases of the modes, in the order of the modes, with the kinds of inputs mixed."""
        chosen = [check for check in self.checks if check.mode.value in modes]
        order = random.Random(self.function)
        return sorted(chosen, key=lambda check: (modes.index(check.mode.value), order.random()))[:MOST_CASES]


@contextmanager
def installed(site: Site, make: Callable[[Callable[..., Any]], Callable[..., Any]], mode: str = "") -> Iterator[None]:
    """Let the call that `make` returns for an original one take its place in all cases of a site.

    In a module, the fault is one of the last kernel of the mode that computes.
    """
    if kernel := site.kernels.get(mode):
        from fault_kernels import KernelFault

        with KernelFault(kernel, make):
            yield
        return
    originals = {key: getattr(*held) for key, held in site.holders.items()}
    for key, (holder, name) in site.holders.items():
        planted = make(originals[key])
        functools.update_wrapper(planted, originals[key], updated=())
        for attribute in ("at", "reduce", "accumulate", "defjvp", "lower"):
            if hasattr(originals[key], attribute):
                setattr(planted, attribute, getattr(originals[key], attribute))
        setattr(holder, name, planted)
    try:
        yield
    finally:
        for key, (holder, name) in site.holders.items():
            setattr(holder, name, originals[key])


class Quick:
    """A check that is not timed, and does not search the smallest program: its calls are the first and the last one."""

    def __init__(self, check: Any, *, timed: bool = False) -> None:
        self.timed = timed and check.timed
        self._check = check
        for name in ("id", "function", "dtype", "mode", "declared_limit", "prepare", "judge"):
            setattr(self, name, getattr(check, name))

    @property
    def fresh(self) -> bool:
        return self._check.fresh


def facts_of(device: Any, tensors: Any, site: Site) -> Any:
    """Run some eager cases of a function, and note what its calls take and return."""
    from fault_changes import Facts, equal
    from fault_tensors import kind_of

    from monitor.suite.worker import observe

    facts = Facts(site.function, *options_of(site))

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            result = original(*args, **kwargs)
            given = tensors.tensors_in([args, kwargs])
            if tensors.compiling(given) or tensors.abstract(given):
                return result
            facts.called = True
            facts.takes_tensors |= bool(given)
            for leaf in tensors.tensors_in(result if isinstance(result, dict | list | tuple) else [result]):
                facts.results.add((tensors.dtype(leaf), len(tensors.shape(leaf))))
                facts.shares |= any(shares(leaf, one) for one in given)
                facts.special |= special_in(tensors, leaf)
                if kind_of(tensors.dtype(leaf)) and 0 not in tensors.shape(leaf):
                    facts.equals |= any(equal(tensors, leaf, one) for one in given)
                    facts.asymmetric |= bool(tensors.shape(leaf)) and not equal(tensors, leaf, tensors.reversed(leaf))
            return result

        return call

    if site.suite == "modules":
        from fault_kernels import last_kernels

        site.kernels = last_kernels(device, site.checks)
    eager = site.in_modes(("eager",))
    eager.sort(key=lambda check: check.id.endswith("special"))
    chosen = [*eager[: LOOKED_AT - 2], *eager[-2:]]
    with installed(site, make):
        for check in chosen:
            observe(device, Quick(check))
    return facts


def options_of(site: Site) -> tuple[tuple[str, ...], dict[str, int]]:
    """Return the parameters with a default, and the places of those that can be passed by position."""
    from monitor.suite.signature import signature_of

    holder, name = next(iter(site.holders.values()))
    first = int(inspect.isclass(holder))  # a signature leaves `self` out
    text = signature_of(getattr(holder, name))
    try:
        parameters = [*ast.parse(f"def call{text}: ...").body[0].args.__dict__.items()]
    except SyntaxError:
        return (), {}
    listed = dict(parameters)
    named = [one.arg for one in listed["args"]]
    options = named[len(named) - len(listed["defaults"]) :]
    keywords = [one.arg for one, default in zip(listed["kwonlyargs"], listed["kw_defaults"], strict=True) if default]
    return (*options, *keywords), {name: first + named.index(name) for name in options}


def shares(leaf: Any, tensor: Any) -> bool:
    if not hasattr(leaf, "untyped_storage"):
        return False
    memory = leaf.untyped_storage().data_ptr()
    return memory != 0 and memory == tensor.untyped_storage().data_ptr()


def special_in(tensors: Any, leaf: Any) -> set[str]:
    import numpy as np
    from fault_tensors import kind_of

    try:
        kind, values = kind_of(tensors.dtype(leaf)), tensors.array(leaf)
    except Exception:  # a tracer of a transformation has no values
        return set()
    if kind == "integer":
        beyond = tensors.dtype(leaf) not in ("int8", "uint8") and (np.abs(values.astype(float)) > 128).any()
        return {"beyond 128"} if beyond else set()
    if kind != "floating" or np.iscomplexobj(values):
        return set()
    signs = ((values == 0) & np.signbit(values)).any()
    return {
        name
        for name, there in (("nan", np.isnan(values).any()), ("infinity", np.isinf(values).any()), ("-0", signs))
        if there
    }
