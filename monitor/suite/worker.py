"""The program that answers cases, inside one framework's environment.

It is told the framework, the suite, the device and two file descriptors. It says once what it is (`{"ready": ...}`)
or why it cannot be (`{"blocked": ...}`), then reads case ids, one JSON line each, and answers each with an
observation. Its own output is the framework's to write on: nothing of the protocol goes there. The supervisor
(`monitor.execution.supervisor`) owns all limits; this process may die at any moment.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any, TextIO

import numpy as np

from monitor.handover.codec import to_json
from monitor.handover.messages import clean, describe
from monitor.model import Latency, Mode, NumericalError, Observation, Outcome
from monitor.suite.collect import collect
from monitor.suite.declare import DEVICE, DTYPE, Built, Case, Tensor
from monitor.suite.device import Device, DeviceUnavailableError
from monitor.suite.draw import draw_inputs
from monitor.suite.measure import measure
from monitor.suite.oracle import (
    STEP_TOLERANCE,
    MismatchError,
    compare,
    expected_gradients,
    expected_results,
    keeps_promise,
    leaves,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--framework", required=True)
    parser.add_argument("--suite", required=True)
    parser.add_argument("--device", required=True)
    parser.add_argument("--requests", type=int, required=True, help="file descriptor to read case ids from")
    parser.add_argument("--answers", type=int, required=True, help="file descriptor to write answers to")
    arguments = parser.parse_args()
    with os.fdopen(arguments.requests) as requests, os.fdopen(arguments.answers, "w", buffering=1) as answers:
        try:
            device = open_device(arguments.framework, arguments.device)
        except (DeviceUnavailableError, ImportError) as error:
            _say(answers, {"blocked": describe(error)})
            return
        cases = collect(arguments.framework, arguments.suite)
        version, commit = device.versions()
        told = {"python.version": platform.python_version(), **device.environment()}
        environment = {key: clean(str(value)) for key, value in told.items()}
        ready = {"version": version, "commit": commit, "environment": environment, "cases": list(cases)}
        _say(answers, {"ready": ready})
        for line in requests:
            case = cases[json.loads(line)["case"]]
            _say(answers, {"observation": to_json(observe(device, case))})


def open_device(framework: str, name: str) -> Device:
    """The device of a framework. Raises DeviceUnavailableError, and ImportError where the framework is broken."""
    module = import_module(f"monitor.suite.{framework}.device")
    device: Device = getattr(module, f"{framework.capitalize()}Device")(name)
    return device


def observe(device: Device, case: Case) -> Observation:
    """Run one case: is its function there, does it run here, is it right, how fast is it."""
    start = time.perf_counter()
    outcome, message = Outcome.PASS, ""
    error: NumericalError | None = None
    latency: Latency | None = None
    try:
        resolve(device, case.declaration.function)
        call = prepare(device, case)
        first = time.perf_counter()
        result = device.repeat(call, 1)
        first = time.perf_counter() - first
        if places := sorted({place for leaf in leaves(result) if (place := device.elsewhere(leaf))}):
            outcome, message = Outcome.FALLBACK, clean(f"ran on {', '.join(places)}")
        else:
            error = judge(device, case, result)
            latency = measure(lambda calls: device.repeat(call, calls), first)
    except AbsentError as absent:
        outcome, message = Outcome.ABSENT, clean(str(absent))
    except MismatchError as mismatch:
        outcome, message = Outcome.MISMATCH, clean(str(mismatch))
    except (Exception, SystemExit) as raised:
        outcome, message = device.refusal(raised) or Outcome.ERROR, describe(raised)
    seconds = time.perf_counter() - start
    return Observation(case.id, outcome, message=message, error=error, latency=latency, seconds=round(seconds, 3))


class AbsentError(Exception):
    """A name that the framework does not have."""


def resolve(device: Device, function: str) -> Any:
    """The object behind a dotted name. Raises AbsentError with the first part that is missing."""
    found: Any = device.module
    path = device.prefix
    for part in function.split(".")[1:]:
        try:
            found = getattr(found, part)
        except AttributeError:
            try:
                found = import_module(f"{found.__name__}.{part}")
            except ImportError:
                raise AbsentError(f"{path} has no {part}") from None
        path = f"{path}.{part}"
    return found


def prepare(device: Device, case: Case) -> Callable[[], Any]:
    """The call without arguments that the case makes, its inputs on the device."""
    tensors: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    specs = case.declaration.inputs
    for name, value in draw_inputs(case).items():
        if isinstance(specs[name], Tensor):
            tensors[name] = device.put(value, specs[name].dtype or case.dtype)
        elif isinstance(value, Built):
            rest[name] = value.build(device.module)
        elif value is DTYPE:
            rest[name] = device.dtype(case.dtype)
        else:
            rest[name] = device.device() if value is DEVICE else value

    def call(**inputs: Any) -> Any:
        return case.declaration.call(device.module, **inputs, **rest)

    if case.mode is Mode.GRADIENT:
        weights = [device.put(weight, case.result_dtype) for weight in gradient_weights(case)]
        return device.gradient(call, tensors, weights)
    run = device.compiled(call) if case.mode is Mode.COMPILED else call
    return lambda: run(**tensors)


def gradient_weights(case: Case) -> list[Any]:
    """A weight for every element of every result, neither equal nor symmetric, exact in every dtype."""

    def weigh(result: Any) -> Any:
        shape = np.shape(result)
        return (np.arange(np.prod(shape, dtype=int)) % 7 - 2.5).reshape(shape) / 4

    return [weigh(result) for result in expected_results(case)]


def judge(device: Device, case: Case, result: Any) -> NumericalError | None:
    """The error of a result that is right. Raises MismatchError."""
    if not case.declaration.numeric:
        keeps_promise(case, _map_leaves(result, lambda leaf: f.values if (f := device.fetch(leaf)) else leaf))
        return None
    got = [device.fetch(leaf) or leaf for leaf in leaves(result)]
    if case.mode is Mode.GRADIENT:
        names = [name for name, spec in case.declaration.inputs.items() if isinstance(spec, Tensor)]
        want = expected_gradients(case, gradient_weights(case), names)
        return compare(case, got, want, floor=STEP_TOLERANCE)
    return compare(case, got, expected_results(case))


def _map_leaves(value: Any, convert: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _map_leaves(item, convert) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_map_leaves(item, convert) for item in value]
    return convert(value)


def _say(answers: TextIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message, allow_nan=False) + "\n")


if __name__ == "__main__":
    main()
