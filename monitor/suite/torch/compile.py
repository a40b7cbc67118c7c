"""Compile the call of a check for a GPU that is not present, by Inductor.

The call is traced whole, on tensors that have no values. Where it needs values, it runs on the CPU, and each operator
that it runs is compiled by itself, as `torch.compile` compiles the parts between graph breaks. Calls that Inductor
passes to ATen are looked up in the build's table of kernels.
"""

from __future__ import annotations

import copy
import importlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils import _pytree as pytree
from torch.utils._python_dispatch import TorchDispatchMode

from monitor.formats.error_text import describe
from monitor.model import Compiled, Mode, Outcome, Stage
from monitor.suite.check_protocol import CaseCheck, InputError
from monitor.suite.export import StageError, report_stage
from monitor.suite.operators.variants import InPlaceCheck
from monitor.suite.oracle import leaves
from monitor.suite.torch.aten_kernels import AtenCall, AtenKernels, declared_dtypes, listed, registered_entries
from monitor.suite.torch.device import TorchDevice
from monitor.suite.torch.graphs import NoKernelError, trace
from monitor.suite.torch.inductor import CompiledGraph, DescribedGpu, InductorCompiler, described_device
from monitor.suite.torch.opinfo import DATABASE
from monitor.suite.worker import checks_of

OPERATORS = "opinfo"  # the suite of PyTorch's operator database

# Derivatives are traced on the CPU: PyTorch's engine for them wants a GPU that it can open.
DERIVATIVES = frozenset(Mode) - {Mode.EAGER, Mode.COMPILED}

# Operators that PyTorch chooses for the CPU alone, by their names.
FOR_THE_CPU = re.compile(r"_for_cpu|mkldnn|onednn|fbgemm|_cpu\b")

# Operators that move data, or read a value: Inductor does not compile them.
MOVES = frozenset({"aten._local_scalar_dense.default", "aten._to_copy.default", "aten.detach.default"})

# Messages of steps that use a GPU while it compiles. This host has none, and a wheel for the CPU no kernel.
NEEDS_GPU = re.compile(r"from the '\w*CUDA' backend|Cannot access accelerator device|dispatch key DispatchKey.CUDA")

# Messages of a call about the device of its tensors, or about their values as an array of NumPy. On the CPU it would
# not fail, on the GPU it may.
OF_DEVICES = re.compile(r"\bCPU tensors?\b|on CPU\b|cuda:0|different devices|\.numpy\(\) is", re.IGNORECASE)

# Functions that manage a GPU, which only the description of one answers here.
MANAGEMENT = ("torch.cuda.", "torch.accelerator.")

# Refusals by Triton and by Inductor. Every other exception is an error.
REFUSALS = re.compile(
    r"not supported|unsupported|not implemented|doesn't support|does not support|only supported", re.IGNORECASE
)
TRITON = re.compile(r"CompilationError|OutOfResources|PTXASError|NoTritonConfigsError|triton")


