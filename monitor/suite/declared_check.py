"""Run a declared case: draw its inputs, put them on the device, and compare its results with its oracle."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from monitor.formats.error_text import describe
from monitor.model import WEEKLY_MODES, InputKind, Mode, NumericalError
from monitor.suite.check_protocol import DrawError, OracleError
from monitor.suite.declare import DEVICE, DTYPE, Built, Case, Tensor
from monitor.suite.derivatives import (
    compare_with_one_sided,
    directions,
    expected_forward,
    expected_gradients,
    expected_second,
    gradient_weights,
)
from monitor.suite.device import Device
from monitor.suite.input_kinds import BATCH, Draw, draws
from monitor.suite.inputs import Array, base_of, draw_inputs, draw_tensor, reference_arguments
from monitor.suite.name_lookup import resolve
from monitor.suite.oracle import FetchedTensor, Leniency, MismatchError, compare, leaves
from monitor.suite.recurring_arguments import with_rule
from monitor.suite.reference_range import undecided_as_expected, underflow
from monitor.suite.references import expected_results, has_reference
from monitor.suite.signed_zeros import refuse_other_zeros
from monitor.suite.tolerances import PARTS, SECOND_TOLERANCE, SMALLEST_NORMAL, STEP_TOLERANCE

Call = Callable[[], Any]

# The result of a draw that only the eager call refuses begins with this.
COMPILED_ALONE = "the compiled call returns a value, and the eager one raises "
REFUSED = "a call that raises, like its reference"  # in the place of the result of a draw


class DeclaredCheck:
    """The check of one declared case. Gradients are compared with differences of its reference.

    A case of a kind of inputs other than plain calls the function once for each draw; its result is the list of the
    results. It is not timed. A draw with an empty dimension that the reference refuses has no right result. It is
    called and not judged.
    """

    declared_limit = ""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.id = case.id
        self.function = case.declaration.public_name
        self.dtype = case.dtype
        self.mode = case.mode
        plain = case.kind is InputKind.PLAIN and case.declaration.rule is None
        self.timed = plain and case.mode not in WEEKLY_MODES
        self.fresh = False
        self._given: list[tuple[str, Any, Array]] = []
        self._body: Callable[..., Any] = case.declaration.call
        self._tensors: list[dict[str, Any]] = []  # of each draw

    def prepare(self, device: Device) -> Call:
        case = self.case
        others = {
            name: _placed(device, case, value)
            for name, value in case.declaration.inputs.items()
            if not isinstance(value, Tensor)
        }
        compiled: dict[object, Callable[..., Any]] = {}
        self._given, self._tensors = [], []
        body = partial(case.declaration.call, _module(device, case))
        self._body = partial(body, **others)
        calls = []
        for draw in draws(case):
            given = [(name, *_put(device, case, name, spec)) for name, spec in draw.tensors.items()]
            self._given += given
            tensors = {name: put for name, put, _ in given}
            self._tensors.append(dict(tensors))
            calls.append(_call(device, case, body, draw, tensors, others, compiled))
        if case.kind is InputKind.PLAIN:
            return calls[0]
        return partial(_call_each, case, calls)

    def judge(self, device: Device, result: Any) -> NumericalError | None:
        case = self.case
        if case.kind is InputKind.MALFORMED:
            _judge_refusals(draws(case), result)
            return None
        _refuse_changed(device, self._given)
        self._judge_memory(device, [result] if case.kind is InputKind.PLAIN else result)
        if case.kind is InputKind.PLAIN:
            return _judge(device, case, draws(case)[0], result)
        errors, wrong = [], []
        drawn = [*zip(draws(case), result, strict=True)]
        if case.kind is InputKind.EMPTY:
            drawn = [pair for pair in drawn if has_reference(case, pair[0])] or drawn
        for draw, one in drawn:
            try:
                if error := _judge(device, case, draw, one):
                    errors.append(error)
            except MismatchError as mismatch:
                wrong.append((draw.label, mismatch))
        if wrong:
            label, first = wrong[0]
            others = f"; also wrong: {', '.join(label for label, _ in wrong[1:])}" if wrong[1:] else ""
            raise MismatchError(f"{label}: {first}{others}", first.error)
        return NumericalError.largest(errors)

    def _judge_memory(self, device: Device, results: list[Any]) -> None:
        """Judge which results of an eager call are views. A promise says nothing about them."""
        declaration = self.case.declaration
        plain = all(isinstance(spec, Tensor) for spec in declaration.inputs.values())  # an object may keep state
        if self.mode is Mode.EAGER and declaration.numeric and declaration.tensors and plain:
            drawn = zip(self._tensors, results, strict=True)
            judged = [device.judge_memory(self._body, tensors, result) for tensors, result in drawn]
            self.fresh = bool(judged) and all(judged)


def _call(
    device: Device,
    case: Case,
    body: Callable[..., Any],
    draw: Draw,
    tensors: dict[str, Any],
    others: dict[str, Any],
    compiled: dict[object, Callable[..., Any]],
) -> Call:
    """Return the call with one draw. Draws with equal views share the compiled function in `compiled`."""
    views = {} if device.has_views else {name: spec.view for name, spec in draw.tensors.items() if spec.view}
    if case.mode.differentiates:
        return _derivative(device, case, draw, partial(body, **others), tensors)

    def viewed(*values: Any) -> Any:
        given = dict(zip(tensors, values, strict=True))
        given |= {name: device.viewed(given[name], view) for name, view in views.items()}
        return body(**given, **others)

    if case.kind is InputKind.MALFORMED:
        return partial(_call_malformed, device, viewed, [*tensors.values()])
    if case.mode is Mode.VMAP:
        return partial(device.vectorized(viewed), *tensors.values())
    if case.mode is Mode.COMPILED:
        key = tuple(views.items())
        if key not in compiled:
            compiled[key] = device.compiled(viewed)
        return partial(compiled[key], *tensors.values())
    if views:
        return partial(viewed, *tensors.values())
    # Time the body itself with the least overhead: a call may take a microsecond.
    arguments = tensors | others
    return partial(body, *(arguments[name] for name in case.declaration.inputs))


def _call_malformed(device: Device, body: Callable[..., Any], tensors: list[Any]) -> str:
    """Return what an eager call does, and the compiled call where the eager one raises, in one line.

    The line is "returns"; "raises", for both calls; "open", for a refusal that the compiled call need not share; or it
    begins with COMPILED_ALONE. The compiler may have a kernel that the eager call lacks, and does not check values.
    """
    try:
        device.repeat(partial(body, *tensors), 1)
    except (Exception, SystemExit) as error:
        if device.refusal(error) is not None or device.refuses_values(error):
            return "open"
        try:
            device.repeat(partial(device.compiled(body), *tensors), 1)
        except (Exception, SystemExit):
            return "raises"
        return f"{COMPILED_ALONE}{describe(error)}"
    return "returns"


def _judge_refusals(drawn: tuple[Draw, ...], results: list[str]) -> None:
    """Raise MismatchError if a compiled call returns a value where the eager one raises."""
    pairs = [(draw.label, one) for draw, one in zip(drawn, results, strict=True) if one.startswith(COMPILED_ALONE)]
    if pairs:
        others = f"; also wrong: {', '.join(label for label, _ in pairs[1:])}" if pairs[1:] else ""
        raise MismatchError(f"{pairs[0][0]}: {pairs[0][1]}{others}")


def _derivative(
    device: Device, case: Case, draw: Draw, body: Callable[..., Any], tensors: dict[str, Any]
) -> Callable[[], list[Any]]:
    """Return the call that takes the derivative of the mode. Remove tensors without a derivative from `tensors`."""
    fixed = {name: tensors.pop(name) for name, spec in draw.tensors.items() if not spec.differentiable(case.dtype)}
    if case.mode.is_gradient or case.mode is Mode.HVP:
        weights = [device.put(weight, case.result_dtype) for weight in gradient_weights(case, draw)]
    if case.mode.is_gradient:
        compiles = case.mode is Mode.COMPILED_GRADIENT
        return device.gradient(body, tensors, weights, fixed=fixed, is_compiled=compiles)
    body = partial(body, **fixed)
    dtypes = {name: draw.tensors[name].dtype or case.dtype for name in tensors}
    tangents = {name: device.put(tangent, dtypes[name]) for name, tangent in directions(case, draw).items()}
    if case.mode is Mode.JVP:
        return device.forward_derivative(body, tensors, tangents)
    return device.second_derivative(body, tensors, weights, tangents)


def _put(device: Device, case: Case, name: str, spec: Tensor) -> tuple[Any, Array]:
    """Return an input on the device, and its values: a view, or the array that the body of the call views."""
    batch = range(BATCH) if case.mode is Mode.VMAP else range(1)
    calls = [draw_tensor(spec, case.dtype, seed=case.declaration.seed(name) + number) for number in batch]
    values = np.stack(calls) if case.mode is Mode.VMAP else calls[0]
    dtype = spec.dtype or case.dtype
    if spec.view is None:
        return device.put(values, dtype), values
    base = base_of(values, spec.view)
    if device.has_views:
        return device.viewed(device.put(base, dtype), spec.view), values
    return device.put(base, dtype), base


def _module(device: Device, case: Case) -> Any:
    """Return the module that the call of a case takes."""
    namespace = case.declaration.namespace
    return resolve(device, namespace) if namespace else with_rule(device.module, case.declaration)


def _refuse_changed(device: Device, given: list[tuple[str, Any, Array]]) -> None:
    """Raise MismatchError for an input that has other values than before the call."""
    for name, tensor, values in given:
        fetched = device.fetch(tensor)
        if fetched is None:
            continue
        rounding = SMALLEST_NORMAL.get(PARTS.get(fetched.dtype, fetched.dtype), 0.0)  # of a subnormal number
        if not np.allclose(fetched.values, values, rtol=0, atol=rounding, equal_nan=True):
            raise MismatchError(f"the call changed its input {name}")


def _placed(device: Device, case: Case, value: Any) -> Any:
    if isinstance(value, Built):
        return device.placed(value.build(with_rule(device.module, case.declaration)), case.dtype)
    if value is DTYPE:
        return device.dtype(case.dtype)
    return device.device() if value is DEVICE else value


def _call_each(case: Case, calls: list[Call]) -> list[Any]:
    """Return the result of each draw. Raises DrawError, also if no draw has a result."""
    results, refusals = [], []
    for draw, call in zip(draws(case), calls, strict=True):
        try:
            results.append(call())
        except (Exception, SystemExit) as error:
            refusals.append(DrawError(draw.label, error))
            if case.kind is not InputKind.EMPTY or has_reference(case, draw):
                raise refusals[-1] from error
            results.append(REFUSED)
    if len(refusals) == len(calls):
        raise refusals[0]
    return results


def _judge(device: Device, case: Case, draw: Draw, result: Any) -> NumericalError | None:
    if not case.declaration.numeric:
        _keep_promise(case, draw, _map_leaves(result, lambda leaf: f.values if (f := device.fetch(leaf)) else leaf))
        return None
    got = [device.fetch(leaf) or leaf for leaf in leaves(result)]
    # A truth value and a Python number make a weak number, by JAX's rules of promotion.
    if draw.tensors and case.dtype != "bool" and any(isinstance(leaf, FetchedTensor) and leaf.weak for leaf in got):
        raise MismatchError("the result has a weak type, and the inputs have none")
    condition = case.declaration.condition
    if not case.mode.differentiates:
        want = _as_tensors(got, expected_results(case, draw), case.result_dtype)
        if draw.exact_range:
            error = compare(got, want, Leniency(condition=condition))
            refuse_other_zeros(case, draw, got)
            return error
        got = undecided_as_expected(case, draw, got, want)
        return compare(got, want, Leniency(condition=condition, slack=underflow(want)))
    if case.mode is Mode.JVP:
        want = _as_tensors(got, expected_forward(case, draw, directions(case, draw)), case.result_dtype)
        return compare(got, want, Leniency(STEP_TOLERANCE, condition))
    if case.mode is Mode.HVP:
        second, slack = expected_second(case, draw, directions(case, draw))
        return compare(got, _as_tensors(got, second, case.dtype), Leniency(SECOND_TOLERANCE, condition, slack=slack))
    names = [name for name, spec in draw.tensors.items() if spec.differentiable(case.dtype)]
    if case.kind is InputKind.KINKS:
        return compare_with_one_sided(case, draw, names, got)
    want = _as_tensors(got, expected_gradients(case, draw, gradient_weights(case, draw), names), case.dtype)
    return compare(got, want, Leniency(STEP_TOLERANCE, condition))


def _as_tensors(got: list[Any], want: list[Any], dtype: str) -> list[Any]:
    """Return the reference results with the dtype that the results of the framework shall have."""
    truths = []
    for leaf, truth in zip(got, want, strict=False):
        values = np.asarray(truth)
        as_tensor = FetchedTensor(values, "bool" if values.dtype == bool else dtype)
        truths.append(as_tensor if isinstance(leaf, FetchedTensor) or isinstance(truth, np.ndarray) else truth)
    return truths + want[len(truths) :]


def _keep_promise(case: Case, draw: Draw, result: Any) -> None:
    try:
        kept = case.declaration.oracle(result, **reference_arguments(case, draw_inputs(case, draw)))
    except ImportError as error:
        raise OracleError(f"the promise could not be checked: {describe(error)}") from error
    except Exception as error:  # a result of another make
        raise MismatchError(f"the result does not keep its promise: {describe(error)}") from error
    if not kept:
        raise MismatchError("the result does not keep its promise")


def _map_leaves(value: Any, convert: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _map_leaves(item, convert) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_map_leaves(item, convert) for item in value]
    return convert(value)
