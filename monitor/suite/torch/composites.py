"""Find the operators that a composite operator of PyTorch calls, by a call on tensors without values.

A composite has no kernel of a backend's own: its one kernel calls other operators, and runs where they do. Its code
is in every wheel. So it is called here with tensors that claim to be on the backend's device and have no memory there
(`FakeTensorMode`), and a dispatch mode writes down what it calls. Arguments come from PyTorch's operator database, from
what other composites pass on, and, for what neither reaches, from the operator's schema.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import random
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from monitor.formats.error_text import describe
from monitor.suite.check_protocol import SuiteUnavailableError
from monitor.suite.kernel_entry import CompositeCall

# The kinds of composite kernel, in the order in which the dispatcher prefers them for a backend.
COMPOSITE_KEYS = ("CompositeExplicitAutogradNonFunctional", "CompositeExplicitAutograd", "CompositeImplicitAutograd")

SEED = 2023
SAMPLES = 6  # of an operator and dtype in the database: it yields the plainest first
VARIED = 2  # of those, the ones that a method and the operator in place are called with too
DTYPES = ("float32", "complex64", "int64", "bool")  # the database's samples are of the first that an operator takes
REMEMBERED = 8  # calls of operators of one name, for the composites among their variants
DEEPEST = 30  # composites within composites; PyTorch's own are at most a dozen deep

# Shapes to try for the tensors of a schema, in order.
SHAPES = ((3, 3), (2, 3, 3), (6,), (1, 2, 4, 4), (1, 2, 4, 4, 4), ())

TRIED_DTYPES = ("float32", "int64")

BLOCK = 50  # operators of the database that are done again where one of them kills a process


# Results of operators that read values, where no values exist: a composite continues as with zeros.
VALUES: Mapping[str, Callable[..., Any]] = {
    "_local_scalar_dense": lambda tensor: False if tensor.dtype is torch.bool else 0,
    "equal": lambda *_: True,
    "nonzero": lambda tensor: torch.empty((1, tensor.dim()), dtype=torch.int64, device=tensor.device),
}


def follow(composites: Set[str], device: str) -> dict[str, set[CompositeCall]]:
    """Return the paths of each composite that could be called on a device of that type, which need not exist here.

    Names are those of the schema without their namespace: `ctc_loss.IntList`. All work is done in copies of this
    process: a kernel may die of arguments that nobody passes, or of values that do not exist. Raises
    SuiteUnavailableError.
    """
    try:
        from torch._subclasses.fake_tensor import FakeTensorMode
        from torch.testing._internal.common_methods_invocations import op_db
    except Exception as error:  # private modules may change in any way
        raise SuiteUnavailableError(f"composites cannot be followed: {describe(error)}") from error
    logger = logging.getLogger("torch._subclasses.fake_tensor")  # it logs each refusal at length
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), FakeTensorMode(allow_non_fake_inputs=True):
            warnings.simplefilter("ignore")
            paths = _Following(_Follower(composites), op_db, composites, device).all()
    finally:
        logger.setLevel(level)
    return {name: {CompositeCall(frozenset(calls), whole) for calls, whole in of} for name, of in paths.items()}


@dataclass
class _Following:
    """A walk over the operators of the database, block by block, and then over the composites that they did not reach.

    Each block runs in a copy of the process of the block before. If it dies, another copy does the block without the
    operator that killed it, and no earlier result is lost.
    """

    follower: _Follower
    operators: Sequence[Any]
    composites: Set[str]
    device: str

    def all(self, start: int = 0) -> dict[str, Any]:
        """Return the paths by composite: those of this process, and those of all blocks from `start`."""
        skipped: set[int] = set()
        while True:
            results = apart(partial(self._block, start, skipped))
            if results and isinstance(results[-1], dict):
                if "why" in results[-1]:
                    raise SuiteUnavailableError(f"composites cannot be followed: {results[-1]['why']}")
                return dict(results[-1])
            died_of = start + len(results)
            if died_of >= min(start + BLOCK, len(self.operators)):
                raise SuiteUnavailableError("composites cannot be followed: a copy of this process was killed")
            skipped.add(died_of)

    def _block(self, start: int, skipped: Set[int], send: Callable[[Any], None]) -> None:
        for number in range(start, min(start + BLOCK, len(self.operators))):
            for call in () if number in skipped else _calls(self.operators[number], self.device):
                self.follower.watch(call)
            send(number)
        if start + BLOCK < len(self.operators):
            send(self.all(start + BLOCK))
            return
        self._reach_others()
        paths = self.follower.paths
        send({name: [(sorted(one.calls), one.whole) for one in paths[name]] for name in sorted(paths)})

    def _reach_others(self) -> None:
        missing = [name for name in sorted(self.composites) if not self.follower.finished(name)]
        while missing:
            tried = apart(partial(self._try, missing))
            for name, paths in zip(missing, tried, strict=False):
                seen = {CompositeCall(frozenset(calls), whole) for calls, whole in paths}
                self.follower.paths.setdefault(name, set()).update(seen)
            missing = missing[len(tried) + 1 :]  # without the one that it died of

    def _try(self, names: Sequence[str], send: Callable[[Any], None]) -> None:
        for name in names:
            send(_tried(name, self.follower, self.device))


def _tried(name: str, follower: _Follower, device: str) -> list[tuple[list[str], bool]]:
    """Return the paths of one composite, called until a call returns."""
    for call in _variants(name, follower, device):
        follower.watch(call)
        if follower.finished(name):
            break
    return [(sorted(path.calls), path.whole) for path in follower.paths.get(name, ())]


def apart(work: Callable[[Callable[[Any], None]], object]) -> list[Any]:
    """Yield the results of `work`, in JSON, from a copy of this process, until it ends or dies."""
    receiving, sending = os.pipe()
    if (child := os.fork()) == 0:
        try:
            os.close(receiving)
            with os.fdopen(sending, "w") as pipe:

                def send(message: Any) -> None:
                    print(json.dumps(message), file=pipe, flush=True)

                try:
                    work(send)
                except Exception as error:
                    send({"why": describe(error)})
        finally:
            os._exit(0)  # nothing of the process that this is a copy of goes on in it; one that nobody reads ends here
    os.close(sending)
    with os.fdopen(receiving) as pipe:
        results = [json.loads(line) for line in pipe]
    os.waitpid(child, 0)
    return results


class _Follower(TorchDispatchMode):  # type: ignore[misc]  # PyTorch is not installed where types are checked
    """A dispatch mode that records the operators that composites call, down to operators that are no composites."""

    def __init__(self, composites: Set[str]) -> None:
        super().__init__()
        self.paths: dict[str, set[CompositeCall]] = {}
        self.passed: dict[str, list[dict[str, Any]]] = {}  # arguments by the name that variants share
        self._composites = composites
        self._open: list[set[str]] = []  # calls of the composites that are running

    def watch(self, call: Callable[[], Any]) -> None:
        """Make a call and record the composites in it. It may raise anything."""
        self._open = []
        # Above autograd, a composite would be taken apart before a mode sees it.
        with ExitStack() as stack:
            stack.enter_context(torch._C._AutoDispatchBelowAutograd())
            stack.enter_context(self)
            try:
                call()
            except Exception:  # arguments that do not fit, a value that is not there: what was seen stands
                return

    def finished(self, name: str) -> bool:
        """Return whether a call of a composite returned."""
        return any(path.whole for path in self.paths.get(name, ()))

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        del types
        kwargs = kwargs or {}
        namespace, _, name = func.name().partition("::")
        if func is torch.ops.prim.device.default:  # called from C++; no operator of a backend
            return getattr(args[0], "fake_device", None) or args[0].device
        if namespace != "aten":
            return func(*args, **kwargs)
        if self._open:
            self._open[-1].add(name)
        if name in VALUES:
            return VALUES[name](*args)
        args = _tensors(func, args)
        self._remember(func, name, args, kwargs)
        key = _key(func) if name in self._composites else None
        if key is None or len(self._open) > DEEPEST:
            return _pretended(func, args, kwargs)
        self._open.append(set())
        whole = False
        try:
            with self:
                result = func._op_dk(key, *args, **kwargs)
            whole = True
        except Exception:  # any: how far it came is known
            result = None
        self.paths.setdefault(name, set()).add(CompositeCall(frozenset(self._open.pop()), whole))
        return result if whole else _pretended(func, args, kwargs)

    def _remember(self, func: Any, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        kept = self.passed.setdefault(_stem(name), [])
        if len(kept) < REMEMBERED:
            named = {one.name: value for one, value in zip(func._schema.arguments, args, strict=False)}
            kept.append({**named, **kwargs})


def _pretended(func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Return the result of an operator as far as its shape is known; on failure, the argument that it writes into."""
    try:
        return func(*args, **kwargs)
    except Exception:
        named = zip(func._schema.arguments, args, strict=False)
        written = [value for one, value in named if one.alias_info is not None and one.alias_info.is_write]
        written += [kwargs[one.name] for one in func._schema.arguments if one.is_out and one.name in kwargs]
        if len(written) != 1 or len(func._schema.returns) != 1:
            raise
        return written[0]


