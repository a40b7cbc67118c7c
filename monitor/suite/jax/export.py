"""Export of JAX calls for the compiler of another platform.

A call is traced as a whole, with stand-ins for its arrays, and lowered for the platform. A call that needs the values
of its arrays cannot be traced: it runs on the CPU, and each program that JAX would send to a device meanwhile is
lowered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import jax

from monitor.formats.error_text import describe
from monitor.formats.jax_messages import HOST_CALLBACK, lacking_outcome
from monitor.model import Outcome, Stage
from monitor.suite.check_protocol import CaseCheck
from monitor.suite.export import StageError, StandIns
from monitor.suite.jax.device import JaxDevice

# A user of these dtypes has to switch JAX to 64 bits; whoever does not use them, does not: an accelerator's compiler
# takes less in that mode. A case's id names its dtype, and in JAX's own harness those of all its arguments.
WIDE = frozenset({"float64", "complex128", "int64", "uint64"})


class JaxExporter:
    """JAX, traced on the CPU and lowered for a platform: tpu, cuda, rocm ..."""

    def __init__(self, device: str, platform: str) -> None:
        self.device = _JaxTraceDevice(device, platform)

    def programs(self, check: CaseCheck) -> list[bytes]:
        with _bits(wide=any(dtype in check.id for dtype in WIDE)):
            try:
                traced = [self._whole(check)]
            except Exception as error:
                traced = self._watched(check, error)
            lowered = [self._lower(one, check) for one in traced if one.jaxpr.eqns]
            return list(dict.fromkeys(lowered))

    def _whole(self, check: CaseCheck) -> Any:
        def whole(*instead: Any) -> list[Any]:
            results = self.device.standing_in(check, instead)()
            return [leaf for leaf in jax.tree_util.tree_leaves(results) if isinstance(leaf, jax.Array)]

        return jax.jit(whole).trace(*map(_abstract, self.device.arrays_of(check)))

    def _watched(self, check: CaseCheck, untraced: Exception) -> list[Any]:
        """Return the programs that JAX sends to the device while the call runs on the CPU, traced.

        `untraced` is the exception of the whole call's trace. If the call raises it on the CPU too, it does not depend
        on values, and JAX refuses the call on any hardware.
        """
        call = check.prepare(self.device)
        with _dispatched() as programs:
            try:
                jax.block_until_ready(call())
            except Exception as error:
                if outcome := self.device.refusal(error):
                    if describe(error) == describe(untraced):
                        raise
                    raise StageError(
                        Stage.TRACE, Outcome.BLOCKED, f"needs values, and the CPU here: {outcome}: {describe(error)}"
                    ) from error
                raise
        return programs

    def _lower(self, traced: Any, check: CaseCheck) -> bytes:
        try:
            text: str = traced.lower(lowering_platforms=(self.device.lowers_for,)).as_text()
        except Exception as error:
            if HOST_CALLBACK in str(error):
                raise _callback(check) from error
            raise StageError(Stage.LOWER, self.device.refusal(error) or Outcome.ERROR, describe(error)) from error
        return text.encode()


class _JaxTraceDevice(StandIns, JaxDevice):
    """The device that calls are traced on. Compiled and uncompiled parts alike become part of the whole program."""

    def __init__(self, name: str, platform: str) -> None:
        super().__init__(name)
        self.lowers_for = platform

    def compiled(self, call: Callable[..., Any]) -> Callable[..., Any]:
        function: Callable[..., Any] = jax.jit(call, inline=True)
        return function

    def refusal(self, error: BaseException) -> Outcome | None:
        return lacking_outcome(error) or super().refusal(error)


def _callback(check: CaseCheck) -> StageError:
    """Return the outcome of a call back to the host: only a function for that purpose may do it on the device."""
    if "callback" in check.function or ".debug." in check.function:
        return StageError(Stage.LOWER, Outcome.BLOCKED, "calls the host back, which needs the device's own runtime")
    return StageError(Stage.LOWER, Outcome.FALLBACK, "computes by calling the host back")


def _abstract(array: Any) -> Any:
    return jax.ShapeDtypeStruct(array.shape, array.dtype)


@contextmanager
def _bits(*, wide: bool) -> Iterator[None]:
    jax.config.update("jax_enable_x64", wide)
    try:
        yield
    finally:
        jax.config.update("jax_enable_x64", True)


@contextmanager
def _dispatched() -> Iterator[list[Any]]:
    """Collect the programs that JAX dispatches within the context, traced, each once.

    All dispatch of a call outside a trace passes one private function of `jax._src.pjit`, unless its C++ fast path is
    taken, which is therefore disabled. Raises StageError where this build has neither.
    """
    from jax._src import core, pjit

    if not hasattr(pjit, "_pjit_call_impl_python") or not hasattr(pjit, "_get_fastpath_data"):
        raise StageError(Stage.TRACE, Outcome.BLOCKED, "needs values, and this build's dispatch cannot be watched")
    dispatch: Callable[..., Any] = pjit._pjit_call_impl_python
    seen: dict[int, Any] = {}  # by identity: the same program is the same object

    def watch(*arguments: Any, jaxpr: Any, **rest: Any) -> Any:
        seen.setdefault(id(jaxpr), jaxpr)
        return dispatch(*arguments, jaxpr=jaxpr, **rest)

    programs: list[Any] = []
    with patch.object(pjit, "_pjit_call_impl_python", watch), patch.object(pjit, "_get_fastpath_data", _no_fast_path):
        yield programs
    for jaxpr in seen.values():
        avals = [jax.ShapeDtypeStruct(aval.shape, aval.dtype, weak_type=aval.weak_type) for aval in jaxpr.in_avals]
        programs.append(jax.jit(core.jaxpr_as_fun(jaxpr)).trace(*avals))


def _no_fast_path(*_: Any, **__: Any) -> None:
    return None