class _DescribedDevice(TorchDevice):
    """PyTorch on the described GPU, or on the CPU in its place. A compiled call compiles its graphs when it runs."""

    def __init__(self, name: str, facts: dict[str, str], compiler: InductorCompiler) -> None:
        with described_device():
            super().__init__(name)
        self._facts = facts
        self._compiler = compiler
        self.captured = CompiledGraph()  # from the graphs of compiled calls

    def environment(self) -> dict[str, str]:
        return {"torch.threads": str(torch.get_num_threads()), **self._facts}

    def refusal(self, error: BaseException) -> Outcome | None:
        return Outcome.BLOCKED if NEEDS_GPU.search(str(error)) else super().refusal(error)

    def compiled(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def compile_graph(graph: Any, inputs: list[Any]) -> Callable[..., Any]:
            report_stage(Stage.COMPILE)
            self.captured += self._compiler.compile(copy.deepcopy(graph), inputs)
            report_stage(Stage.TRACE)
            function: Callable[..., Any] = graph.forward
            return function

        torch._dynamo.reset()
        self.captured = CompiledGraph()
        function: Callable[..., Any] = torch.compile(call, fullgraph=True, dynamic=False, backend=compile_graph)
        return function


class TorchCompiler:
    """PyTorch with the compiler of one described GPU."""

    def __init__(self, device: str, configuration: str, *, with_tables: bool = True) -> None:
        """Open the compiler. Raises DeviceUnavailableError and SuiteUnavailableError.

        Without the tables of kernels, no call to ATen passes.
        """
        import triton

        entries = registered_entries() if with_tables else {}  # before `torch.cuda` describes the GPU
        gpu = DescribedGpu.from_text(configuration)
        self._inductor = InductorCompiler(gpu)
        dtypes = declared_dtypes(str(gpu.architecture)) if with_tables else {}
        self._kernels = AtenKernels(entries, dtypes)
        facts = {"compiler.device": gpu.properties.name, "compiler.platform": f"triton {triton.__version__}"}
        self.device = _DescribedDevice(device, facts, self._inductor)
        self._host = _DescribedDevice("cpu", facts, self._inductor)
        self._operators: dict[str, CompiledGraph | Exception] = {}

    def checks(self, suite: str) -> dict[str, CaseCheck]:
        """Return the checks of a suite that can be compiled, by id. Raises SuiteUnavailableError."""
        if suite != OPERATORS:
            return checks_of(self.device, suite)
        importlib.import_module(DATABASE)  # its own tensors have values
        with described_device():  # the database asks for a tensor on the GPU
            return {name: check for name, check in checks_of(self.device, suite).items() if _shows_refusals(check)}

    def compile(self, check: CaseCheck) -> tuple[Compiled, str]:
        """Return the figures of the compiler, and notes in a line. Raises StageError."""
        if check.function.startswith(MANAGEMENT):
            raise StageError(Stage.TRACE, Outcome.BLOCKED, "on this host: manages a GPU, and none is here")
        try:
            found, notes = self._found(check)
        except StageError as refused:
            raise (refused if check.mode is Mode.COMPILED else _of_eager(refused)) from refused
        if refusal := self._kernels.refusal(found.calls):
            raise StageError(Stage.LOWER, *refusal)
        figures = Compiled(programs=found.kernels, seconds=found.seconds, code=found.code if found.kernels else None)
        if found.calls:
            notes.append(listed(found.calls))
        return figures, "; ".join(notes)

    def _found(self, check: CaseCheck) -> tuple[CompiledGraph, list[str]]:
        """Compile a call as one graph, or else each of its operators. Return notes too. Raises StageError."""
        try:
            found = self._whole(check)
            return found, [] if found.on_gpu else ["runs on the host"]
        except StageError:
            raise
        except InputError as error:
            raise StageError(Stage.TRACE, Outcome.BLOCKED, f"on this host: {describe(error)}") from error
        except Exception as error:
            if OF_DEVICES.search(str(error)):
                raise self._of_devices(error) from error
            return self._by_operator(check, error), ["each operator by itself"]

    def _whole(self, check: CaseCheck) -> CompiledGraph:
        """Compile a call as one graph. Raises StageError, and what the call raises without values."""
        if check.mode is Mode.COMPILED:
            return self._captured(check)
        derives = check.mode in DERIVATIVES
        with described_device():
            graph, inputs = trace(_tensors_of(check.prepare(self._host if derives else self.device)))
            if derives:
                _move(graph)
                inputs = [_moved(value) for value in inputs]
            return self._compile(graph, inputs)

    def _of_devices(self, error: Exception) -> StageError:
        """Return the failure of a call that refuses a device; only a wrong type is known to be the GPU's refusal."""
        if isinstance(error, TypeError):
            return StageError(Stage.TRACE, self.device.refusal(error) or Outcome.ERROR, describe(error))
        return StageError(Stage.TRACE, Outcome.BLOCKED, f"on this host: {describe(error)}")

    def _captured(self, check: CaseCheck) -> CompiledGraph:
        """Compile the graphs that `torch.compile` captures of a call. Raises StageError."""
        try:
            with described_device():
                check.prepare(self.device)()
        except torch._dynamo.exc.BackendCompilerFailed as error:
            raise _refused(error) from error
        except Exception as error:
            raise StageError(Stage.TRACE, self.device.refusal(error) or Outcome.ERROR, describe(error)) from error
        return self.device.captured

    def _compile(self, graph: torch.fx.GraphModule, inputs: Sequence[Any]) -> CompiledGraph:
        report_stage(Stage.COMPILE)
        try:
            return self._inductor.compile(graph, inputs)
        except Exception as error:
            raise _refused(error) from error
        finally:
            report_stage(Stage.TRACE)

    def _by_operator(self, check: CaseCheck, untraced: Exception) -> CompiledGraph:
        """Run a call that cannot be traced whole on the CPU, and compile each of its operators. Raises StageError."""
        recorder = _Recorder()
        try:
            call = check.prepare(self._host)
            with recorder:
                call()
        except Exception as error:
            if self._fails_alike(check, untraced):
                outcome = self.device.refusal(error) or Outcome.ERROR
                raise StageError(Stage.TRACE, outcome, describe(error)) from error
            message = f"cannot be traced ({describe(untraced)}), nor run on this host: {describe(error)}"
            raise StageError(Stage.TRACE, Outcome.BLOCKED, message) from error
        total = CompiledGraph()
        for key, recorded in recorder.calls.items():
            _refuse_for_the_cpu(recorded.function)
            if key not in self._operators:
                self._operators[key] = self._one_operator(recorded)
            found = self._operators[key]
            if isinstance(found, Exception):
                raise found
            total += found
        return total

    def _fails_alike(self, check: CaseCheck, untraced: Exception) -> bool:
        """Return whether a call fails on the CPU with the same message as without values."""
        try:
            check.prepare(self._host)()
        except Exception as error:
            return str(error) == str(untraced)
        return False

    def _one_operator(self, recorded: _Recorded) -> CompiledGraph | Exception:
        """Return the figures of an operator, or its refusal. It is a call to ATen if it needs values itself."""
        function, args, kwargs = recorded.function, recorded.args, recorded.kwargs
        first = next((leaf for leaf in pytree.tree_leaves(args) if isinstance(leaf, _Kind | torch.Tensor)), None)
        passed_on = CompiledGraph(
            calls={AtenCall.to(function, None if first is None else first.dtype, sparse=recorded.sparse)}
        )
        if recorded.sparse:  # Inductor compiles none of these
            return passed_on
        with described_device():
            try:
                args, kwargs = pytree.tree_map(_moved, (args, kwargs))
                graph, inputs = trace(_tensors_of(lambda: function(*args, **kwargs)))
            except Exception as error:
                # Other types are refusals of the tensors without values.
                if type(error) is RuntimeError and self.device.refusal(error) is Outcome.UNSUPPORTED:
                    return StageError(Stage.TRACE, Outcome.UNSUPPORTED, describe(error))
                return passed_on
            try:
                return self._compile(graph, inputs)
            except StageError as refused:
                # Without a kernel of Inductor, such as for an allocation, it is a call to ATen.
                return passed_on if isinstance(refused.__cause__, NoKernelError) else refused


@dataclass(frozen=True)
class _Recorded:
    """An operator and its arguments, with `_Kind` in the place of dense tensors."""

    function: Any
    args: Any
    kwargs: Any
    sparse: bool


class _Recorder(TorchDispatchMode):  # type: ignore[misc]  # PyTorch is not installed where types are checked
    """Records the operators that a call runs, once for each kind of arguments."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: dict[str, _Recorded] = {}

    def __torch_dispatch__(self, function: Any, _: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        key = f"{function} {pytree.tree_map(_kind, (args, kwargs))}"
        given, named = pytree.tree_map(_described, (args, kwargs))  # before an operator changes its arguments
        result = function(*args, **kwargs)
        if not function.is_view and str(function) not in MOVES:
            sparse = any(_is_sparse(leaf) for leaf in pytree.tree_leaves((args, kwargs, result)))
            self.calls.setdefault(f"{key} {sparse}", _Recorded(function, given, named, sparse))
        return result


def _is_sparse(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.layout is not torch.strided


class _Kind:
    """The shape, the strides and the dtype of a tensor, in the place of the tensor."""

    def __init__(self, tensor: torch.Tensor) -> None:
        self.size, self.stride, self.dtype = tuple(tensor.size()), tensor.stride(), tensor.dtype

    def __repr__(self) -> str:
        return f"{self.dtype}{list(self.size)}{list(self.stride)}"


def _kind(value: Any) -> Any:
    return _Kind(value) if isinstance(value, torch.Tensor) else value


def _described(value: Any) -> Any:
    return _Kind(value) if isinstance(value, torch.Tensor) and value.layout is torch.strided else value


def _shows_refusals(check: CaseCheck) -> bool:
    """Return whether a check of the database is a plain call of an operator or a method.

    A gradient has not been compared with executed results yet. An in-place check expects some calls to raise, and would
    hide a refusal. A compiled call is the program of the eager one.
    """
    return check.mode is Mode.EAGER and not isinstance(check, InPlaceCheck)


def _moved(value: Any) -> Any:
    """Return a value with the described GPU in the place of the CPU."""
    if isinstance(value, torch.device):
        return torch.device("cuda", 0) if value.type == "cpu" else value
    if isinstance(value, torch.Generator):
        return None
    if isinstance(value, _Kind):
        return torch.empty_strided(value.size, value.stride, dtype=value.dtype, device="cuda")
    if isinstance(value, torch.Tensor) and value.device.type == "cpu" and value.layout is torch.strided:
        return torch.empty_strided(value.size(), value.stride(), dtype=value.dtype, device="cuda")
    return value


def _move(graph: torch.fx.GraphModule) -> None:
    """Move a graph that was traced on the CPU to the GPU. Raises StageError for an operator of the CPU alone."""
    for node in graph.graph.nodes:
        if node.op == "call_function":
            _refuse_for_the_cpu(node.target)
            node.args, node.kwargs = pytree.tree_map(_moved, (node.args, node.kwargs))
            node.meta["val"] = pytree.tree_map(_moved, node.meta.get("val"))
    graph.recompile()


def _tensors_of(call: Callable[[], Any]) -> Callable[[], list[torch.Tensor]]:
    return lambda: [leaf for leaf in leaves(call()) if isinstance(leaf, torch.Tensor)]


def _refuse_for_the_cpu(function: Any) -> None:
    if FOR_THE_CPU.search(str(function)):
        message = f"on this host: PyTorch chooses {function}, which GPUs do not have"
        raise StageError(Stage.TRACE, Outcome.BLOCKED, message)


def _of_eager(refused: StageError) -> StageError:
    """Return the failure of an eager call that Inductor or Triton refuses: it takes ATen's kernels, not theirs."""
    if refused.stage is Stage.TRACE or refused.outcome is Outcome.BLOCKED:
        return refused
    message = f"torch.compile refuses it, and the eager call was not compiled: {refused}"
    return StageError(refused.stage, Outcome.BLOCKED, message)


def _refused(error: Exception) -> StageError:
    """Return the refusal that an exception of Inductor or Triton means."""
    cause = getattr(error, "inner_exception", None) or error
    while cause.__cause__ is not None and not TRITON.search(type(cause).__module__):
        cause = cause.__cause__
    words = f"{type(cause).__module__} {type(cause).__name__} {cause}"
    stage = Stage.COMPILE if TRITON.search(words) else Stage.LOWER
    if isinstance(cause, NoKernelError) or NEEDS_GPU.search(str(cause)):
        return StageError(stage, Outcome.BLOCKED, f"on this host: {describe(cause)}")
    outcome = Outcome.UNSUPPORTED if REFUSALS.search(str(cause)) else Outcome.ERROR
    return StageError(stage, outcome, describe(cause))
