"""PyTorch's own operator database: every operator, every dtype that it declares for the device.

The database is `op_db` of `torch.testing._internal`, as the installed build ships it. Its samples are the inputs.
Shapes, dtypes, views and changed arguments follow from PyTorch's `meta` device, where no kernel runs
(`monitor.suite.torch.meta`). The truth is an independent reference in double precision (`monitor.suite.operators`).
Without one it is the operator itself on the CPU in double precision: for the CPU's own double precision and integers,
that checks only that it runs.
"""

from __future__ import annotations

import functools
import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from monitor.formats.error_text import describe
from monitor.model import Mode, NumericalError
from monitor.suite.check_protocol import OracleError, SuiteUnavailableError
from monitor.suite.conditioning import Factors, sensitivity, shapes
from monitor.suite.device import Device
from monitor.suite.operators.references import references
from monitor.suite.oracle import FetchedTensor, Leniency, MismatchError, compare, leaves, with_open_dtypes
from monitor.suite.tolerances import tolerance_of
from monitor.suite.torch.device import fetch
from monitor.suite.torch.meta import contract_of, tensors_of
from monitor.suite.torch.script_dialect import OPINFO_SAMPLES, OPINFO_SEED, STEPS, UNINITIALISED, UNIQUE, VIEWS

DATABASE = "torch.testing._internal.common_methods_invocations"

# Operators whose results on `meta` are those of other devices, or that update averages where `meta` does not show it.
NORMALIZING = frozenset(
    {
        *("native_batch_norm", "_native_batch_norm_legit", "_batch_norm_with_update", "nn.functional.batch_norm"),
        "native_layer_norm",
    }
)

# The tolerance in double precision that the authors of the database declare for functions which PyTorch approximates.
APPROXIMATE = 1e-5
APPROXIMATED = frozenset({"special.airy_ai", "special.bessel_j0", "special.bessel_j1"})

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
        self.fresh = False
        self._given: list[Any] = []
        self._samples_given: list[Any] = []
        self.timed = dtype is torch.float32
        variant = f"{operator.variant_test_name}-" if operator.variant_test_name else ""
        self.id = f"torch/{function}/opinfo-{variant}eager-{self.dtype}"

    def prepare(self, device: Device) -> Callable[[], Any]:
        self._samples_given = self._samples(device)
        # Copied before the call: a device may draw others the next time, and an operator may change its arguments.
        self._given = [sample.transform(_copied) for sample in self._samples_given]
        return lambda: [_call(self.operator, sample) for sample in self._samples_given]

    def judge(self, device: Device, result: Any) -> NumericalError | None:
        del device
        self.fresh = True
        judged = [self._judge_sample(*each) for each in zip(self._samples_given, self._given, result, strict=True)]
        return NumericalError.largest(error for error in judged if error)

    def _samples(self, device: Device) -> list[Any]:
        """Return the first samples. The database draws them from the global generators of three libraries."""
        torch.manual_seed(OPINFO_SEED)
        np.random.seed(OPINFO_SEED)
        random.seed(OPINFO_SEED)
        return _unshared(itertools.islice(self.operator.sample_inputs(device.device(), self._dtype), OPINFO_SAMPLES))

    def _judge_sample(self, given: Any, sample: Any, result: Any) -> NumericalError | None:
        if self.operator.name not in NORMALIZING and (
            contract := contract_of(lambda one: _call(self.operator, one), given)
        ):
            contract.judge(result, tensors_of(given), tensors_of(sample))
            self.fresh &= contract.fresh
        else:
            self.fresh = False
        if self.operator.full_name in VIEWS:
            return None
        got = [*_fetched(result)]
        wide = sample.transform(_widened)
        truth, want = self._truth(wide, sample, got)
        if self.operator.name in UNINITIALISED:
            return compare(shapes(got), shapes(want))
        if self.operator.name in UNIQUE:
            got, want = ([one[place] for place in UNIQUE[self.operator.name]] for one in (got, want))
        coarsest = max(_coarsest(sample), APPROXIMATE if self.operator.name in APPROXIMATED else 0.0)
        leniency = Leniency(scale=SCALE, floor=coarsest, condition=STEPS.get(self.operator.name, 1))
        try:
            return compare(got, want, leniency)
        except MismatchError:
            if _is_random(self.operator, wide):
                return compare(shapes(got), shapes(want))
            slack = sensitivity(lambda factors: truth(_scaled(wide, factors)), want, self.dtype)
            return compare(got, want, replace(leniency, slack=slack))

    def _truth(self, wide: Any, sample: Any, got: list[Any]) -> tuple[Callable[[Any], list[Any]], list[Any]]:
        """Return the first reference that takes the sample, and its results; else the operator itself."""
        tensors = [one for one in got if isinstance(one, FetchedTensor)]
        inexact = any(tolerance_of(one.dtype) for one in tensors) and not tolerance_of(self.dtype)
        for reference in references(self.operator, inexact=inexact) if len(tensors) == len(got) else ():
            with suppress(Exception):  # a reference takes some of the samples
                want = reference(wide)
                if _shapes_agree(got, want):
                    return reference, [leaf or one for leaf, one in zip(want, got, strict=True)]
        own = functools.partial(_truth, self.operator)
        try:
            return own, own(wide)
        except OracleError:  # some operators take 8-bit numbers alone
            return own, own(sample)


def _shapes_agree(got: list[Any], want: list[Any]) -> bool:
    """Return whether a reference gives a result for each of an operator, or None, with equal shapes."""
    pairs = zip(got, want, strict=False)
    return len(got) == len(want) and all(leaf is None or leaf.values.shape == one.values.shape for one, leaf in pairs)


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
        return with_open_dtypes(_fetched(_call(operator, sample)))
    except Exception as error:
        raise OracleError(f"refused in double precision: {describe(error)}") from error


def _fetched(result: Any) -> Iterator[Any]:
    for leaf in leaves(result):
        if isinstance(leaf, torch.Tensor):
            yield fetch(leaf)
        elif not isinstance(leaf, torch.dtype | torch.device | torch.layout):
            yield leaf


class _RandomSteps(TorchDispatchMode):  # type: ignore[misc]
    """Notes whether a call uses an operator that draws random numbers."""

    seen: bool = False

    def __torch_dispatch__(self, function: Any, _: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.seen |= torch.Tag.nondeterministic_seeded in function.tags
        return function(*args, **kwargs or {})


def _is_random(operator: Any, sample: Any) -> bool:
    """Return whether an operator draws random numbers for a sample. Its values do not matter: they may be wrong."""
    with _RandomSteps() as steps:
        _call(operator, sample)
    return bool(steps.seen)


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
