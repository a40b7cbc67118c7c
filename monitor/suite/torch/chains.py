"""The grammar of chains in PyTorch. Importing this module needs no PyTorch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from monitor.suite.chains.spelling import Spelling, ids_of

if TYPE_CHECKING:
    from monitor.suite.check_protocol import CaseCheck
    from monitor.suite.device import Device

SPELLING = Spelling(
    function="torch.compile",
    programs=500,  # a compilation takes seconds, most of them in the C++ compiler
    imports="import torch",
    operations={
        "neg": "-{x}",
        "abs": "torch.abs({x})",
        "square": "torch.square({x})",
        "clip": "torch.clamp({x}, -1, 1)",
        "relu": "torch.relu({x})",
        "exp": "torch.exp({x})",
        "log1p": "torch.log1p(torch.abs({x}))",
        "sqrt": "torch.sqrt(torch.abs({x}))",
        "tanh": "torch.tanh({x})",
        "sigmoid": "torch.sigmoid({x})",
        "sin": "torch.sin({x})",
        "affine": "{x} * 0.5 + 1",
        "add": "{x} + {y}",
        "sub": "{x} - {y}",
        "mul": "{x} * {y}",
        "maximum": "torch.maximum({x}, {y})",
        "minimum": "torch.minimum({x}, {y})",
        "select": "torch.where({x} > 0, {x}, {y})",
        "div": "{x} / (torch.abs({y}) + 1)",
        "matmul": "torch.matmul({x}, {y})",
        "swap": "torch.transpose({x}, *{axis})",
        "reverse": "torch.permute({x}, {order})",
        "merge": "torch.reshape({x}, {shape})",
        "slice": "{x}[{colons}{start}::{stride}]",
        "expand": "torch.unsqueeze({x}, {axis})",
        "flip": "torch.flip({x}, ({axis},))",
        "concat": "torch.cat([{x}, {y}], dim={axis})",
        "take": "{x}[{colons}{y}]",
        "pick": "torch.gather({x}, -1, {y})",
        "scatter": "{x}.new_zeros({shape}).index_add(0, {y}, {x})",
        "scatter_max": '{x}.new_zeros({shape}).index_reduce(0, {y}, {x}, "amax")',
        "mask": "torch.masked_fill({x}, ~{y}, -4)",
        "sum": "torch.sum({x}, dim={axis}, keepdim={keepdims})",
        "mean": "torch.mean({x}, dim={axis}, keepdim={keepdims})",
        "amax": "torch.amax({x}, dim={axis}, keepdim={keepdims})",
        "amin": "torch.amin({x}, dim={axis}, keepdim={keepdims})",
        "var": "torch.var({x}, dim={axis}, correction=0, keepdim={keepdims})",
        "logsumexp": "torch.logsumexp({x}, dim={axis}, keepdim={keepdims})",
        "prod": "torch.prod({x}, dim={axis})",
        "softmax": "torch.softmax({x}, dim={axis})",
        "log_softmax": "torch.log_softmax({x}, dim={axis})",
        "layer_norm": "torch.nn.functional.layer_norm({x}, {x}.shape[-1:])",
        "cumsum": "torch.cumsum({x}, dim={axis})",
        "sort": "torch.sort({x}, dim={axis}).values",
        "argmax": "torch.argmax({x}, dim={axis})",
    },
    gradients="""
def gradients(weight, *tensors):
    floats = [tensor.requires_grad_() for tensor in tensors[:{count}]]
    result = program(*tensors)
    return [result, *torch.autograd.grad(result, floats, weight)]
""",
    whole=False,
    trials=10,
)


def case_ids() -> tuple[str, ...]:
    """Return the ids of all cases, which need no build to be known."""
    return ids_of("torch", SPELLING)


def checks(device: Device) -> Iterator[CaseCheck]:
    """Yield the checks of all programs."""
    from monitor.suite.chains.check import chain_checks

    return chain_checks(device, SPELLING)
