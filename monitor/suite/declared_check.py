"""Run a declared case: draw its inputs, put them on the device, and compare its result with its oracle."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from monitor.formats.error_text import describe
from monitor.model import Mode, NumericalError
from monitor.suite.check_protocol import OracleError
from monitor.suite.declare import DEVICE, DTYPE, Built, Case, Tensor
from monitor.suite.device import Device
from monitor.suite.inputs import Array, draw_inputs, reference_arguments
from monitor.suite.oracle import FetchedTensor, Leniency, MismatchError, compare, leaves
from monitor.suite.tolerances import STEP, STEP_TOLERANCE


class DeclaredCheck:
    """The check of one declared case. Gradients are compared with central differences of its reference."""

    declared_limit = ""
    timed = True

    def __init__(self, case: Case) -> None:
        self.case = case
        self.id = case.id
        self.function = case.declaration.function
        self.dtype = case.dtype
        self.mode = case.mode

    def prepare(self, device: Device) -> Callable[[], Any]:
        case = self.case
        tensors: dict[str, Any] = {}
        rest: dict[str, Any] = {}
        specs = case.declaration.inputs
        for name, value in draw_inputs(case).items():
            spec = specs[name]
            if isinstance(spec, Tensor):
                put = device.put(value, spec.dtype or case.dtype)
                (rest if case.mode is Mode.GRADIENT and not spec.differentiable(case.dtype) else tensors)[name] = put
            elif isinstance(value, Built):
                rest[name] = device.placed(value.build(device.module), case.dtype)
            elif value is DTYPE:
                rest[name] = device.dtype(case.dtype)
            else:
                rest[name] = device.device() if value is DEVICE else value

        # Time the body itself with the least overhead: a call may take a microsecond.
        body = partial(case.declaration.call, device.module)
        if case.mode is Mode.GRADIENT:
            weights = [device.put(weight, case.result_dtype) for weight in gradient_weights(case)]
            return device.gradient(partial(body, **rest), tensors, weights)
        if case.mode is Mode.COMPILED:
            run = device.compiled(lambda *values: body(**dict(zip(tensors, values, strict=True)), **rest))
            return partial(run, *tensors.values())
        arguments = tensors | rest
        return partial(body, *(arguments[name] for name in specs))

    def judge(self, device: Device, result: Any) -> NumericalError | None:
        case = self.case
        if not case.declaration.numeric:
            _keep_promise(case, _map_leaves(result, lambda leaf: f.values if (f := device.fetch(leaf)) else leaf))
            return None
        got = [device.fetch(leaf) or leaf for leaf in leaves(result)]
        if case.mode is not Mode.GRADIENT:
            return _compare(case, got, expected_results(case), case.result_dtype)
        names = [name for name, spec in case.declaration.inputs.items() if _differentiable(spec, case)]
        want = expected_gradients(case, gradient_weights(case), names)
        return _compare(case, got, want, case.dtype, floor=STEP_TOLERANCE)


def expected_results(case: Case) -> list[Any]:
    """Return the reference results of a case as a flat list of leaves. Raises OracleError."""
    return _reference(case, draw_inputs(case))


def expected_gradients(case: Case, weights: list[Array], names: Iterable[str]) -> list[Array]:
    """Return the derivative of the weighted sum of all results by each named input, by central differences.

    Raises OracleError.
    """

    def objective(inputs: dict[str, Any]) -> float:
        results = _reference(case, inputs)
        return float(sum((w * np.asarray(r)).sum() for w, r in zip(weights, results, strict=True)))

    inputs = draw_inputs(case)
    gradients = []
    for name in names:
        gradient = np.zeros(inputs[name].shape)
        for index in np.ndindex(gradient.shape):
            high, low = inputs[name].copy(), inputs[name].copy()
            high[index] += STEP
            low[index] -= STEP
            gradient[index] = (objective({**inputs, name: high}) - objective({**inputs, name: low})) / (2 * STEP)
        gradients.append(gradient)
    return gradients


def gradient_weights(case: Case) -> list[Array]:
    """Return weights for the elements of each result, neither equal nor symmetric, and exact in every dtype."""

    def weigh(result: Any) -> Array:
        shape = np.shape(result)
        return (np.arange(np.prod(shape, dtype=int)) % 7 - 2.5).reshape(shape) / 4

    return [weigh(result) for result in expected_results(case)]


def _compare(case: Case, got: list[Any], want: list[Any], dtype: str, *, floor: float = 0.0) -> NumericalError | None:
    truths = []
    for leaf, truth in zip(got, want, strict=False):
        values = np.asarray(truth)
        as_tensor = FetchedTensor(values, "bool" if values.dtype == bool else dtype)
        truths.append(as_tensor if isinstance(leaf, FetchedTensor) or isinstance(truth, np.ndarray) else truth)
    return compare(got, truths + want[len(truths) :], Leniency(floor, case.declaration.condition))


def _differentiable(spec: Any, case: Case) -> bool:
    return isinstance(spec, Tensor) and spec.differentiable(case.dtype)


def _keep_promise(case: Case, result: Any) -> None:
    try:
        kept = case.declaration.oracle(result, **reference_arguments(case, draw_inputs(case)))
    except ImportError as error:
        raise OracleError(f"the promise could not be checked: {describe(error)}") from error
    except Exception as error:  # a result of another make
        raise MismatchError(f"the result does not keep its promise: {describe(error)}") from error
    if not kept:
        raise MismatchError("the result does not keep its promise")


def _reference(case: Case, inputs: dict[str, Any]) -> list[Any]:
    try:
        return [*leaves(case.declaration.oracle(np, **reference_arguments(case, inputs)))]
    except Exception as error:
        raise OracleError(f"the reference failed: {describe(error)}") from error


def _map_leaves(value: Any, convert: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _map_leaves(item, convert) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_map_leaves(item, convert) for item in value]
    return convert(value)
