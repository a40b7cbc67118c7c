"""Export of PyTorch calls for the compiler of another platform, by torch_xla.

The call runs unchanged on torch_xla's lazy device, which computes nothing and records every operator: the study's own
path to the TPU. The graph of the results is the program. An operator without a rule in torch_xla would go to the CPU,
and is counted: a fallback.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from typing import Any

import torch

from monitor.formats.error_text import describe
from monitor.model import Outcome, Stage
from monitor.suite.check_protocol import CaseCheck
from monitor.suite.export import StageError
from monitor.suite.oracle import leaves
from monitor.suite.torch.device import TorchDevice


class TorchExporter:
    """PyTorch, traced on torch_xla's lazy device. Its bridge gives one program for every platform."""

    def __init__(self, device: str, platform: str) -> None:
        del platform
        os.environ.setdefault("PJRT_DEVICE", "CPU")  # read when torch_xla is imported
        self.device = _Lazy(device)

    def programs(self, check: CaseCheck) -> list[bytes]:
        call = check.prepare(self.device)
        self.device.fallbacks()
        results = [leaf for leaf in leaves(call()) if isinstance(leaf, torch.Tensor) and leaf.device.type == "xla"]
        if passed_on := self.device.fallbacks():
            raise StageError(Stage.LOWER, Outcome.FALLBACK, f"torch_xla passes to {', '.join(passed_on)}")
        return [self._bridge(results)] if results else []

    def _bridge(self, results: list[torch.Tensor]) -> bytes:
        binding = import_module("torch_xla")._XLAC
        try:
            # As a portable artifact, which later versions of StableHLO read; its text they may not.
            program: bytes = binding._get_stablehlo(results, str(results[0].device), [], True)
        except Exception as error:
            raise StageError(Stage.EXPORT, self.device.refusal(error) or Outcome.ERROR, describe(error)) from error
        return program


class _Lazy(TorchDevice):
    """The lazy device. `torch.compile` captures the call and passes it on; the compiler of the platform compiles it."""

    def compiled(self, call: Callable[..., Any]) -> Callable[..., Any]:
        torch._dynamo.reset()
        function: Callable[..., Any] = torch.compile(call, fullgraph=True, backend="aot_eager")
        return function
