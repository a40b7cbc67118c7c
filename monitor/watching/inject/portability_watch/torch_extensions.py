"""Record that a program builds kernels of its own with PyTorch's extension builder."""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any

from torch.utils import cpp_extension

if TYPE_CHECKING:
    from collections.abc import Callable

    from .recorder import Recorder

BUILDERS = ("load", "load_inline", "CUDAExtension")


def watch(recorder: Recorder) -> None:
    """Watch the functions that build extensions."""
    for name in BUILDERS:
        setattr(cpp_extension, name, _recorded(recorder, name))


def _recorded(recorder: Recorder, name: str) -> Callable[..., Any]:
    original: Callable[..., Any] = getattr(cpp_extension, name)

    @functools.wraps(original)
    def build(*args: Any, **kwargs: Any) -> Any:
        recorder.use(f"torch.utils.cpp_extension.{name}", recorder.caller(sys._getframe(1)))
        return original(*args, **kwargs)

    return build
