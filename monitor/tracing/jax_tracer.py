"""Trace a JAX callable on the CPU, and lower it and its operations for the compilers of other platforms.

A callable that returns one floating-point number is a loss: its program also has the gradients of all floating-point
inputs. A call of the host's Python has no meaning without the device's own runtime; a stand-in takes its place, which
the compiler cannot compute in advance.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
from jax.interpreters import mlir

from monitor.formats.error_text import describe
from monitor.formats.jax_messages import lowering_outcome
from monitor.model import Outcome
from monitor.tracing.jax_equations import JaxOperation, alone, distinct_operations
from monitor.tracing.tracer import Tracer, with_values
from monitor.tracing.user_code import UserCallable, UserCodeError, check_signature, guard

WIDE = ("float64", "int64", "uint64", "complex128")


class JaxTracer(Tracer[JaxOperation]):
    """A traced callable of JAX."""

    name, version = "jax", jax.__version__

    def __init__(self, user: UserCallable, programs: Path, *, gradients: bool) -> None:
        """Trace the callable; `programs` is the folder for lowered programs. Raises UserCodeError."""
        super().__init__(programs)
        self._ready: set[str] = set()  # platforms with stand-ins
        args, kwargs = _inputs(user)
        check_signature(user)
        self._traced = guard(user.own, lambda: _trace(user.call, args, kwargs), user.name)
        self.gradients = ""
        if gradients and _is_loss(self._traced):
            self.gradients = self._differentiate(user.call, args, kwargs)
        jaxpr = self._traced.jaxpr.jaxpr
        operations, self.equations = distinct_operations(jaxpr, user.own, user.place)
        self.host = [operation for operation in operations if operation.on_host]
        self.operations = [operation for operation in operations if not operation.on_host]

    def _differentiate(self, call: Callable[..., Any], args: Any, kwargs: Any) -> str:
        """Trace the gradients too; return "with gradients", or the reason why there are none."""
        leaves, tree = jax.tree.flatten((args, kwargs))
        floating = [number for number, leaf in enumerate(leaves) if _is_floating(leaf)]
        if not floating:
            return ""
        rest = [number for number, leaf in enumerate(leaves) if _is_array(leaf) and number not in floating]

        def loss(values: Any, others: Any) -> Any:
            given = with_values(with_values(leaves, floating, values), rest, others)
            inner_args, inner_kwargs = jax.tree.unflatten(tree, given)
            return call(*inner_args, **inner_kwargs)

        arrays = [leaves[number] for number in floating], [leaves[number] for number in rest]
        try:
            self._traced = _trace(jax.value_and_grad(loss), arrays, {})
        except Exception as error:  # a callback without a derivative, a loop without a bound
            return f"without gradients: {describe(error).rstrip('.')}"
        return "with gradients"

    def _lowered(self, platform: str, operations: list[JaxOperation] | None) -> str:
        self._stand_in(platform)
        traced = self._traced if operations is None else alone(operations)
        text: str = traced.lower(lowering_platforms=(platform,)).as_text()
        return text

    def _refusal(self, error: Exception) -> tuple[Outcome, str]:
        return lowering_outcome(error), describe(error)

    def _is_single(self, operation: JaxOperation) -> bool:
        """Return False for an operation that needs the program around it, such as a collective."""
        try:
            alone([operation])
        except Exception:  # an axis, a mesh or a mutable reference that only the whole program has
            return False
        return True

    def _stand_in(self, platform: str) -> None:
        """Let the calls of the host be lowered for a platform: to zeros that the compiler cannot see through."""
        if platform not in self._ready:
            self._ready.add(platform)
            for primitive in {operation.equation.primitive for operation in self.host}:
                mlir.register_lowering(primitive, _opaque, platform=platform)


def _trace(call: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Return the trace of a call. Arrays are arguments; every other value is part of the program."""
    if hasattr(call, "trace") and hasattr(call, "lower"):  # already compiled by the user, who may donate arguments
        return call.trace(*jax.tree.map(_abstract, args), **jax.tree.map(_abstract, kwargs))
    leaves, tree = jax.tree.flatten((args, kwargs))
    arrays = [number for number, leaf in enumerate(leaves) if _is_array(leaf)]

    @functools.wraps(call, updated=())  # JAX names the function in its errors
    def whole(*values: Any) -> Any:
        inner_args, inner_kwargs = jax.tree.unflatten(tree, with_values(leaves, arrays, values))
        return call(*inner_args, **inner_kwargs)

    return jax.jit(whole).trace(*[_abstract(leaves[number]) for number in arrays])


def _inputs(user: UserCallable) -> tuple[Any, Any]:
    if not user.shapes:
        return user.inputs
    for given in user.shapes:
        if given.dtype in WIDE and not jax.config.jax_enable_x64:
            raise UserCodeError(f"--inputs: {given.dtype} needs jax.config.update('jax_enable_x64', True) in your code")
    return tuple(jax.ShapeDtypeStruct(given.shape, jnp.dtype(given.dtype)) for given in user.shapes), {}


def _is_array(leaf: Any) -> bool:
    return hasattr(leaf, "shape") and hasattr(leaf, "dtype")


def _is_floating(leaf: Any) -> bool:
    return _is_array(leaf) and jnp.issubdtype(leaf.dtype, jnp.floating)


def _abstract(leaf: Any) -> Any:
    """Return a stand-in of an array, which holds no memory. A NumPy array has the dtype that JAX gives it."""
    if not _is_array(leaf):
        return leaf
    dtype = leaf.dtype if isinstance(leaf, jax.Array) else jax.dtypes.canonicalize_dtype(leaf.dtype)
    return jax.ShapeDtypeStruct(leaf.shape, dtype)


def _is_loss(traced: Any) -> bool:
    """Return whether a callable returns one floating-point number."""
    results = traced.jaxpr.out_avals
    return len(results) == 1 and results[0].shape == () and jnp.issubdtype(results[0].dtype, jnp.floating)


def _opaque(context: Any, *arguments: Any, **_: Any) -> Any:
    """Lower to zeros behind a barrier, which keeps the compiler from computing with them."""

    def stand_in(*operands: Any) -> Any:
        zeros = [jnp.zeros(aval.shape, aval.dtype) for aval in context.avals_out]
        return jax.lax.optimization_barrier([*operands, *zeros])[len(operands) :] if zeros else []

    return mlir.lower_fun(stand_in)(context, *arguments)
