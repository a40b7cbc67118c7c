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

from monitor.formats.error_text import describe
from monitor.model import Mode, NumericalError
from monitor.suite.check_protocol import OracleError, SuiteUnavailableError
from monitor.suite.conditioning import Factors, sensitivity, shapes
from monitor.suite.device import Device
from monitor.suite.oracle import FetchedTensor, Leniency, MismatchError, compare, leaves
from monitor.suite.tolerances import tolerance_of
from monitor.suite.torch.device import fetch
from monitor.suite.torch.script_dialect import OPINFO_SAMPLES, OPINFO_SEED, STEPS, UNINITIALISED, UNIQUE, VIEWS

DATABASE = "torch.testing._internal.common_methods_invocations"

# A sample's values are of the order of one: below it, errors are judged absolutely.
SCALE = 1.0


def checks(device: Device) -> Iterator[OperatorCheck]:
    """Yield one check for each operator and each dtype that it declares. Raises SuiteUnavailableError."""
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
    except Exception as error:  # a private module may change in any way
        raise SuiteUnavailableError(f"this build's {DATABASE} cannot be read: {describe(error)}") from error


class OperatorCheck:
    """An operator in one dtype, on the first samples that the database draws for it."""

    declared_limit = ""
    mode = Mode.EAGER

    def __init__(self, operator: Any, function: str, dtype: torch.dtype) -> None:
        self.operator = operator
        self.function = function
        self.dtype = _name(dtype)
        self._dtype = dtype
        self._given: list[Any] = []
        self.timed = dtype is torch.float32
        variant = f"{operator.variant_test_name}-" if operator.variant_test_name else ""
        self.id = f"torch/{function}/opinfo-{variant}eager-{self.dtype}"

    def prepare(self, device: Device) -> Callable[[], Any]:
        samples = self._samples(device)
        # Copied before the call: a device may draw others the next time, and an operator may change its arguments.
        self._given = [sample.transform(_copied) for sample in samples]
        return lambda: [_call(self.operator, sample) for sample in samples]

    def judge(self, device: Device, result: Any) -> NumericalError | None:
        del device
        judged = [self._judge_sample(sample, got) for sample, got in zip(self._given, result, strict=True)]
        return NumericalError.largest(error for error in judged if error)

    def _samples(self, device: Device) -> list[Any]:
        """Return the first samples. The database draws them from the global generators of three libraries."""
        torch.manual_seed(OPINFO_SEED)
        np.random.seed(OPINFO_SEED)
        random.seed(OPINFO_SEED)
        return _unshared(itertools.islice(self.operator.sample_inputs(device.device(), self._dtype), OPINFO_SAMPLES))

    def _judge_sample(self, sample: Any, result: Any) -> NumericalError | None:
        if self.operator.full_name in VIEWS:
            return None
        got = [*_fetched(result)]
        wide = sample.transform(_widened)
        try:
            want = _truth(self.operator, wide)
        except OracleError:  # some operators take 8-bit numbers alone
            want = _truth(self.operator, sample)
        if self.operator.name in UNINITIALISED:
            return compare(shapes(got), shapes(want))
        if self.operator.name in UNIQUE:
            got, want = ([one[place] for place in UNIQUE[self.operator.name]] for one in (got, want))
        leniency = Leniency(scale=SCALE, floor=_coarsest(sample), condition=STEPS.get(self.operator.name, 1))
        try:
            return compare(got, want, leniency)
        except MismatchError:
            if _is_random(self.operator, wide):
                return compare(shapes(got), shapes(want))
            slack = sensitivity(lambda factors: _truth(self.operator, _scaled(wide, factors)), want, self.dtype)
            return compare(got, want, replace(leniency, slack=slack))


def _unshared(samples: Iterable[Any]) -> list[Any]:
    """Yield the samples, none of which shares a tensor with an earlier one: some operators update an argument."""
    seen: set[int] = set()

    def own(value: Any) -> Any:
        if isinstance(value, torch.dtype) or id(value) not in seen:
            seen.add(id(value))
            return value
        return value.clone()

    kept = [*samples]  # all alive at once, or an address could come again
    return [sample.transform(own) for sample in kept]


def _coarsest(sample: Any) -> float:
    """Return the tolerance of the least precise tensor in a sample: some operators take weights in single precision."""
    tolerances = [0.0]

    def look(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            tolerances.append(tolerance_of(_name(value.dtype)))
        return value

    sample.transform(look)
    return max(tolerances)


def _truth(operator: Any, sample: Any) -> list[Any]:
    """Return the result of the operator for a sample in double precision, with open dtypes."""
    try:
        results = _fetched(_call(operator, sample))
        # Copied, as an operator may give back its input, and change it when it is called again.
        return [FetchedTensor(leaf.values.copy(), "") if isinstance(leaf, FetchedTensor) else leaf for leaf in results]
    except Exception as error:
        raise OracleError(f"refused in double precision: {describe(error)}") from error


def _fetched(result: Any) -> Iterator[Any]:
    for leaf in leaves(result):
        if isinstance(leaf, torch.Tensor):
            yield fetch(leaf)
        elif not isinstance(leaf, torch.dtype | torch.device | torch.layout):
            yield leaf


def _is_random(operator: Any, sample: Any) -> bool:
    """Return whether two seeds give two results; the seed that the database fixes for random operators is bypassed."""
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


def _call(operator: Any, sample: Any) -> Any:
    return operator(sample.input, *sample.args, **sample.kwargs)


def _widened(value: Any) -> Any:
    """Return a tensor on the CPU in double precision, or that dtype for a dtype; integers stay as they are."""
    if isinstance(value, torch.dtype):
        return torch.complex128 if value.is_complex else torch.float64 if value.is_floating_point else value
    return value.detach().cpu().to(_widened(value.dtype))


def _scaled(sample: Any, factors: Factors) -> Any:
    def scale(value: Any) -> Any:
        inexact = isinstance(value, torch.Tensor) and (value.is_floating_point() or value.is_complex())
        return value * torch.from_numpy(np.asarray(factors(tuple(value.shape)))) if inexact else value

    return sample.transform(scale)


def _copied(value: Any) -> Any:
    return value if isinstance(value, torch.dtype) else value.detach().cpu().clone()


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _dotted(operator: Any) -> str:
    """Return the public name of an operator: a function, else a method, else the dispatcher's name."""
    name = operator.name.removeprefix("torch.")
    for root, prefix in ((torch, "torch"), (torch.Tensor, "torch.Tensor"), (torch.ops.aten, "torch.ops.aten")):
        value: Any = root
        for part in name.split("."):
            value = getattr(value, part, None)
        if value is not None:
            return f"{prefix}.{name}"
    return "torch.cuda.jiterator"  # operators that the database makes with it have no name
