"""Check an operator of PyTorch's database in a program of `torch.compile`, by the truth of the eager operator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from monitor.model import Mode
from monitor.suite.device import Device
from monitor.suite.operators.check import OperatorCheck
from monitor.suite.torch.meta import Contract


class CompiledCheck(OperatorCheck):
    """A compiled operator in one dtype, on the first and the last of its samples.

    Every sample is a program of its own, with its tensors as arguments. A compiler takes a second for each. A graph
    break is allowed: some results depend on values, and the database seeds its random operators.
    """

    mode = Mode.COMPILED

    def _samples(self, device: Device) -> list[Any]:
        first, *others = super()._samples(device)
        return [first, *others[-1:]]

    def _calls(self, device: Device) -> Callable[[], Any]:
        del device
        function = self.operator.op

        def run(given: Any, args: Any, kwargs: Any) -> Any:
            return function(given, *args, **kwargs)

        torch._dynamo.reset()
        compiled = torch.compile(run, dynamic=False)
        return lambda: [compiled(sample.input, sample.args, sample.kwargs) for sample in self._given]

    def _judge_contract(
        self, contract: Contract, result: Any, given: list[torch.Tensor], copies: list[torch.Tensor]
    ) -> None:
        self.fresh = False  # a compiler may decide which results share memory
        contract.judge_types(result)
        contract.judge_inputs(given, copies)
