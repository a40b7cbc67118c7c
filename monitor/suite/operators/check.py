"""Check an operator of PyTorch's database, in one dtype, on the samples of the database.

Shapes, dtypes, views and changed arguments follow from PyTorch's `meta` device, where no kernel runs
(`monitor.suite.torch.meta`). The truth is an independent reference in double precision. Without one it is the operator
itself on the CPU in double precision: for the CPU's own double precision and integers, that checks only that it runs.
"""

from __future__ import annotations

import functools
import itertools
import random
import unittest
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from monitor.formats.error_text import describe
from monitor.model import Mode, NumericalError
from monitor.suite.check_protocol import InputError, OracleError
from monitor.suite.conditioning import Factors, sensitivity, shapes
from monitor.suite.device import Device
from monitor.suite.factors import nearest
from monitor.suite.operators.factors import FACTORED
from monitor.suite.operators.references import references
from monitor.suite.oracle import FetchedTensor, Leniency, MismatchError, compare, leaves, values_of, with_open_dtypes
from monitor.suite.signed_zeros import NEAR, refuse_zeros_unlike
from monitor.suite.tolerances import tolerance_of
from monitor.suite.torch.device import fetch
from monitor.suite.torch.meta import Contract, contract_of, name_of, tensors_of
from monitor.suite.torch.operator_script import OPINFO_SAMPLES, OPINFO_SEED, STEPS, UNINITIALISED, UNIQUE, VIEWS

# Operators whose results on `meta` are those of other devices, or that update averages where `meta` does not show it.
NORMALIZING = frozenset(
    {
        *("native_batch_norm", "_native_batch_norm_legit", "_batch_norm_with_update", "nn.functional.batch_norm"),
        "native_layer_norm",
    }
)

# Operators whose first result are eigenvalues in no order.
EIGENVALUES = frozenset({"linalg.eig", "linalg.eigvals"})

# The tolerance in double precision that the authors of the database declare for functions which PyTorch approximates.
APPROXIMATE = 1e-5
APPROXIMATED = frozenset({"special.airy_ai", "special.bessel_j0", "special.bessel_j1"})

# A sample's values are of the order of one: below it, errors are judged absolutely.
SCALE = 1.0


class OperatorCheck:
    """An operator in one dtype, on the first samples that the database draws for it."""

    declared_limit = ""
    mode = Mode.EAGER
    form = ""  # in the id: how the operator is called, if not as a function
    differentiated = False  # whether the samples are inputs of a gradient

    def __init__(self, operator: Any, function: str, dtype: torch.dtype) -> None:
        self.operator = operator
        self.function = function
        self.dtype = name_of(dtype)
        self.fresh = False
        self.timed = dtype is torch.float32 and self.mode is Mode.EAGER and not self.form
        self._dtype = dtype
        self._given: list[Any] = []
        self._copies: list[Any] = []
        variant = f"{operator.variant_test_name}-" if operator.variant_test_name else ""
        self.id = f"torch/{function}/opinfo-{self.form}{variant}{self.mode.value}-{self.dtype}"

    def prepare(self, device: Device) -> Callable[[], Any]:
        self._given = self._samples(device)
        # Copied before the call: a device may draw others the next time, and an operator may change its arguments.
        self._copies = [sample.transform(copied) for sample in self._given]
        return self._calls(device)

    def judge(self, device: Device, result: Any) -> NumericalError | None:
        del device
        self.fresh = True
        judged = [self._judge_sample(*each) for each in zip(self._given, self._copies, result, strict=True)]
        return NumericalError.largest(error for error in judged if error)

    def _samples(self, device: Device) -> list[Any]:
        """Return the first samples. The database draws them from the global generators of three libraries.

        Raises InputError where it draws none: a case that calls nothing shows nothing.
        """
        torch.manual_seed(OPINFO_SEED)
        np.random.seed(OPINFO_SEED)
        random.seed(OPINFO_SEED)
        options = {"requires_grad": True} if self.differentiated else {}
        samples = self.operator.sample_inputs(device.device(), self._dtype, **options)
        if drawn := _unshared(itertools.islice(samples, OPINFO_SAMPLES)):
            return drawn
        raise InputError("the database draws no sample")

    def _calls(self, device: Device) -> Callable[[], Any]:
        """Return the call to check."""
        del device
        return lambda: [call(self.operator, sample) for sample in self._given]

    def _judge_sample(self, given: Any, sample: Any, result: Any) -> NumericalError | None:
        contract = None
        if self.operator.name not in NORMALIZING:
            contract = contract_of(lambda one: call(self.operator, one), given)
        self.fresh &= contract is not None and contract.fresh
        if contract is not None:
            self._judge_contract(contract, result, tensors_of(given), tensors_of(sample))
        return None if self.operator.full_name in VIEWS else self._judge_values(sample, result)

    def _judge_contract(
        self, contract: Contract, result: Any, given: list[torch.Tensor], copies: list[torch.Tensor]
    ) -> None:
        contract.judge_types(result)
        contract.judge_memory(result, given)
        contract.judge_inputs(given, copies)

    def _judge_values(self, sample: Any, result: Any) -> NumericalError | None:
        """Compare the result of a sample with the truth. Raises MismatchError and OracleError."""
        got = [*fetched(result)]
        wide = sample.transform(widened)
        truth, want = self._truth(wide, sample, got)
        if self.operator.name in UNINITIALISED:
            return compare(shapes(got), shapes(want))
        if check_factors := FACTORED.get(self.operator.name):
            check_factors(fetch(wide.input).values, [one.values for one in got], self.dtype, **sample.kwargs)
        if self.operator.name in EIGENVALUES:
            want[0] = FetchedTensor(nearest(got[0].values, want[0].values), "")
        if self.operator.name in UNIQUE:
            got, want = ([one[place] for place in UNIQUE[self.operator.name]] for one in (got, want))
        coarsest = max(_coarsest(sample), APPROXIMATE if self.operator.name in APPROXIMATED else 0.0)
        leniency = Leniency(scale=SCALE, floor=coarsest, condition=STEPS.get(self.operator.name, 1))
        try:
            error = compare(got, want, leniency)
        except MismatchError:
            if is_random(self.operator, wide):
                return compare(shapes(got), shapes(want))
            slack = sensitivity(lambda factors: truth(scaled(wide, factors)), want, self.dtype)
            return compare(got, want, replace(leniency, slack=slack))
        if self.operator.name not in UNIQUE:
            refuse_zeros_unlike(got, values_of(want), lambda: values_of(truth(wide.transform(_moved))))
        return error

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
        except OracleError:  # some operators take only 8-bit numbers
            return own, own(sample)


