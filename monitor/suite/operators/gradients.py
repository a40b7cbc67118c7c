"""Check the gradients of an operator of PyTorch's database.

The truth is the derivative of the operator itself on the CPU, in double precision, by differences. The operator's
values are the subject of other cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from monitor.formats.error_text import describe
from monitor.model import Mode, NumericalError
from monitor.suite.check_protocol import OracleError
from monitor.suite.conditioning import sensitivity, shapes
from monitor.suite.device import Device
from monitor.suite.differences import compare_gradients, differences
from monitor.suite.inputs import Array
from monitor.suite.operators.check import SCALE, OperatorCheck, is_random, is_tested, scaled, widened
from monitor.suite.oracle import FetchedTensor, Leniency, MismatchError, compare
from monitor.suite.tolerances import STEP_TOLERANCE
from monitor.suite.torch.device import fetch
from monitor.suite.torch.meta import tensors_in, tensors_of
from monitor.suite.torch.operator_script import GRADIENT_STEPS, UNINITIALISED, VIEWS


def has_gradient(operator: Any, kind: str) -> bool:
    """Return whether the database tests the gradient of an operator on a kind of device, and expects it to pass."""
    if not operator.supports_autograd or operator.full_name in VIEWS or operator.name in UNINITIALISED:
        return False
    return is_tested(operator, "TestBwdGradients", "test_fn_grad", kind, torch.float64)


class GradientCheck(OperatorCheck):
    """The gradients of an operator in one dtype, by each input that the database differentiates."""

    mode = Mode.GRADIENT
    differentiated = True

    def _calls(self, device: Device) -> Callable[[], Any]:
        del device
        return lambda: [self._derive(sample, _variable) for sample in self._given]

    def _derive(self, sample: Any, variable: Callable[[Any], Any]) -> list[Any]:
        """Return the derivatives of the weighted sum of all differentiable results; empty without such results."""
        own = sample.transform(variable)
        variables = _variables(own)
        results = self._results(own)
        if not results:
            return []
        weights = [_weights(result) for result in results]
        return list(torch.autograd.grad(results, variables, weights, allow_unused=True))

    def _results(self, sample: Any) -> list[torch.Tensor]:
        """Return the differentiable results, as the database prepares inputs and results for a derivative."""
        result = self.operator.gradcheck_wrapper(self.operator.op, sample.input, *sample.args, **sample.kwargs)
        return [leaf for leaf in tensors_in(sample.output_process_fn_grad(result)) if leaf.requires_grad]

    def _judge_sample(self, given: Any, sample: Any, result: Any) -> NumericalError | None:
        del sample  # a copy without the inputs that are differentiated
        self.fresh = False
        wide = given.transform(_wide_variable)
        variables = _variables(wide)
        if is_random(self.operator, wide.transform(widened)) or not variables:
            return None
        if not result:
            raise MismatchError("no result has a gradient")
        got = [
            fetch(torch.zeros_like(one) if leaf is None else leaf)
            for leaf, one in zip(result, _variables(given), strict=True)
        ]
        compare(shapes(got), [tuple(one.shape) for one in variables])
        if wrong := [leaf for leaf in got if leaf.dtype != self.dtype]:
            raise MismatchError(f"a gradient of dtype {wrong[0].dtype}")
        return self._compare(wide, [one.detach().numpy() for one in variables], got)

    def _compare(self, wide: Any, inputs: list[Array], got: list[FetchedTensor]) -> NumericalError | None:
        try:
            found = [differences(lambda arrays: self._terms(wide, arrays), inputs, one) for one in range(len(inputs))]
        except Exception as error:
            raise OracleError(f"refused in double precision: {describe(error)}") from error

        def movement(_: list[FetchedTensor]) -> Iterator[Array]:
            own = self._derivatives(wide)
            moved = sensitivity(lambda factors: self._derivatives(scaled(wide, factors)), own, self.dtype)
            for one, leaf, values in zip(found, moved, inputs, strict=True):
                yield np.broadcast_to(leaf, values.shape).reshape(-1)[one.places]

        leniency = Leniency(STEP_TOLERANCE, GRADIENT_STEPS.get(self.operator.name, 1.0), SCALE)
        return compare_gradients(got, found, leniency, movement)

    def _derivatives(self, wide: Any) -> list[FetchedTensor]:
        found = self._derive(wide, _variable)
        return [
            FetchedTensor(np.zeros(tuple(one.shape)) if leaf is None else fetch(leaf).values.copy(), "")
            for leaf, one in zip(found, _variables(wide), strict=True)
        ]

    def _terms(self, wide: Any, arrays: list[Array]) -> Array:
        """Return the weighted elements of all differentiable results."""
        values = iter(arrays)

        def placed(value: Any) -> Any:
            if not _is_variable(value):
                return value.clone() if isinstance(value, torch.Tensor) else value
            return torch.from_numpy(np.array(next(values))).requires_grad_()

        results = [one.detach() for one in self._results(wide.transform(placed))]
        terms = [(_weights(one).conj() * one).real if one.is_complex() else _weights(one) * one for one in results]
        return np.concatenate([np.zeros(0), *(one.reshape(-1).double().numpy() for one in terms)])


def _is_variable(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.requires_grad


def _variables(sample: Any) -> list[torch.Tensor]:
    return [one for one in tensors_of(sample) if one.requires_grad]


def _variable(value: Any) -> Any:
    """Return a copy of a tensor; a call may change it."""
    if not isinstance(value, torch.Tensor):
        return value
    return value.detach().clone().requires_grad_(value.requires_grad)


def _wide_variable(value: Any) -> Any:
    wide = widened(value)
    return wide.clone().requires_grad_(value.requires_grad) if isinstance(value, torch.Tensor) else wide


def _weights(result: torch.Tensor) -> torch.Tensor:
    """Return weights for the elements of a result, neither equal nor symmetric, and exact in every dtype."""
    weights = (torch.arange(result.numel(), device=result.device) % 7 - 2.5).reshape(result.shape) / 4
    if result.is_complex():
        return torch.complex(weights, weights.flip(0) if weights.ndim else weights).to(result.dtype)
    return weights.to(result.dtype)
