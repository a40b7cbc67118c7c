"""PyTorch's own module database: every module, every dtype that it declares, its result and its gradients.

The database is `module_db` of `torch.testing._internal`, as the installed build ships it. It makes the modules and
their inputs. The truth of a result is the reference of the database where it has one that takes double precision, else
the module itself, on the CPU in double precision, with the same weights and inputs. The truth of a gradient is the
module itself. Where it can be, a module computes its truth with its kernels replaced by their decompositions
(`monitor.suite.operators.decompositions`), so that no kernel is compared with itself. Shapes, dtypes, views and changed
inputs follow from PyTorch's `meta` device.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np
import torch

from monitor.formats.error_text import describe
from monitor.model import Mode, NumericalError
from monitor.suite.check_protocol import OracleError, SuiteUnavailableError
from monitor.suite.conditioning import Factors, sensitivity, shapes
from monitor.suite.device import Device
from monitor.suite.operators.decompositions import Decomposing
from monitor.suite.oracle import Leniency, MismatchError, compare, leaves, with_open_dtypes
from monitor.suite.torch.device import fetch
from monitor.suite.torch.meta import Contract, contract_of, name_of, tensors_in, tensors_of
from monitor.suite.torch.module_script import MODULE_SEED, MODULE_STEPS, SINGLE_REFERENCE

DATABASE = "torch.testing._internal.common_modules"

# A sample's values are of the order of one: below it, errors are judged absolutely.
SCALE = 1.0

# The inputs of a module from which its kernels are not replaced: a decomposition in Python takes many times as long.
MOST_DECOMPOSED = 150

Convert = Callable[[torch.Tensor], torch.Tensor]


def checks(device: Device) -> Iterator[ModuleCheck]:
    """Yield the checks of each module in each dtype and mode that it declares. Raises SuiteUnavailableError."""
    try:
        from torch.testing._internal.common_modules import module_db

        kind = torch.device(device.device()).type
        for info in module_db:
            for dtype in sorted(info.supported_dtypes(kind), key=str):
                for is_training in (True, False) if info.train_and_eval_differ else (True,):
                    for mode in (Mode.EAGER, Mode.GRADIENT):
                        yield ModuleCheck(info, dtype, mode, is_training=is_training)
    except Exception as error:  # a private module may change in any way
        raise SuiteUnavailableError(f"this build's {DATABASE} cannot be read: {describe(error)}") from error


@dataclass(frozen=True)
class Sample:
    """A module and its inputs. `reference(module, *args, **kwargs)` may be None."""

    module: torch.nn.Module
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    reference: Callable[..., Any] | None

    def transform(self, convert: Convert) -> Sample:
        """Return the sample with each tensor of its inputs converted."""
        return Sample(self.module, _converted(self.args, convert), _converted(self.kwargs, convert), self.reference)

    def widened(self) -> Sample:
        """Return a copy on the CPU in double precision."""
        module = copy.deepcopy(self.module).cpu()
        held = [*module.parameters(), *module.buffers()]
        module = module.to(torch.complex128 if any(one.is_complex() for one in held) else torch.float64)
        return replace(self.transform(_widened), module=module)


class ModuleCheck:
    """A module in one dtype and mode, with all inputs that the database makes for it."""

    declared_limit = ""

    def __init__(self, info: Any, dtype: torch.dtype, mode: Mode, *, is_training: bool) -> None:
        self.info = info
        self.function = f"torch.{info.name}"
        self.dtype = name_of(dtype)
        self.mode = mode
        self.timed = dtype is torch.float32 and mode is Mode.EAGER
        self.fresh = False  # a module may return a buffer
        self._dtype = dtype
        self._is_training = is_training
        self._given: list[Sample] = []
        self._samples_given: list[Sample] = []
        self._contracts: list[Contract | None] = []
        self._used: list[Sample] = []  # with copies of the inputs, which the modules were given
        variant = "" if is_training else "evaluating-"
        self.id = f"torch/{self.function}/modules-{variant}{mode.value}-{self.dtype}"

    def prepare(self, device: Device) -> Callable[[], Any]:
        samples = [*self._samples(device)]
        # Copied before the call: a module may change its buffers.
        self._given = [sample.widened() for sample in samples]
        if self.mode is Mode.GRADIENT:
            return lambda: [_derive(sample) for sample in samples]
        self._contracts = [_contract(sample) for sample in samples]
        self._samples_given = samples
        return lambda: self._call_each(samples)

    def _call_each(self, samples: list[Sample]) -> list[Any]:
        self._used = [sample.transform(torch.clone) for sample in samples]  # some modules work in place
        with torch.no_grad():
            return [used.module(*used.args, **used.kwargs) for used in self._used]

    def _judge_contracts(self, results: list[Any]) -> None:
        """Judge dtypes, views and changed inputs. Raises MismatchError."""
        judged = zip(self._samples_given, self._contracts, self._used, results, strict=True)
        for sample, contract, used, result in judged:
            # The truth judges shapes: those of a loss may be others on `meta`.
            if contract is not None and contract.has_shapes_of(result):
                given = tensors_of(used)
                contract.judge_types(result)
                contract.judge_memory(result, given)
                contract.judge_inputs(given, tensors_of(sample))

    def judge(self, device: Device, result: Any) -> NumericalError | None:
        del device
        if self.mode is not Mode.GRADIENT:
            self._judge_contracts(result)
        judged = [self._judge_sample(sample, got) for sample, got in zip(self._given, result, strict=True)]
        return NumericalError.largest(error for error in judged if error)

    def _samples(self, device: Device) -> Iterator[Sample]:
        """Yield the modules with inputs, which the database draws from the global generators of three libraries."""
        torch.manual_seed(MODULE_SEED)
        np.random.seed(MODULE_SEED)
        random.seed(MODULE_SEED)
        place = device.device()
        options = {"device": str(place), "dtype": self._dtype, "training": self._is_training}
        options["requires_grad"] = self.mode is Mode.GRADIENT  # the database knows which inputs have derivatives
        for sample in self.info.module_inputs_func(self.info, **options):
            if sample.forward_input is None:
                continue
            made = sample.constructor_input
            module = self.info.module_cls(*made.args, **made.kwargs).to(place, self._dtype).train(self._is_training)
            reference = None if self.info.name in SINGLE_REFERENCE else sample.reference_fn
            given = Sample(module, sample.forward_input.args, sample.forward_input.kwargs, reference)
            if self.info.is_lazy:
                _call(given)  # which makes its parameters
            yield given

    def _judge_sample(self, sample: Sample, result: Any) -> NumericalError | None:
        got = [*_fetched(result)]
        want = self._decomposed(sample, got)
        truth = partial(self._decomposed, got=got) if want else self._truth
        want = want or truth(sample)
        leniency = Leniency(scale=SCALE, condition=MODULE_STEPS.get(self.info.name, 1))
        try:
            return compare(got, want, leniency)
        except MismatchError:
            if self._is_random(sample):
                return compare(shapes(got), shapes(want))
            slack = sensitivity(lambda factors: truth(_moved(sample, factors)) or want, want, self.dtype)
            return compare(got, want, replace(leniency, slack=slack))

    def _truth(self, sample: Sample) -> list[Any]:
        """Return the results in double precision, with open dtypes. Raises OracleError."""
        own = replace(sample, module=copy.deepcopy(sample.module))
        try:
            results = _derive(own) if self.mode is Mode.GRADIENT else _refer(own)
        except Exception as error:
            raise OracleError(f"refused in double precision: {describe(error)}") from error
        return with_open_dtypes(_fetched(results))

    def _decomposed(self, sample: Sample, got: list[Any]) -> list[Any]:
        """Return the results in double precision without the kernels of the module, with open dtypes.

        Empty where the kernels have no decomposition, or where it returns other shapes.
        """
        if len(self._given) > MOST_DECOMPOSED:
            return []
        own = replace(sample, module=copy.deepcopy(sample.module))
        steps = Decomposing()
        try:
            with steps:
                results = _derive(own) if self.mode is Mode.GRADIENT else _call(own)
            want = with_open_dtypes(_fetched(results))
        except Exception:  # a decomposition may not take a layout of tensors
            return []
        return want if steps.independent and shapes(want) == shapes(got) else []

    def _is_random(self, sample: Sample) -> bool:
        """Return whether two seeds give two results."""
        seed = torch.manual_seed
        results: list[list[Any]] = []
        with patch.object(torch, "manual_seed"):
            for number in range(2):
                seed(number)
                results.append(self._truth(sample))
        try:
            compare(results[0], results[1])
        except MismatchError:
            return True
        return False


def _contract(sample: Sample) -> Contract | None:
    """Return the contract of the call of a module; None where none is known."""
    try:
        module = copy.deepcopy(sample.module).to("meta")
    except Exception:  # a module may keep a tensor that has no copy there
        return None
    return contract_of(lambda given: module(*given.args, **given.kwargs), sample)


def _call(sample: Sample) -> Any:
    """Return the result. The inputs are copied for each call: some modules work in place."""
    own = sample.transform(torch.clone)
    with torch.no_grad():
        return own.module(*own.args, **own.kwargs)


def _refer(sample: Sample) -> Any:
    """Return the result of the reference, or of the module where there is none."""
    if sample.reference is not None:
        own = sample.transform(torch.clone)
        try:
            return sample.reference(sample.module, *own.args, **own.kwargs)
        except RuntimeError:  # some references hold weights in the dtype of the case
            pass
    return _call(sample)


def _derive(sample: Sample) -> list[Any]:
    """Return the derivatives of the weighted sum of all results by each parameter, and each input that has some."""
    variables: list[torch.Tensor] = []

    def variable(tensor: torch.Tensor) -> torch.Tensor:
        own = tensor.detach().clone()
        if not tensor.requires_grad:
            return own
        variables.append(own.requires_grad_())
        return own * 1  # no leaf: a module may change it in place

    given = sample.transform(variable)
    results = [leaf for leaf in tensors_in(given.module(*given.args, **given.kwargs)) if leaf.requires_grad]
    variables += sample.module.parameters()
    weights = [_weights(result) for result in results]
    return list(torch.autograd.grad(results, variables, weights, allow_unused=True)) if results else []


def _weights(result: torch.Tensor) -> torch.Tensor:
    """Return weights for the elements of a result, neither equal nor symmetric, and exact in every dtype."""
    flat = torch.arange(result.numel(), device=result.device) % 7 - 2.5
    return (flat / 4).reshape(result.shape).to(result.dtype)


def _converted(value: Any, convert: Convert) -> Any:
    """Return nested lists, tuples and dicts with each tensor converted."""
    if isinstance(value, torch.Tensor):
        return convert(value)
    if isinstance(value, dict):
        return {key: _converted(item, convert) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):  # a packed sequence
        return type(value)(*(_converted(item, convert) for item in value))
    return type(value)(_converted(item, convert) for item in value) if isinstance(value, list | tuple) else value


def _widened(tensor: torch.Tensor) -> torch.Tensor:
    wide = torch.complex128 if tensor.is_complex() else torch.float64 if tensor.is_floating_point() else tensor.dtype
    return tensor.detach().cpu().to(wide, copy=True).requires_grad_(tensor.requires_grad)


def _moved(sample: Sample, factors: Factors) -> Sample:
    """Return the sample with every floating input and parameter multiplied by factors of its shape."""

    def move(tensor: torch.Tensor) -> torch.Tensor:
        if not (tensor.is_floating_point() or tensor.is_complex()):
            return tensor
        moved = tensor.detach() * torch.from_numpy(np.asarray(factors(tuple(tensor.shape))))
        return moved.requires_grad_(tensor.requires_grad)

    module = copy.deepcopy(sample.module)
    for parameter in module.parameters():
        parameter.data = move(parameter.data)
    return replace(sample.transform(move), module=module)


def _fetched(result: Any) -> Iterator[Any]:
    for leaf in leaves(result):
        yield fetch(leaf) if isinstance(leaf, torch.Tensor) else leaf
