"""Check one part of the work with a model: its results, or a step of training, compiled as a whole.

The truth is the value of the same traced program in NumPy, in double precision (`monitor.suite.jaxprs`). So the check
finds faults of the compiler and of the hardware, not of the formula of a layer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, partial
from importlib import import_module
from typing import Any

import jax
import numpy as np

from monitor.formats.error_text import describe
from monitor.model import Mode, NumericalError
from monitor.suite.architectures.program import ModelProgram
from monitor.suite.architectures.table import ARCHITECTURES, DTYPE, Architecture, Part
from monitor.suite.architectures.values import drawn
from monitor.suite.check_protocol import OracleError
from monitor.suite.device import Device
from monitor.suite.inputs import Array, draw_tensor
from monitor.suite.jax.device import fetch
from monitor.suite.jaxprs import evaluate
from monitor.suite.oracle import FetchedTensor, Leniency, MismatchError, compare

# Factor on the tolerance: the rounding of some hundred layers and sums.
CONDITION = 64


class Model:
    """A model, defined once for all its checks, with its values."""

    def __init__(self, architecture: Architecture) -> None:
        self.architecture = architecture

    @cached_property
    def program(self) -> ModelProgram:
        """The functions and shapes of the model. Raises what the module of the model raises."""
        module = import_module(f"monitor.suite.architectures.{self.architecture.module}")
        program: ModelProgram = getattr(module, self.architecture.name)()
        return program

    def trees(self, part: Part) -> list[Any]:
        """Return the shapes of the arrays of a part, before its inputs."""
        program = self.program
        state = [program.optimizer_state] if part is Part.TRAINING else []
        return [program.parameters, program.buffers, *state]

    def values(self, part: Part) -> list[tuple[Array, str]]:
        """Return the values and dtypes of all arrays of a part: those of the model, then the inputs."""
        architecture = self.architecture
        specs = architecture.inputs + (architecture.targets if part is Part.TRAINING else ())
        inputs = [(draw_tensor(spec, DTYPE, seed=place), spec.dtype or DTYPE) for place, spec in enumerate(specs)]
        return [pair for tree in self.trees(part) for pair in drawn(tree, architecture.name)] + inputs

    def call(self, part: Part, arrays: Any) -> Any:
        """Return the results of a part for arrays in the order of `values`."""
        trees, left, given = self.trees(part), [*arrays], []
        for tree in trees:
            structure = jax.tree_util.tree_structure(tree)
            given.append(structure.unflatten(left[: structure.num_leaves]))
            left = left[structure.num_leaves :]
        function = self.program.forward if part is Part.FORWARD else self.program.step
        return function(*given, *left)


class ModelCheck:
    """One part of the work with a model, compiled."""

    dtype = DTYPE
    mode = Mode.COMPILED
    declared_limit = ""
    timed = False
    fresh = False

    def __init__(self, model: Model, part: Part) -> None:
        self.model, self.part = model, part
        self.id = model.architecture.id(part)
        self.function = model.architecture.package

    def prepare(self, device: Device) -> Callable[[], Any]:
        arrays = [device.put(values, dtype) for values, dtype in self.model.values(self.part)]
        return partial(device.compiled(self._results), *arrays)

    def judge(self, device: Device, result: Any) -> NumericalError | None:
        del device
        errors = []
        for name, want in self._truth.items():
            got = [fetch(leaf) or leaf for leaf in jax.tree_util.tree_leaves(result[name])]
            scale = max((_largest(leaf.values) for leaf in want), default=0.0)
            try:
                errors.append(compare(got, want, Leniency(condition=CONDITION, scale=scale)))
            except MismatchError as mismatch:
                raise MismatchError(f"{name}: {mismatch}", mismatch.error) from mismatch
        return NumericalError.largest([error for error in errors if error])

    def _results(self, *arrays: Any) -> dict[str, Any]:
        results = self.model.call(self.part, arrays)
        return results if self.part is Part.TRAINING else {"results": results}

    @cached_property
    def _truth(self) -> dict[str, list[FetchedTensor]]:
        """The leaves of each group of results, in double precision. Raises OracleError without a reference."""
        arrays = [np.asarray(values).astype(jax.numpy.dtype(dtype)) for values, dtype in self.model.values(self.part)]
        program, shapes = jax.make_jaxpr(self._results, return_shape=True)(*arrays)
        try:
            left = evaluate(program, arrays)
        except Exception as error:  # no reference: parameters of a primitive are private, and a build may change them
            raise OracleError(describe(error)) from error
        truth = {}
        for name in sorted(shapes):
            leaves = jax.tree_util.tree_leaves(shapes[name])
            values, left = left[: len(leaves)], left[len(leaves) :]
            truth[name] = [FetchedTensor(one, str(leaf.dtype)) for one, leaf in zip(values, leaves, strict=True)]
        return truth


def model_checks() -> Iterator[ModelCheck]:
    """Yield both parts of each architecture."""
    for architecture in ARCHITECTURES:
        model = Model(architecture)
        yield ModelCheck(model, Part.FORWARD)
        yield ModelCheck(model, Part.TRAINING)


def _largest(values: Array) -> float:
    return float(np.abs(values).max()) if values.dtype.kind == "f" and values.size else 0.0
