"""Record the framework calls of a watched program: `start` hooks the imports, a module for each framework the calls."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from importlib.abc import MetaPathFinder
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.machinery import ModuleSpec
    from types import ModuleType, TracebackType

from .recorder import Recorder

OLDEST_PYTHON = (3, 11)  # frames of older versions have no columns

# Modules whose import is followed by that of a hook, with the module of the hook.
HOOKS = {
    "torch": "torch_calls",
    "torch.utils.cpp_extension": "torch_extensions",
    "jax": "jax_programs",
    "tensorflow": "tensorflow_operators",
}

# Packages of kernels for one kind of hardware. `monitor.check.name_uses` and `monitor.check.hardware_rules` judge them.
KERNELS = ("triton", "cupy", "pycuda", "flash_attn", "xformers")
PALLAS = tuple(f"jax.experimental.pallas.{name}" for name in ("tpu", "triton", "mosaic_gpu"))
RECORDED = frozenset((*KERNELS, *PALLAS))


def start(folder: str) -> None:
    """Watch this process; `folder` takes the records."""
    recorder = Recorder(folder)
    if sys.version_info < OLDEST_PYTHON:
        version = sys.version.split()[0]
        recorder.write("fault", {"message": f"Python {version} is too old to be watched: 3.11 is needed"})
        return
    sys.meta_path.insert(0, _Imports(recorder))
    _record_exceptions(recorder)
    recorder.write("process", {"number": os.getpid()})


class _Imports(MetaPathFinder):
    """Records imports of kernels, and hooks a framework once it is imported."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._searching = False

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if name in HOOKS and not self._searching:
            return self._hooked(name)
        if name in RECORDED and not self._searching:
            self._record(name)
        return None

    def _record(self, name: str) -> None:
        self._searching = True
        try:
            self._recorder.imported(name, found=find_spec(name) is not None)
        except ImportError:  # of a package around it
            self._recorder.imported(name, found=False)
        finally:
            self._searching = False

    def _hooked(self, name: str) -> ModuleSpec | None:
        """Return how to import a framework, with the hook as the last step."""
        self._searching = True
        try:
            spec = find_spec(name)
        finally:
            self._searching = False
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module
        recorder = self._recorder

        def exec_module(module: ModuleType) -> None:
            execute(module)
            try:
                importlib.import_module(f"portability_watch.{HOOKS[name]}").watch(recorder)
            except Exception as error:  # the program goes on; the report states that it was not watched
                recorder.fault(f"{name} {getattr(module, '__version__', '')} cannot be watched", error)
            else:
                recorder.watched(name, module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def _record_exceptions(recorder: Recorder) -> None:
    """Record the exception that ends the program, and let Python show it as always."""
    show: Callable[..., Any] = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        frames = [(frame.filename, frame.lineno or 1) for frame in traceback.extract_tb(trace)]
        recorder.raised(kind, error, frames)
        show(kind, error, trace)

    sys.excepthook = hook
