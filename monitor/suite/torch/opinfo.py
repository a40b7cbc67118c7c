"""PyTorch's own operator database: every operator, every dtype that it declares for the device.

The database is `op_db` of `torch.testing._internal`, as the installed build ships it. Its samples are the inputs. The
checks are in `monitor.suite.operators`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import torch

from monitor.formats.error_text import describe
from monitor.suite.check_protocol import CaseCheck, SuiteUnavailableError
from monitor.suite.device import Device
from monitor.suite.operators.check import OperatorCheck, is_tested
from monitor.suite.operators.compiled import CompiledCheck
from monitor.suite.operators.gradients import GradientCheck, has_gradient
from monitor.suite.operators.variants import InPlaceCheck, MethodCheck, method_name

DATABASE = "torch.testing._internal.common_methods_invocations"


def checks(device: Device) -> Iterator[CaseCheck]:
    """Yield the checks of each operator in the dtypes that it declares. Raises SuiteUnavailableError."""
    try:
        from torch.testing._internal.common_device_type import onlyCUDA
        from torch.testing._internal.common_methods_invocations import op_db

        kind = torch.device(device.device()).type
        for operator in op_db:
            if onlyCUDA not in operator.decorators or kind == "cuda":
                yield from _checks_of(operator, kind)
    except Exception as error:  # a private module may change in any way
        raise SuiteUnavailableError(f"this build's {DATABASE} cannot be read: {describe(error)}") from error


def _checks_of(operator: Any, kind: str) -> Iterator[CaseCheck]:
    function = _dotted(operator)
    supported = operator.supported_dtypes(kind)
    for dtype in sorted(supported, key=str):
        yield OperatorCheck(operator, function, dtype)
    for dtype in _compiled_dtypes(supported):
        yield CompiledCheck(operator, function, dtype)
    tested = functools.partial(is_tested, operator, "TestCommon", "test_variant_consistency_eager", kind)
    if (method := method_name(operator.method_variant)) and operator.method_variant is not operator.op:
        for dtype in filter(tested, _compiled_dtypes(supported)):
            yield MethodCheck(operator, method, dtype)
    if operator.inplace_variant is not None:
        for dtype in filter(tested, sorted(supported, key=str)):
            yield InPlaceCheck(operator, method_name(operator.inplace_variant) or function, dtype)
    if has_gradient(operator, kind):
        for dtype in sorted(operator.supported_backward_dtypes(kind) & {torch.float32, torch.float64}, key=str):
            yield GradientCheck(operator, function, dtype)


def _compiled_dtypes(supported: set[torch.dtype]) -> list[torch.dtype]:
    """Return float32, and int32; bfloat16 for an operator without integers."""
    exact = torch.int32 if torch.int32 in supported else torch.bfloat16
    return [dtype for dtype in (torch.float32, exact) if dtype in supported]


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
