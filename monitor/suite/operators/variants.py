"""Check the methods of tensors, and the in-place calls, of operators of PyTorch's database."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from monitor.model import NumericalError
from monitor.suite.device import Device
from monitor.suite.operators.check import OperatorCheck, call, copied
from monitor.suite.oracle import FetchedTensor, MismatchError
from monitor.suite.torch.meta import contract_of, name_of, refuse_changed, tensors_of

# Operators that change only tensors of the dtype of their values in place.
OWN_DTYPE = frozenset({"abs", "float_power"})
# Operators that give a tensor another shape in place.
RESIZED = frozenset({"resize_", "resize_as_"})

REFUSED = "a call that raises, as it shall"


def method_name(variant: Any) -> str:
    """Return the public name of a method of tensors; empty for another function."""
    name = getattr(variant, "__name__", "")
    return f"torch.Tensor.{name}" if variant is not None and getattr(torch.Tensor, name, None) is variant else ""


class MethodCheck(OperatorCheck):
    """A method of tensors in one dtype, on the samples of the operator, by the same truth."""

    form = "method-"

    def _calls(self, device: Device) -> Callable[[], Any]:
        del device
        return lambda: [call(self.operator.method_variant, sample) for sample in self._given]


class InPlaceCheck(OperatorCheck):
    """An in-place call in one dtype, on the samples of the operator.

    The result is the tensor of the call, with the values of the operator in its dtype. The call raises if the tensor
    has not the shape of the values, or if its dtype is of a lower category, as integers are for floating numbers.
    """

    form = "in-place-"

    def _calls(self, device: Device) -> Callable[[], Any]:
        del device
        holds = [self._holds(sample) for sample in self._given]
        return lambda: [self._change(*each) for each in zip(self._given, holds, strict=True)]

    def _change(self, sample: Any, holds: bool) -> Any:
        tensor = sample.input.clone()
        try:
            result = self.operator.inplace_variant(tensor, *sample.args, **sample.kwargs)
        except RuntimeError:
            if holds:
                raise
            return REFUSED
        return [result, result is tensor, holds]

    def _holds(self, sample: Any) -> bool:
        """Return whether the tensor can hold the values of the operator, or becomes another view of its memory."""
        contract = contract_of(functools.partial(call, self.operator), sample)
        if contract is not None:
            shape, dtype, shared = contract.results[0]
        else:
            values = call(self.operator, sample.transform(copied))
            shape, dtype, shared = tuple(values.shape), values.dtype, frozenset()
        if self.operator.name in OWN_DTYPE and dtype is not sample.input.dtype:
            return False
        if shared or self.operator.name in RESIZED:
            return True
        return shape == tuple(sample.input.shape) and torch.can_cast(dtype, sample.input.dtype)

    def _judge_sample(self, given: Any, sample: Any, result: Any) -> NumericalError | None:
        self.fresh = False
        refuse_changed(tensors_of(given), tensors_of(sample))
        if result == REFUSED:
            return None
        tensor, is_same, holds = result
        if not holds:
            raise MismatchError("the call changed a tensor that cannot hold the result")
        if not is_same:
            raise MismatchError("the call returned another tensor")
        if tensor.dtype is not given.input.dtype:
            raise MismatchError(f"dtype {name_of(tensor.dtype)}, expected {name_of(given.input.dtype)}")
        return self._judge_values(sample, tensor)

    def _truth(self, wide: Any, sample: Any, got: list[Any]) -> tuple[Callable[[Any], list[Any]], list[Any]]:
        truth, want = super()._truth(wide, sample, got)
        exact = np.dtype(self.dtype) if not (self._dtype.is_floating_point or self._dtype.is_complex) else None
        return truth, want if exact is None else [FetchedTensor(one.values.astype(exact), "") for one in want]
