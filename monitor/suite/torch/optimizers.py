"""PyTorch's own optimizer database: every optimizer with the options that its authors test.

The database is `optim_db` of `torch.testing._internal`, as the installed build ships it. Each case takes eight steps on
a small quadratic problem, with each set of options. The truth is the documented algorithm in NumPy, in double precision
(`monitor.suite.optimizers`). The loop over parameters, `foreach`, `fused` and the compiled step have the same truth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from monitor.formats.error_text import describe
from monitor.model import Mode, NumericalError
from monitor.suite.check_protocol import SuiteUnavailableError
from monitor.suite.device import Device
from monitor.suite.inputs import Array
from monitor.suite.optimizers.references import SPARSE, STEPS, UPDATES, problem, truth
from monitor.suite.oracle import FetchedTensor, Leniency, compare
from monitor.suite.torch.device import fetch
from monitor.suite.torch.meta import name_of
from monitor.suite.torch.optimizer_script import CONDITION

DATABASE = "torch.testing._internal.common_optimizers"

DTYPES = (torch.float32, torch.float64)
EAGER_FORMS = ("foreach", "fused")  # beside the loop over parameters


def checks(device: Device) -> Iterator[OptimizerCheck]:
    """Yield the checks of each optimizer with a reference. Raises SuiteUnavailableError."""
    try:
        from torch.testing._internal.common_optimizers import optim_db

        kind = torch.device(device.device()).type
        for info in optim_db:
            if info.optim_cls.__name__ not in UPDATES:
                continue
            for dtype in DTYPES:
                for form in _forms(info, kind):
                    if form != "compiled" or dtype is torch.float32:
                        yield OptimizerCheck(info, dtype, form)
    except Exception as error:  # a private module may change in any way
        raise SuiteUnavailableError(f"this build's {DATABASE} cannot be read: {describe(error)}") from error


def _forms(info: Any, kind: str) -> Iterator[str]:
    yield ""
    if "foreach" in info.supported_impls:
        yield "foreach"
    if "fused" in info.supported_impls and kind in info.supports_fused_on:
        yield "fused"
    if not info.only_supports_sparse_grads:
        yield "compiled"


class OptimizerCheck:
    """An optimizer in one dtype and form, with each set of options.

    A compiled step has only the last set, and one parameter: a compiler takes seconds for each.
    """

    declared_limit = ""
    timed = False
    fresh = False

    def __init__(self, info: Any, dtype: torch.dtype, form: str) -> None:
        self.info = info
        self.name = info.optim_cls.__name__
        self.function = f"torch.optim.{self.name}"
        self.dtype = name_of(dtype)
        self.mode = Mode.COMPILED if form == "compiled" else Mode.EAGER
        self._dtype = dtype
        self._form = form
        self._count = 1 if form == "compiled" else None
        self._options: list[dict[str, Any]] = []
        variant = f"{form}-" if form in EAGER_FORMS else ""
        self.id = f"torch/{self.function}/optimizers-{variant}{self.mode.value}-{self.dtype}"

    def prepare(self, device: Device) -> Callable[[], Any]:
        inputs = self.info.optim_inputs_func(device=str(device.device()))
        # A step size in a tensor has single precision, and only the loop over parameters takes it everywhere.
        takes_tensors = not self._form and self._dtype is torch.float32
        given = [dict(one.kwargs) for one in inputs if takes_tensors or not _has_tensors(one.kwargs)]
        self._options = given[-1:] if self._form == "compiled" else given
        return lambda: [self._run(device, options) for options in self._options]

    def judge(self, device: Device, result: Any) -> NumericalError | None:
        del device
        judged = [
            compare(
                [fetch(one) for one in got],
                [FetchedTensor(one, self.dtype) for one in self._truth(options)],
                Leniency(condition=CONDITION, scale=1.0),
            )
            for got, options in zip(result, self._options, strict=True)
        ]
        return NumericalError.largest(error for error in judged if error)

    def _run(self, device: Device, options: dict[str, Any]) -> list[torch.Tensor]:
        """Return the parameters after the steps."""
        start, target, slope = (
            [device.put(one, self.dtype) for one in group[: self._count]] for group in problem(self.name)
        )
        parameters = [torch.nn.Parameter(one) for one in start]
        optimizer = self.info.optim_cls(parameters, **options, **self._implementation())
        step = optimizer.step
        if self._form == "compiled":
            torch._dynamo.reset()
            step = torch.compile(optimizer.step, dynamic=False)
        for _ in range(STEPS):
            for parameter, goal, steepness in zip(parameters, target, slope, strict=True):
                gradient = steepness * (parameter.detach() - goal)
                parameter.grad = gradient.to_sparse() if self.name == SPARSE else gradient
            step()
        return [parameter.detach() for parameter in parameters]

    def _truth(self, options: dict[str, Any]) -> list[Array]:
        defaults = self.info.optim_cls([torch.nn.Parameter(torch.zeros(1, 1))]).defaults
        return truth(self.name, {**defaults, **options}, torch.finfo(self._dtype).eps)[: self._count]

    def _implementation(self) -> dict[str, bool]:
        if self._form in EAGER_FORMS:
            return {self._form: True}
        return {"foreach": False} if "foreach" in self.info.supported_impls and not self._form else {}


def _has_tensors(options: dict[str, Any]) -> bool:
    return any(isinstance(value, torch.Tensor) for value in options.values())
