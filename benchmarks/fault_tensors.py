"""Operations of each framework from which planted faults are made. All of them can be compiled and differentiated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

FLOATING = ("float16", "bfloat16", "float32", "float64", "complex64", "complex128")
WIDER = {"float16": "float32", "bfloat16": "float32", "float32": "float64", "int32": "int64", "uint8": "int32"}


def kind_of(dtype: str) -> str:
    """Return `floating` (complex numbers included), `bool`, `integer`, or an empty string for any other dtype."""
    if dtype in FLOATING:
        return "floating"
    return "bool" if dtype == "bool" else "integer" if dtype.startswith(("int", "uint")) else ""


class Tensors:
    """The framework of a fault. The subclasses say how its tensors are read and made."""

    def is_tensor(self, value: Any) -> bool:
        raise NotImplementedError

    def compiling(self, values: list[Any]) -> bool:
        """Return whether a compiler reads the call now."""
        raise NotImplementedError

    @contextmanager
    def compiled_by_marking(self, device: Any) -> Iterator[None]:
        """Let a device mark calls as compiled where its compiler cannot read the code of a fault."""
        del device
        yield

    def abstract(self, values: list[Any]) -> bool:
        """Return whether a call has shapes and dtypes alone, and no kernel runs."""
        del values
        return False

    def dtype(self, tensor: Any) -> str:
        return str(tensor.dtype).rpartition(".")[2]

    def shape(self, tensor: Any) -> tuple[int, ...]:
        return tuple(tensor.shape)

    def places(self, tensor: Any, first: int, last: int | None = None) -> Any:
        """Return a mask of the flat places from `first` on, which may be negative."""
        size = int(np.prod(self.shape(tensor)))
        mask = np.zeros(size, bool)
        mask[first:last] = True
        return self.constant(mask.reshape(self.shape(tensor)))

    def map_first(self, result: Any, change: Callable[[Any], Any]) -> Any:
        """Return the result with its first tensor that `change` accepts changed; `change` returns None otherwise."""
        done: list[Any] = []

        def visit(value: Any) -> Any:
            if done:
                return value
            if isinstance(value, dict):
                return {key: visit(item) for key, item in value.items()}
            if isinstance(value, tuple | list):
                items = [visit(item) for item in value]
                if hasattr(value, "_fields"):
                    return type(value)(*items)
                return items if isinstance(value, list) else type(value)(items)
            changed = change(value) if self.is_tensor(value) else None
            if changed is None:
                return value
            done.append(value)
            return changed

        return visit(result)

    def tensors_in(self, value: Any) -> list[Any]:
        """Return the tensors in nested arguments."""
        if isinstance(value, dict):
            value = [*value.values()]
        if isinstance(value, tuple | list):
            return [tensor for item in value for tensor in self.tensors_in(item)]
        return [value] if self.is_tensor(value) else []

    def constant(self, values: Any) -> Any:
        raise NotImplementedError

    def where(self, mask: Any, a: Any, b: Any) -> Any:
        raise NotImplementedError

    def cast(self, tensor: Any, dtype: str) -> Any:
        raise NotImplementedError

    def detached(self, tensor: Any) -> Any:
        raise NotImplementedError

    def filled(self, tensor: Any, value: float) -> Any:
        """Return a tensor of that value, like another one."""
        raise NotImplementedError

    def reversed(self, tensor: Any) -> Any:
        """Return a tensor with its last dimension in the reverse order."""
        raise NotImplementedError

    def inverted(self, tensor: Any) -> Any:
        raise NotImplementedError

    def copied(self, tensor: Any) -> Any:
        """Return a tensor that no later change in place reaches."""
        return tensor

    def replacing(self, tensor: Any, other: Any) -> Any:
        """Return a tensor with the values of another one, in place where the framework has that; None if it cannot."""
        del tensor
        return other

    def reshaped(self, tensor: Any, shape: tuple[int, ...]) -> Any:
        return tensor.reshape(shape)

    def total(self, tensor: Any) -> Any:
        return tensor.sum()

    def array(self, tensor: Any) -> Any:
        """Return the values as a NumPy array; half precision is widened."""
        return np.asarray(tensor)

    def put(self, values: Any, like: Any) -> Any:
        """Return a tensor of these values in the dtype of another one."""
        return self.cast(self.constant(values), self.dtype(like))


class TorchTensors(Tensors):
    """Tensors of PyTorch."""

    def __init__(self) -> None:
        import torch

        self.torch = torch
        self.compiles = False  # whether a call stands for a compiled one

    def is_tensor(self, value: Any) -> bool:
        return isinstance(value, self.torch.Tensor) and value.layout is self.torch.strided

    def compiling(self, values: list[Any]) -> bool:
        del values
        compiling: bool = self.compiles or self.torch.compiler.is_compiling()
        return compiling

    @contextmanager
    def compiled_by_marking(self, device: Any) -> Iterator[None]:
        def compiled(call: Callable[..., Any]) -> Callable[..., Any]:
            def marked(*args: Any, **kwargs: Any) -> Any:
                self.compiles = True
                try:
                    return call(*args, **kwargs)
                finally:
                    self.compiles = False

            return marked

        device.compiled = compiled
        try:
            yield
        finally:
            del device.compiled

    def abstract(self, values: list[Any]) -> bool:
        from torch.utils._python_dispatch import _get_current_dispatch_mode_stack

        from monitor.suite.operators.decompositions import Decomposing

        decomposing = any(isinstance(mode, Decomposing) for mode in _get_current_dispatch_mode_stack())
        return decomposing or any(value.is_meta for value in values)

    def places(self, tensor: Any, first: int, last: int | None = None) -> Any:
        # Made of tensors alone: the compiler of PyTorch reads this function.
        size = tensor.numel()
        flat = self.torch.arange(size, device=tensor.device).reshape(tensor.shape)
        start = first + size if first < 0 else first
        return (flat >= start) & (flat < (size if last is None else last))

    def constant(self, values: Any) -> Any:
        return self.torch.from_numpy(np.array(values))

    def where(self, mask: Any, a: Any, b: Any) -> Any:
        return self.torch.where(mask, a, b)

    def cast(self, tensor: Any, dtype: str) -> Any:
        return tensor.to(getattr(self.torch, dtype))

    def detached(self, tensor: Any) -> Any:
        return tensor.detach()

    def filled(self, tensor: Any, value: float) -> Any:
        return self.torch.full_like(tensor, value)

    def reversed(self, tensor: Any) -> Any:
        return tensor.flip(-1)

    def inverted(self, tensor: Any) -> Any:
        return ~tensor

    def copied(self, tensor: Any) -> Any:
        return tensor.detach().clone()

    def replacing(self, tensor: Any, other: Any) -> Any:
        if tensor.dtype != other.dtype or tensor.shape != other.shape:
            return None
        if tensor.requires_grad and tensor.is_leaf:
            tensor.data.copy_(other)
            return tensor
        return tensor.copy_(other)

    def array(self, tensor: Any) -> Any:
        tensor = tensor.detach()
        return (tensor.double() if tensor.dtype == self.torch.bfloat16 else tensor).resolve_conj().numpy()


class JaxTensors(Tensors):
    """Tensors of JAX."""

    def __init__(self) -> None:
        import jax

        self.jax, self.np = jax, jax.numpy

    def is_tensor(self, value: Any) -> bool:
        return isinstance(value, self.jax.Array) and not self.np.issubdtype(value.dtype, self.jax.dtypes.prng_key)

    def compiling(self, values: list[Any]) -> bool:
        return any("DynamicJaxprTracer" in type(value).__name__ for value in values)

    def abstract(self, values: list[Any]) -> bool:
        return self.compiling(values)

    def constant(self, values: Any) -> Any:
        return self.np.asarray(values)

    def where(self, mask: Any, a: Any, b: Any) -> Any:
        return self.np.where(mask, a, b)

    def cast(self, tensor: Any, dtype: str) -> Any:
        return tensor.astype(dtype)

    def detached(self, tensor: Any) -> Any:
        return self.jax.lax.stop_gradient(tensor)

    def filled(self, tensor: Any, value: float) -> Any:
        return self.np.full_like(tensor, value)

    def reversed(self, tensor: Any) -> Any:
        return tensor[..., ::-1]

    def inverted(self, tensor: Any) -> Any:
        return ~tensor

    def array(self, tensor: Any) -> Any:
        values = np.asarray(tensor)
        return values.astype(float) if self.dtype(tensor) == "bfloat16" else values


class TensorflowTensors(Tensors):
    """Tensors of TensorFlow."""

    def __init__(self) -> None:
        import tensorflow

        self.tf = tensorflow

    def is_tensor(self, value: Any) -> bool:
        return isinstance(value, self.tf.Tensor)

    def compiling(self, values: list[Any]) -> bool:
        del values
        compiling: bool = not self.tf.executing_eagerly()
        return compiling

    def dtype(self, tensor: Any) -> str:
        name: str = tensor.dtype.name
        return name

    def places(self, tensor: Any, first: int, last: int | None = None) -> Any:
        # The shape of a compiled tensor may be known at run time only.
        size = self.tf.size(tensor)
        flat = self.tf.reshape(self.tf.range(size), self.tf.shape(tensor))
        start = first + size if first < 0 else first
        return (flat >= start) & (flat < (size if last is None else last))

    def shape(self, tensor: Any) -> tuple[int, ...]:
        return tuple(tensor.shape.as_list()) if tensor.shape.is_fully_defined() else ()

    def constant(self, values: Any) -> Any:
        return self.tf.constant(values)

    def where(self, mask: Any, a: Any, b: Any) -> Any:
        return self.tf.where(mask, a, b)

    def cast(self, tensor: Any, dtype: str) -> Any:
        return self.tf.cast(tensor, dtype)

    def detached(self, tensor: Any) -> Any:
        return self.tf.stop_gradient(tensor)

    def filled(self, tensor: Any, value: float) -> Any:
        return self.tf.cast(self.tf.fill(self.tf.shape(tensor), self.tf.constant(value, "float64")), tensor.dtype)

    def reversed(self, tensor: Any) -> Any:
        return tensor[..., ::-1]

    def inverted(self, tensor: Any) -> Any:
        return ~tensor

    def reshaped(self, tensor: Any, shape: tuple[int, ...]) -> Any:
        return self.tf.reshape(tensor, shape)

    def total(self, tensor: Any) -> Any:
        return self.tf.reduce_sum(tensor)

    def array(self, tensor: Any) -> Any:
        values = tensor.numpy()
        return values.astype(float) if self.dtype(tensor) == "bfloat16" else values


TENSORS: dict[str, type[Tensors]] = {"torch": TorchTensors, "jax": JaxTensors, "tensorflow": TensorflowTensors}