def _moved(value: Any) -> Any:
    """Return a real tensor in double precision whose zeros are small numbers of their signs."""
    if not isinstance(value, torch.Tensor) or value.is_complex() or value.dtype is torch.bool:
        return value
    value = value.double()  # a reference that takes only integers refuses it
    return torch.where(value == 0, torch.copysign(torch.full_like(value, NEAR), value), value)


def is_tested(operator: Any, test_class: str, test: str, kind: str, dtype: torch.dtype) -> bool:
    """Return whether the authors of the database run a test of an operator, and expect it to pass."""
    skipped = unittest.skip("").__qualname__  # of the decorator that `unittest.skip` returns
    decorators = operator.get_decorators(test_class, test, kind, dtype, {})
    return not any(one is unittest.expectedFailure or getattr(one, "__qualname__", "") == skipped for one in decorators)


def _shapes_agree(got: list[Any], want: list[Any]) -> bool:
    """Return whether a reference gives a result for each of an operator, or None, with equal shapes."""
    pairs = zip(got, want, strict=False)
    return len(got) == len(want) and all(leaf is None or leaf.values.shape == one.values.shape for one, leaf in pairs)


def _unshared(samples: Iterable[Any]) -> list[Any]:
    """Return the samples, none of which shares a tensor with an earlier one: some operators update an argument."""
    seen: set[int] = set()

    def own(value: Any) -> Any:
        if isinstance(value, torch.dtype) or id(value) not in seen:
            seen.add(id(value))
            return value
        return value.detach().clone().requires_grad_(value.requires_grad)

    kept = [*samples]  # all alive at once, or an address could come again
    return [sample.transform(own) for sample in kept]


def _coarsest(sample: Any) -> float:
    """Return the tolerance of the least precise tensor in a sample: some operators take weights in single precision."""
    tolerances = [0.0]

    def look(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            tolerances.append(tolerance_of(name_of(value.dtype)))
        return value

    sample.transform(look)
    return max(tolerances)


def _truth(operator: Any, sample: Any) -> list[Any]:
    """Return the result of the operator for a sample in double precision, with open dtypes."""
    try:
        return with_open_dtypes(fetched(call(operator, sample)))
    except Exception as error:
        raise OracleError(f"refused in double precision: {describe(error)}") from error


def fetched(result: Any) -> Iterator[Any]:
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


def is_random(operator: Any, sample: Any) -> bool:
    """Return whether an operator draws random numbers for a sample. Its values do not matter: they may be wrong."""
    with _RandomSteps() as steps:
        call(operator, sample)
    return bool(steps.seen)


def call(operator: Any, sample: Any) -> Any:
    return operator(sample.input, *sample.args, **sample.kwargs)


def widened(value: Any) -> Any:
    """Return a tensor on the CPU in double precision, or that dtype for a dtype; integers stay as they are."""
    if isinstance(value, torch.dtype):
        return torch.complex128 if value.is_complex else torch.float64 if value.is_floating_point else value
    return value.detach().cpu().to(widened(value.dtype))


def scaled(sample: Any, factors: Factors) -> Any:
    def scale(value: Any) -> Any:
        inexact = isinstance(value, torch.Tensor) and (value.is_floating_point() or value.is_complex())
        if not inexact:
            return value
        moved = value.detach() * torch.from_numpy(np.asarray(factors(tuple(value.shape))))
        return moved.requires_grad_(value.requires_grad)

    return sample.transform(scale)


def copied(value: Any) -> Any:
    return value if isinstance(value, torch.dtype) else value.detach().cpu().clone()