def _tensors(func: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the arguments with a tensor for each number that stands for one: a mode gets scalar tensors as numbers."""
    kinds = [_kind(one) for one in func._schema.arguments]
    return tuple(
        torch.tensor(value)
        if kind in ("Tensor", "Optional[Tensor]") and isinstance(value, bool | int | float | complex)
        else value
        for value, kind in zip(args, kinds, strict=False)
    )


def _key(func: Any) -> Any:
    """Return the dispatch key of an operator's composite kernel; None where this build has none."""
    keys = (getattr(torch._C.DispatchKey, name) for name in COMPOSITE_KEYS)
    return next((key for key in keys if func.has_kernel_for_dispatch_key(key)), None)


def _stem(name: str) -> str:
    """Return the common name of the variants of an operator: `abs` for `abs`, `abs_` and `abs.out`."""
    return name.partition(".")[0].strip("_")


def _calls(operator: Any, device: str) -> Iterator[Callable[[], Any]]:
    """Yield calls of an operator of the database, as function, method and in place, on a device that is not present."""

    def moved(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return torch.empty_strided(value.size(), value.stride(), dtype=value.dtype, device=device)
        return torch.device(device) if isinstance(value, torch.device) else value

    def call(variant: Callable[..., Any], sample: Any) -> None:
        _call(variant, sample.transform(moved), device)

    for number, sample in enumerate(_samples(operator)):
        yield partial(call, operator.op, sample)
        for variant in (operator.inplace_variant, operator.method_variant):
            if variant is not None and number < VARIED:
                yield partial(call, variant, sample)


def _samples(operator: Any) -> Iterator[Any]:
    """Yield the first samples of an operator, on the CPU.

    The database draws them from the generators of three libraries.
    """
    supported = operator.supported_dtypes("cpu")
    for dtype in [one for name in DTYPES if (one := getattr(torch, name)) in supported][:1]:
        torch.manual_seed(SEED)
        np.random.seed(SEED)
        random.seed(SEED)
        samples: list[Any] = []
        # A sample that this build cannot make is the last of its dtype.
        with suppress(Exception), torch._subclasses.fake_tensor.unset_fake_temporarily():
            samples += itertools.islice(operator.sample_inputs("cpu", dtype), SAMPLES)
        yield from samples


def _call(variant: Callable[..., Any], sample: Any, device: str) -> Any:
    moved = {"device": torch.device(device)} if sample.kwargs.get("device") else {}
    return variant(sample.input, *sample.args, **{**sample.kwargs, **moved})


def _variants(name: str, follower: _Follower, device: str) -> Iterator[Callable[[], Any]]:
    """Yield calls of one operator, with its variants' arguments and with arguments by its schema."""
    packet, _, overload = name.partition(".")
    operator = getattr(getattr(torch.ops.aten, packet, None), overload or "default", None)
    if operator is None:  # in the list of operators, and not in this build
        return
    plain = _Maker(device, SHAPES[0], torch.float32, options=False)
    for given in [*follower.passed.get(_stem(name), ())]:
        yield partial(_call_with, operator, given, plain)
    for shape, dtype, options in itertools.product(SHAPES, TRIED_DTYPES, (False, True)):
        yield partial(_call_with, operator, {}, _Maker(device, shape, getattr(torch, dtype), options))


def _call_with(operator: Any, given: Mapping[str, Any], maker: _Maker) -> Any:
    """Call an operator with the given arguments that fit it, and made ones for the others."""
    positional, named = [], {}
    for one in operator._schema.arguments:
        if one.name in given and not one.is_out and _suits(given[one.name], _kind(one)):
            value = given[one.name]
        elif one.has_default_value():
            value = one.default_value
        else:
            value = maker.make(one)
        if one.kwarg_only:
            named[one.name] = value
        else:
            positional.append(value)
    return operator(*positional, **named)


def _kind(argument: Any) -> str:
    """Return the type of an argument in its schema: `SymInt`, where `type` is `int` for both."""
    return str(getattr(argument, "real_type", argument.type))


def _suits(value: Any, kind: str) -> bool:
    """Return whether a value can be an argument of this type, as far as tensors and numbers differ."""
    if kind in ("Tensor", "Optional[Tensor]"):
        return isinstance(value, torch.Tensor) or (value is None and kind != "Tensor")
    if kind in ("number", "Scalar", "int", "SymInt", "float", "bool"):
        return isinstance(value, bool | int | float | complex)
    return not isinstance(value, torch.Tensor)


@dataclass(frozen=True)
class _Maker:
    """A maker of arguments by their types. `options` is whether optional ones are made too."""

    device: str
    shape: tuple[int, ...]
    dtype: torch.dtype
    options: bool

    def make(self, argument: Any) -> Any:
        """Return a value for an argument without a default. Raises TypeError for a type that has none here."""
        kind = _kind(argument)
        if kind.startswith("Optional["):
            if not self.options:
                return None
            kind = kind.removeprefix("Optional[").removesuffix("]")
        few = argument.N or 1
        sizes = [*self.shape] if "size" in argument.name or "shape" in argument.name else [1] * few
        values: dict[str, Callable[[], Any]] = {
            "Tensor": lambda: self._tensor((0,) if argument.is_out else self.shape),
            "List[Tensor]": lambda: [self._tensor(self.shape), self._tensor(self.shape)],
            "List[Optional[Tensor]]": lambda: [torch.empty(1, dtype=torch.int64, device=self.device)],
            **dict.fromkeys(("number", "Scalar", "int", "SymInt"), lambda: 1),
            "float": lambda: 0.5,
            "bool": lambda: False,
            **dict.fromkeys(("List[int]", "List[SymInt]"), lambda: sizes),
            "List[float]": lambda: [0.5] * few,
            "List[bool]": lambda: [True] * few,
            **dict.fromkeys(("List[number]", "List[Scalar]"), lambda: [1, 1]),
            "str": lambda: "mean",
            "Device": lambda: torch.device(self.device),
            "ScalarType": lambda: self.dtype,
            "Layout": lambda: torch.strided,
            "MemoryFormat": lambda: torch.contiguous_format,
        }
        if kind not in values:
            raise TypeError(f"nothing is made for a {kind}")
        return values[kind]()

    def _tensor(self, shape: tuple[int, ...]) -> torch.Tensor:
        return torch.empty(shape, dtype=self.dtype, device=self.device)
