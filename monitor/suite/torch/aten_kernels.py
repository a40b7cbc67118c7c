"""Look up the calls that Inductor passes to ATen: registered kernels for GPUs, and the dtypes that PyTorch declares.

Both come from the build: its table of kernels (`monitor.suite.torch.kernels`) has no dtypes, and its operator database
declares the dtypes of each operator on a GPU, which PyTorch's own tests verify. Wheels for AMD register their kernels
under the same key as those for NVIDIA.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from monitor.file_lock import open_lock
from monitor.model import Outcome
from monitor.suite import kernel_entry
from monitor.suite.check_protocol import SuiteUnavailableError
from monitor.suite.kernel_entry import KernelEntry
from monitor.suite.torch import composites, kernels
from monitor.suite.torch.composites import apart
from monitor.suite.torch.meta import name_of

PLATFORM = "CUDA"
KEPT = "kernel-tables"  # the folder of the tables, in the environment of the build

# Operators whose first tensor is not the one that the database declares dtypes for.
OTHER_FIRST = frozenset({"where", "embedding", "bucketize", "searchsorted"})

# Entries of the database for operators of ATen that it lists under other names.
LISTED_AS = {"convolution": ("conv1d", "conv2d", "conv3d")}

# Operators by the operator that runs them: PyTorch's primitives, which Inductor calls for dtypes that it does not
# compile, and one whose call raises without values.
RUN_BY = {
    "_is_all_true": "all",
    "prims.convert_element_type": "_to_copy",
    "prims.device_put": "_to_copy",
    "prims.iota": "arange",
    "prims.normal": "normal_",
    "prims.rev": "flip",
}

FOR_OTHER_TENSORS = "for "  # the beginning of an entry with kernels for other kinds of tensor alone

MAX_NAMES = 4  # operators in a message


@dataclass(frozen=True)
class AtenCall:
    """A call to ATen: an overload such as `mm.out`, and the dtype of its first tensor, "" without one.

    `sparse` is whether it takes or returns a sparse tensor, for which other kernels are registered.
    """

    overload: str
    dtype: str
    sparse: bool = False

    @classmethod
    def to(cls, overload: Any, dtype: torch.dtype | None, *, sparse: bool = False) -> AtenCall:
        """Return the call of an overload of `torch.ops.aten` with a first tensor of that dtype, or without tensors."""
        name = str(overload).removeprefix("aten.").removesuffix(".default")
        name = RUN_BY.get(name, name)
        return cls(name, name_of(dtype) if dtype else "", sparse)

    @property
    def operator(self) -> str:
        return self.overload.partition(".")[0]


class AtenKernels:
    """The kernels of a build for GPUs."""

    def __init__(self, entries: dict[str, KernelEntry], dtypes: dict[str, list[str]]) -> None:
        self._entries = entries
        self._dtypes = dtypes

    def refusal(self, calls: Iterable[AtenCall]) -> tuple[Outcome, str] | None:
        """Return the outcome and the reason of the first call without a kernel, None if all have one."""
        for call in sorted(calls, key=lambda call: call.overload):
            # Inductor calls variants that are generated from the operator in place too.
            names = (call.overload, call.operator, f"{call.operator}_")
            entry = next((self._entries[name] for name in names if name in self._entries), None)
            if entry is None:
                return Outcome.BLOCKED, f"calls {call.overload}, which is not in PyTorch's table of kernels"
            for_others = entry.how.startswith(FOR_OTHER_TENSORS)
            if for_others and not call.sparse:
                return Outcome.UNSUPPORTED, f"calls aten::{call.overload}: a kernel {entry.how}"
            if call.sparse and entry.outcome is Outcome.PASS and not for_others:
                return Outcome.BLOCKED, f"calls aten::{call.overload} on sparse tensors: the table has dense ones alone"
            if entry.outcome is not Outcome.PASS:
                return entry.outcome, f"calls aten::{call.overload}: {entry.how or f'no kernel for {PLATFORM}'}"
            declared = self._declared(call.operator)
            if declared and call.dtype and call.dtype not in declared:
                return (
                    Outcome.UNSUPPORTED,
                    f"calls aten::{call.operator}: not for {call.dtype} on GPUs",
                )
        return None

    def _declared(self, operator: str) -> set[str]:
        """Return the dtypes that the database declares for an operator on a GPU, empty if it does not list it."""
        if operator in OTHER_FIRST:
            return set()
        names = LISTED_AS.get(operator, (operator, operator.lstrip("_")))
        return {dtype for name in names for dtype in self._dtypes.get(name, [])}


def listed(calls: Iterable[AtenCall]) -> str:
    """Return the message of a case that passes with calls to ATen."""
    names = sorted({f"aten::{call.operator}" for call in calls})
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    return f"calls ATen: {', '.join(names[:MAX_NAMES])}{more} (kernel registered)"


def registered_entries() -> dict[str, KernelEntry]:
    """Return the table of kernels by overload. Raises SuiteUnavailableError.

    It takes a minute, and stays in the environment of the build.
    """
    table = _kept("kernels", _read_table)
    return {name: KernelEntry(Outcome(outcome), how) for name, (outcome, how) in table.items()}


def declared_dtypes(chip: str) -> dict[str, list[str]]:
    """Return the dtypes that the database declares for GPUs, by operator of ATen. Raises SuiteUnavailableError.

    `torch.cuda` must describe the chip; the database depends on it.
    """
    dtypes: dict[str, list[str]] = _kept(f"dtypes-{chip}", _read_dtypes)
    return dtypes


def _kept(name: str, read: Callable[[Callable[[Any], None]], None]) -> Any:
    """Return what a copy of this process reads; it stays in the environment, for this version of the code."""
    folder = Path(sys.prefix, KEPT)
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-{_code_digest()}.json"
    with open_lock(folder / f"{name}.lock") as lock:
        lock.acquire()
        if not path.exists():
            results = apart(read)
            if not results or "why" in results[-1]:
                raise SuiteUnavailableError(f"{name}: {results[-1]['why'] if results else 'the process died'}")
            path.write_text(json.dumps(results[-1]))
    return json.loads(path.read_text())


def _code_digest() -> str:
    """Return a digest of the code that makes the tables."""
    files = (Path(str(module.__file__)) for module in (kernels, composites, kernel_entry))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _read_table(send: Callable[[Any], None]) -> None:
    prefix = "torch.ops.aten."
    table = kernels.kernels(PLATFORM)
    send({name.removeprefix(prefix): [entry.outcome, entry.how] for name, entry in table.items()})


def _read_dtypes(send: Callable[[Any], None]) -> None:
    if torch.version.hip:
        os.environ["PYTORCH_TEST_WITH_ROCM"] = "1"  # read when the database is imported
    from torch.testing._internal.common_methods_invocations import op_db

    dtypes: dict[str, set[str]] = {}
    for operator in op_db:
        declared = {name_of(dtype) for dtype in operator.supported_dtypes("cuda")}
        dtypes.setdefault(operator.aten_name or operator.name, set()).update(declared)
    send({name: sorted(declared) for name, declared in dtypes.items()})
