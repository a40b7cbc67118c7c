"""The program that runs cases, in the environment of one framework.

Its arguments are framework, suite and device. It answers the id of a case with an observation, and the request for
names with the public names of the build, over the pipes of `monitor.formats.worker_protocol`.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Iterable
from importlib import import_module
from typing import Any

import numpy as np

from monitor.formats.error_text import clean, describe
from monitor.formats.serialization import to_json
from monitor.formats.worker_protocol import TIMED, Message, Service, add_arguments, serve
from monitor.model import NAMES, Digest, Latency, NumericalError, Observation, Outcome, PublicName
from monitor.suite.catalog import load_catalog
from monitor.suite.check_protocol import (
    CaseCheck,
    DrawError,
    InputError,
    OracleError,
    ShrinkableCheck,
    SuiteUnavailableError,
)
from monitor.suite.declared_check import DeclaredCheck
from monitor.suite.device import Device, DeviceUnavailableError
from monitor.suite.digest import digest_of, seed
from monitor.suite.discovery import collect, listing
from monitor.suite.name_listing import list_names
from monitor.suite.name_lookup import AbsentError, resolve
from monitor.suite.oracle import MismatchError, leaves
from monitor.suite.timing import measure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--framework", required=True)
    parser.add_argument("--suite", required=True)
    parser.add_argument("--device", required=True)
    add_arguments(parser)
    options = parser.parse_args()

    def start() -> Service:
        device = open_device(options.framework, options.device)
        checks = checks_of(device, options.suite)

        def answer(request: Message) -> Message:
            if "names" in request:
                return {"names": [to_json(name) for name in public_names(options.framework)]}
            observation = observe(device, checks[request["case"]])
            device_unusable = observation.outcome is not Outcome.PASS and not works(device)
            return {"observation": to_json(observation), "device_unusable": device_unusable}

        return introduce(device, checks), answer

    serve(options, start, (DeviceUnavailableError, SuiteUnavailableError, ImportError))


def introduce(device: Device, checks: Iterable[str]) -> Message:
    """Return the description of a process with an open device: `monitor.execution.workers.process.ProcessInfo`."""
    version, commit = device.versions()
    facts = {"python.version": platform.python_version(), **device.environment()}
    environment = {key: clean(str(value)) for key, value in facts.items()}
    return {"version": version, "commit": commit, "environment": environment, "cases": sorted(checks)}


def open_device(framework: str, name: str) -> Device:
    """Return the device of a framework. Raises DeviceUnavailableError, and ImportError if the framework is broken."""
    module = import_module(f"monitor.suite.{framework}.device")
    device: Device = getattr(module, f"{framework.capitalize()}Device")(name)
    return device


def checks_of(device: Device, suite: str) -> dict[str, CaseCheck]:
    """Return the checks of a suite by id, declared or listed by the build. Raises SuiteUnavailableError."""
    if suite == NAMES:
        return {}
    if listed := listing(device.name, suite):
        return {check.id: check for check in listed(device)}
    cases = collect(device.name, suite)
    for namespace in {case.declaration.namespace for case in cases.values()} - {""}:
        try:
            resolve(device, namespace)
        except (AbsentError, ImportError, AttributeError) as error:  # a package that may not fit an old build
            raise SuiteUnavailableError(f"{namespace}: {describe(error)}") from error
    return {name: DeclaredCheck(case) for name, case in cases.items()}


def observe(device: Device, check: CaseCheck) -> Observation:
    """Run one check: resolve its function, call it, judge and time the result, and summarise its values."""
    start = time.perf_counter()
    outcome, message = Outcome.PASS, ""
    error: NumericalError | None = None
    latency: Latency | None = None
    digest: Digest | None = None
    try:
        resolve(device, check.function)
        os.environ[TIMED] = "1" if check.timed else "0"
        call = check.prepare(device)
        device.fallbacks()
        seed(device)
        first = time.perf_counter()
        result = device.repeat(call, 1)
        first = time.perf_counter() - first
        if places := _elsewhere(device, result):
            outcome, message = Outcome.FALLBACK, clean(f"ran on {', '.join(places)}")
        else:
            error = check.judge(device, result)
            before = digest_of(device, result)  # before the next call: it may work in place
            if check.timed:
                latency = measure(lambda calls: device.repeat(call, calls), first)
            seed(device)
            digest = before
            last = device.repeat(call, 1)
            if check.fresh and _memory(device, result) & _memory(device, last):
                raise MismatchError("a later call returns the memory of an earlier result")
            if not digest_of(device, last).agrees(before):
                digest = None
                _judge_last(device, check, last)
    except AbsentError as absent:
        outcome, message = Outcome.ABSENT, clean(str(absent))
    except (InputError, OracleError) as unknown:
        outcome, message = Outcome.BLOCKED, clean(str(unknown))
    except MismatchError as mismatch:
        error = mismatch.error
        outcome, message = Outcome.MISMATCH, clean(str(mismatch))
    except (Exception, SystemExit) as raised:
        cause = raised.__cause__ if isinstance(raised, DrawError) and raised.__cause__ else raised
        label = f"{raised.label}: " if isinstance(raised, DrawError) else ""
        outcome, message = device.refusal(cause) or Outcome.ERROR, clean(label + describe(cause))
    if outcome in (Outcome.MISMATCH, Outcome.ERROR) and isinstance(check, ShrinkableCheck):
        message = clean(f"{check.smallest(device)}: {message}")
    return Observation(
        check.id,
        outcome,
        message=message,
        error=error,
        latency=latency,
        declared_limit=clean(check.declared_limit),
        digest=digest,
        seconds=round(time.perf_counter() - start, 3),
    )


def _memory(device: Device, result: Any) -> set[int]:
    return {address for leaf in leaves(result) if (address := device.memory(leaf)) is not None}


def _judge_last(device: Device, check: CaseCheck, result: Any) -> None:
    """Judge the result of the last of many equal calls. Raises MismatchError and OracleError."""
    try:
        check.judge(device, result)
    except MismatchError as mismatch:
        raise MismatchError(f"right at first, then wrong: {mismatch}", mismatch.error) from mismatch


def works(device: Device) -> bool:
    """Return whether a device still returns the values that it is given.

    After a failed assertion or an illegal access on a GPU, all further work of the process on it fails as well.
    """
    try:
        fetched = device.fetch(device.put(np.ones(1), "float32"))
    except Exception:  # any exception means no
        return False
    return fetched is not None and fetched.values.tolist() == [1.0]


def _elsewhere(device: Device, result: Any) -> list[str]:
    """Return the other places where a call ran: devices of its results, and fallbacks that the framework reports."""
    return sorted({place for leaf in leaves(result) if (place := device.elsewhere(leaf))} | set(device.fallbacks()))


def public_names(framework: str) -> tuple[PublicName, ...]:
    """Return the public names of the installed build, sorted."""
    api = import_module(f"monitor.suite.{framework}.names").API
    return list_names(api, [one.name for one in load_catalog().values() if one.framework == framework])


if __name__ == "__main__":
    main()
