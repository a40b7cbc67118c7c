"""PyTorch's own operator database: every operator, every dtype that it declares for the device.

The database is `op_db` of `torch.testing._internal`, as the installed build ships it. Its samples are the inputs. The
truth is the operator itself on the CPU in double precision, from the same inputs: independent of another device's
kernels and of lower precisions' rounding, and for the CPU's own double precision and integers a check that it runs.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np
import torch

from monitor.handover.messages import describe
from monitor.model import NumericalError
from monitor.suite.check import OracleError, SuiteUnavailableError
from monitor.suite.device import Device
from monitor.suite.draw import Array
from monitor.suite.oracle import Fetched, Leniency, MismatchError, compare, leaves, tolerance_of
from monitor.suite.torch.device import fetch

DATABASE = "torch.testing._internal.common_methods_invocations"

SEED = 2023
# The database yields the plainest samples first, then scalars, empty and strided ones; some operators have hundreds.
SAMPLES = 8

# Whose values say nothing: what an operator returns here is whatever the memory held, or, of a sample that is a view
# into a larger storage, what a copy of the sample in double precision has lost.
SHAPES_ALONE = frozenset(
    {"empty", "empty_like", "empty_permuted", "empty_strided", "new_empty", "new_empty_strided"}
    | {"as_strided.partial_views"}
)

# Decompositions are unique up to signs, phases or the order of equal values: of these the results at these places are.
UNIQUE = {
    "linalg.eig": (0,),
    "linalg.eigh": (0,),
    "linalg.svd": (1,),
    "svd": (1,),
    "pca_lowrank": (1,),
    "svd_lowrank": (1,),
    "linalg.qr": (),
    "qr": (),
}

# Operators whose own steps, not their inputs, make a rounding error grow: positions in an image are tens of pixels.
STEPS = {"_upsample_bilinear2d_aa": 4.0}

# A sample's values are of the order of one: below it, errors are judged absolutely.
SCALE = 1.0

# How often the inputs are moved by one rounding to see what that does to the results, and how many times that much a
# result may be off: an operator that magnifies the rounding of its inputs may do so with that of its steps.
PERTURBATIONS = 4
MAGNIFIED = 16


def checks(device: Device) -> Iterator[OperatorCheck]:
    """One check for each operator and each dtype that it declares. Raises SuiteUnavailableError."""
    try:
        from torch.testing._internal.common_device_type import onlyCUDA
        from torch.testing._internal.common_methods_invocations import op_db

        kind = torch.device(device.device()).type
        for operator in op_db:
            if onlyCUDA in operator.decorators and kind != "cuda":
                continue
            function = _dotted(operator)
            for dtype in sorted(operator.supported_dtypes(kind), key=str):
                yield OperatorCheck(operator, function, dtype)
    except (ImportError, AttributeError, TypeError) as error:
        raise SuiteUnavailableError(f"this build's {DATABASE} cannot be read: {describe(error)}") from error


class OperatorCheck:
    """An operator in one dtype, on the first samples that the database draws for it."""

    declared = ""

    def __init__(self, operator: Any, function: str, dtype: torch.dtype) -> None:
        self.operator = operator
        self.function = function
        self.dtype = dtype
        self.timed = dtype is torch.float32
        variant = f"{operator.variant_test_name}-" if operator.variant_test_name else ""
        self.id = f"torch/{function}/opinfo-{variant}eager-{_name(dtype)}"

    def prepare(self, device: Device) -> Callable[[], Any]:
        samples = self._samples(device)
        return lambda: [_call(self.operator, sample) for sample in samples]

    def judge(self, device: Device, result: Any) -> NumericalError | None:
        errors = [self._judge_sample(sample, got) for sample, got in zip(self._samples(device), result, strict=True)]
        return NumericalError.largest(error for error in errors if error)

    def _samples(self, device: Device) -> list[Any]:
        """The first samples. The database draws them from the global generators of three libraries."""
        torch.manual_seed(SEED)
        np.random.seed(SEED)
        random.seed(SEED)
        return _unshared(itertools.islice(self.operator.sample_inputs(device.device(), self.dtype), SAMPLES))

    def _judge_sample(self, sample: Any, result: Any) -> NumericalError | None:
        got = [*_fetched(result)]
        wide = sample.transform(_widened)
        try:
            want = _truth(self.operator, wide)
        except OracleError:  # some operators take 8-bit numbers alone
            want = _truth(self.operator, sample.transform(_on_cpu))
        if self.operator.full_name in SHAPES_ALONE:
            return compare(_shapes(got), _shapes(want))
        if self.operator.name in UNIQUE:
            got, want = ([one[place] for place in UNIQUE[self.operator.name]] for one in (got, want))
        leniency = Leniency(scale=SCALE, floor=_coarsest(sample), condition=STEPS.get(self.operator.name, 1))
        try:
            return compare(got, want, leniency)
        except MismatchError:
            if _is_random(self.operator, wide):
                return compare(_shapes(got), _shapes(want))
            slack = _sensitivity(self.operator, wide, want, self.dtype)
            return compare(got, want, replace(leniency, slack=slack))


def _unshared(samples: Iterable[Any]) -> list[Any]:
    """The samples, none sharing a tensor with one before it: some operators update an argument."""
    seen: set[int] = set()

    def own(value: Any) -> Any:
        if isinstance(value, torch.dtype) or id(value) not in seen:
            seen.add(id(value))
            return value
        return value.clone()

    kept = [*samples]  # all alive at once, or an address could come again
    return [sample.transform(own) for sample in kept]


def _coarsest(sample: Any) -> float:
    """The tolerance of the least precise tensor in a sample: some operators take weights in single precision."""
    tolerances = [0.0]

    def look(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            tolerances.append(tolerance_of(_name(value.dtype)))
        return value

    sample.transform(look)
    return max(tolerances)


def _truth(operator: Any, sample: Any) -> list[Any]:
    """What the operator gives for a sample in double precision, its dtypes left open."""
    try:
        results = _fetched(_call(operator, sample))
        # Copied, as an operator may give back its input, and change it when it is called again.
        return [Fetched(leaf.values.copy(), "") if isinstance(leaf, Fetched) else leaf for leaf in results]
    except Exception as error:
        raise OracleError(f"refused in double precision: {describe(error)}") from error


def _fetched(result: Any) -> Iterator[Any]:
    for leaf in leaves(result):
        if isinstance(leaf, torch.Tensor):
            yield fetch(leaf)
        elif not isinstance(leaf, torch.dtype | torch.device | torch.layout):
            yield leaf


def _is_random(operator: Any, sample: Any) -> bool:
    """Whether two seeds give two results. The database fixes the seed of random operators, so that is kept from it."""
    seed = torch.manual_seed
    results: list[list[Any]] = []
    with patch.object(torch, "manual_seed"):
        for number in range(2):
            seed(number)
            results.append(_truth(operator, sample))
    try:
        compare(results[0], results[1])
    except MismatchError:
        return True
    return False


def _sensitivity(operator: Any, sample: Any, want: list[Any], dtype: torch.dtype) -> tuple[Array, ...]:
    """How far the results move when every input moves by one rounding of `dtype`, enlarged.

    This is the condition of the operator at its sample, found by trying (Higham, Accuracy and Stability of Numerical
    Algorithms, 1.6): a result no further off is as right as its inputs.
    """
    rounding = torch.finfo(dtype).eps / 2 if dtype.is_floating_point or dtype.is_complex else 0.0
    moved = [np.zeros(leaf.values.shape) if isinstance(leaf, Fetched) else np.zeros(()) for leaf in want]
    for number in range(PERTURBATIONS):
        generator = torch.Generator().manual_seed(number)
        there = _truth(operator, sample.transform(lambda value, g=generator: _moved(value, rounding, g)))
        for furthest, leaf, truth in zip(moved, there, want, strict=True):
            if isinstance(truth, Fetched) and leaf.values.shape == furthest.shape:
                with np.errstate(invalid="ignore"):
                    distance = np.abs(np.subtract(leaf.values, truth.values, dtype=complex))
                np.fmax(furthest, distance, out=furthest)
    return tuple(MAGNIFIED * furthest for furthest in moved)


def _moved(value: Any, rounding: float, generator: torch.Generator) -> Any:
    if isinstance(value, torch.dtype) or not (value.is_floating_point() or value.is_complex()):
        return value
    signs = torch.randint(0, 2, value.shape, generator=generator) * 2 - 1
    return value * (1 + rounding * signs)


def _shapes(tensors: list[Any]) -> list[Any]:
    return [leaf.values.shape if isinstance(leaf, Fetched) else leaf for leaf in tensors]


def _call(operator: Any, sample: Any) -> Any:
    return operator(sample.input, *sample.args, **sample.kwargs)


def _widened(value: Any) -> Any:
    """A tensor on the CPU in double precision, or the double-precision dtype for a dtype; integers as they are."""
    if isinstance(value, torch.dtype):
        return torch.complex128 if value.is_complex else torch.float64 if value.is_floating_point else value
    return value.detach().cpu().to(_widened(value.dtype))


def _on_cpu(value: Any) -> Any:
    return value if isinstance(value, torch.dtype) else value.detach().cpu()


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _dotted(operator: Any) -> str:
    """The public name of an operator: a function, else a method, else what the dispatcher calls it."""
    name = operator.name.removeprefix("torch.")
    for root, prefix in ((torch, "torch"), (torch.Tensor, "torch.Tensor"), (torch.ops.aten, "torch.ops.aten")):
        found: Any = root
        for part in name.split("."):
            found = getattr(found, part, None)
        if found is not None:
            return f"{prefix}.{name}"
    return "torch.cuda.jiterator"  # what the database makes by it has no name of its own
