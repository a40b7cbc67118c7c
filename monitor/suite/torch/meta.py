"""The contract of a call of PyTorch: what follows from its arguments without their values.

On PyTorch's `meta` device no kernel runs. A call there shows the shapes and dtypes of its results, which of them are
views of an argument, and which arguments it changes.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from monitor.suite.oracle import MismatchError, leaves


@dataclass(frozen=True)
class Contract:
    """Shape, dtype and shared arguments of each tensor that a call returns, and the arguments that it changes.

    Arguments are places in the list of all tensors among them. `fresh` is whether no result is a view of an argument,
    or of the result of another call.
    """

    results: tuple[tuple[tuple[int, ...], torch.dtype, frozenset[int]], ...]
    changed: frozenset[int]

    fresh: bool

    def judge_inputs(self, given: list[torch.Tensor], copies: list[torch.Tensor]) -> None:
        """Raise MismatchError if a call changed another argument; `copies` are the arguments before the call."""
        kept = [place for place in range(len(given)) if place not in self.changed]
        refuse_changed([given[place] for place in kept], [copies[place] for place in kept])

    def has_shapes_of(self, result: Any) -> bool:
        """Return whether the tensors of a result have the expected shapes."""
        return [tuple(tensor.shape) for tensor in tensors_in(result)] == [shape for shape, _, _ in self.results]

    def judge_types(self, result: Any) -> None:
        """Raise MismatchError if a result has another shape or dtype."""
        tensors = tensors_in(result)
        if len(tensors) != len(self.results):
            raise MismatchError(f"{len(tensors)} tensors, expected {len(self.results)}")
        for tensor, (shape, dtype, _) in zip(tensors, self.results, strict=True):
            if tuple(tensor.shape) != shape:
                raise MismatchError(f"shape {tuple(tensor.shape)}, expected {shape}")
            if tensor.dtype is not dtype:
                raise MismatchError(f"dtype {name_of(tensor.dtype)}, expected {name_of(dtype)}")

    def judge_memory(self, result: Any, given: list[torch.Tensor]) -> None:
        """Raise MismatchError if a result is a view of an argument where it shall be none, or the reverse."""
        for tensor, (_, _, shared) in zip(tensors_in(result), self.results, strict=False):
            memory = memory_of(tensor)
            if memory is None:
                continue
            here = {place for place, one in enumerate(given) if memory_of(one) == memory}
            if here - shared and not shared:
                raise MismatchError("the result shares memory with an input")
            if shared - here and not here:
                raise MismatchError("the result is a copy where a view is expected")


def contract_of(call: Callable[[Any], Any], sample: Any) -> Contract | None:
    """Return the contract of `call(sample)`, for a sample with a method `transform`; None where none is known."""
    dtype, differentiates = torch.get_default_dtype(), torch.is_grad_enabled()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            given = sample.transform(_abstract)
            arguments = tensors_of(given)
            versions = [tensor._version for tensor in arguments]
            results = tensors_in(call(given))
            again = {_storage(tensor) for tensor in tensors_in(call(given))}
    except Exception:  # an operator without a rule, or whose shapes depend on values
        return None
    finally:  # the call may have stopped between two changes of a setting
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(differentiates)
    if not all(tensor.is_meta for tensor in results):
        return None
    changed = (place for place, tensor in enumerate(arguments) if tensor._version != versions[place])
    described = tuple(_described(tensor, arguments) for tensor in results)
    fresh = not any(shared for _, _, shared in described) and not again & {_storage(tensor) for tensor in results}
    return Contract(described, frozenset(changed), fresh)


def refuse_changed(given: list[torch.Tensor], copies: list[torch.Tensor]) -> None:
    """Raise MismatchError for a tensor that differs from its copy, made before a call."""
    if not all(_alike(tensor, copy) for tensor, copy in zip(given, copies, strict=True)):
        raise MismatchError("the call changed its input")


class Arguments:
    """Named arguments, as `contract_of` takes them."""

    def __init__(self, named: dict[str, Any]) -> None:
        self.named = named

    def transform(self, change: Callable[[Any], Any]) -> Arguments:
        """Return the arguments, each changed."""
        return Arguments({name: change(value) for name, value in self.named.items()})


def tensors_of(sample: Any) -> list[torch.Tensor]:
    """Return the tensors of a sample, in their order."""
    found: list[torch.Tensor] = []

    def look(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            found.append(value)
        return value

    sample.transform(look)
    return found


def tensors_in(result: Any) -> list[torch.Tensor]:
    """Return the tensors in nested results."""
    return [leaf for leaf in leaves(result) if isinstance(leaf, torch.Tensor)]


def name_of(dtype: torch.dtype) -> str:
    """Return the name of a dtype, without that of PyTorch."""
    return str(dtype).removeprefix("torch.")


def memory_of(tensor: torch.Tensor) -> int | None:
    """Return the address of the memory that a tensor shares with its views; None for a tensor without one."""
    if tensor.layout is not torch.strided or type(tensor) is not torch.Tensor or not tensor.numel():
        return None
    return tensor.untyped_storage().data_ptr() or None


def _described(tensor: torch.Tensor, arguments: list[torch.Tensor]) -> tuple[Any, ...]:
    shared = {place for place, one in enumerate(arguments) if _storage(one) == _storage(tensor)}
    return tuple(tensor.shape), tensor.dtype, frozenset(shared)


def _storage(tensor: torch.Tensor) -> Any:
    return tensor.untyped_storage()._cdata if tensor.layout is torch.strided else id(tensor)


def _abstract(value: Any) -> Any:
    if not isinstance(value, torch.Tensor):
        return value
    if value.layout is not torch.strided or value.is_conj() or value.is_neg():
        return value.detach().to("meta")
    return torch.empty_strided(value.shape, value.stride(), dtype=value.dtype, device="meta")


def _alike(tensor: torch.Tensor, copy: torch.Tensor) -> bool:
    if tensor.layout is not torch.strided or tensor.shape != copy.shape:
        return True
    alike: bool = torch.equal(_bytes(tensor), _bytes(copy))
    return alike


def _bytes(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().cpu().resolve_conj().resolve_neg().contiguous().reshape(-1).view(torch.uint8)
