"""PyTorch's own database of higher-order operators: programs that take programs, as `cond`, `map` and `while_loop`.

The database is `hop_db` of `torch.testing._internal`, as the installed build ships it: one small program for each
operator, with one sample. The truth is the program in NumPy, in double precision
(`monitor.suite.higher_order.references`). The eager and the compiled program and its gradients have the same truth. The
database also declares integers; a sine or a product of them tests no higher-order operator, so they have no cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from monitor.formats.error_text import describe
from monitor.model import Mode, NumericalError
from monitor.suite.check_protocol import SuiteUnavailableError
from monitor.suite.device import Device
from monitor.suite.higher_order import DISPATCHER, FUNCTIONS
from monitor.suite.higher_order.references import CHANGED, HOOKED, REFERENCES, gradients, weights_of
from monitor.suite.inputs import Array
from monitor.suite.oracle import FetchedTensor, Leniency, compare
from monitor.suite.torch.device import fetch
from monitor.suite.torch.higher_order_script import CONDITION, HIGHER_ORDER_SEED
from monitor.suite.torch.meta import name_of, tensors_in, tensors_of

DATABASE = "torch.testing._internal.hop_db"


def checks(device: Device) -> Iterator[HigherOrderCheck]:
    """Yield the checks of each program with a reference. Raises SuiteUnavailableError."""
    try:
        from torch.testing._internal.hop_db import hop_db

        kind = torch.device(device.device()).type
        for program in hop_db:
            if (program.name, program.variant_test_name) in REFERENCES:
                for dtype in sorted(program.supported_dtypes(kind), key=str):
                    yield from (HigherOrderCheck(program, dtype, mode) for mode in _modes(program, dtype))
    except Exception as error:  # a private module may change in any way
        raise SuiteUnavailableError(f"this build's {DATABASE} cannot be read: {describe(error)}") from error


def _modes(program: Any, dtype: torch.dtype) -> Iterator[Mode]:
    if dtype.is_floating_point:
        yield Mode.EAGER
        if dtype is torch.float32:
            yield Mode.COMPILED
        if (program.supports_autograd or program.name in HOOKED) and dtype in (torch.float32, torch.float64):
            yield Mode.GRADIENT


class HigherOrderCheck:
    """A program in one dtype and mode, with the sample that the database draws for it."""

    declared_limit = ""
    timed = False
    fresh = False

    def __init__(self, program: Any, dtype: torch.dtype, mode: Mode) -> None:
        self.program = program
        self.function = FUNCTIONS.get(program.name, f"{DISPATCHER}.{program.name}")
        self.dtype = name_of(dtype)
        self.mode = mode
        self._dtype = dtype
        self._inputs: list[Array] = []
        self._used: list[torch.Tensor] = []  # what the last call was given
        self.id = f"torch/{self.function}/higher_order-{program.variant_test_name}-{mode.value}-{self.dtype}"

    def prepare(self, device: Device) -> Callable[[], Any]:
        torch.manual_seed(HIGHER_ORDER_SEED)
        (sample,) = self.program.sample_inputs(device.device(), self._dtype)
        self._inputs = [_wide(fetch(one).values) for one in tensors_of(sample)]
        program: Callable[..., Any] = self.program.op
        if self.mode is Mode.COMPILED:
            torch._dynamo.reset()
            program = torch.compile(program, dynamic=False)
        return lambda: self._run(program, sample)

    def judge(self, device: Device, result: Any) -> NumericalError | None:
        del device
        reference = REFERENCES[self.program.name, self.program.variant_test_name]
        if self.mode is Mode.GRADIENT:
            return self._compare(result, gradients(HOOKED.get(self.program.name, reference), self._inputs))
        changed = CHANGED.get(self.program.name)
        inputs = changed(*self._inputs) if changed else self._inputs
        return self._compare([*result, *self._used], [*reference(*self._inputs), *inputs])

    def _run(self, program: Callable[..., Any], sample: Any) -> list[torch.Tensor]:
        """Return the results of the program, or the gradients of their weighted sum by each input."""
        own = sample.transform(self._copied)
        self._used = tensors_of(own)
        results = tensors_in(program(own.input, *own.args, **own.kwargs))
        if self.mode is not Mode.GRADIENT:
            return [one.detach() for one in results]
        weights = [torch.from_numpy(weights_of(np.empty(one.shape))).to(one) for one in results]
        return list(torch.autograd.grad(results, self._used, weights))

    def _copied(self, value: Any) -> Any:
        if not isinstance(value, torch.Tensor):
            return value
        return value.detach().clone().requires_grad_(value.requires_grad or self.mode is Mode.GRADIENT)

    def _compare(self, got: list[torch.Tensor], want: list[Any]) -> NumericalError | None:
        truth = [FetchedTensor(one, self.dtype if one.dtype.kind == "f" else str(one.dtype)) for one in want]
        return compare([fetch(one) for one in got], truth, Leniency(condition=CONDITION, scale=1.0))


def _wide(values: Array) -> Array:
    return values.astype(np.float64) if values.dtype.kind == "f" else values
