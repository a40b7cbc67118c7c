"""Independent results for the samples of PyTorch's operator database.

An operator has up to four references: `ref` of its database entry, in NumPy; a definition of ours; PyTorch's own
reference in Python; and the operator itself with its kernels replaced by their decompositions. A reference that refuses
a sample is left out.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import torch

from monitor.suite.operators.decompositions import Decomposing
from monitor.suite.operators.definitions import DEFINITIONS
from monitor.suite.oracle import FetchedTensor, leaves, with_open_dtypes
from monitor.suite.torch.device import fetch
from monitor.suite.torch.meta import tensors_of

Results = list[Any]
Reference = Callable[[Any], Results]  # takes a sample whose tensors are in double precision

# Names of arguments in NumPy, by the class of the entry in the database.
REDUCTION = {"dim": "axis", "keepdim": "keepdims"}


# Operators whose `ref` in the database means something else: it takes a dimension or a correction in another way.
OTHER_REF = {"addbmm", "std", "var", "fft.ihfft2"}

# Operators that take integers in another way than NumPy: their first step wraps, or their poles differ.
OTHER_INTEGERS = {"trapz", "trapezoid", "cumulative_trapezoid", "nn.functional.pairwise_distance", "polygamma"}


def references(operator: Any, *, inexact: bool) -> Iterator[Reference]:
    """Yield the references of an operator.

    `inexact` is whether it returns floating numbers for integers: NumPy's sine of int8 has half precision.
    """
    if inexact and operator.name in OTHER_INTEGERS:
        return
    if operator.ref is not None and operator.full_name not in OTHER_REF:
        yield lambda sample: _in_numpy(operator, operator.ref, sample, inexact=inexact)
    if definition := DEFINITIONS.get(operator.full_name):
        yield lambda sample: _in_numpy(operator, definition, sample, inexact=inexact)
    if written := _written_in_python().get((operator.name, operator.variant_test_name)):
        yield lambda sample: _in_torch(written, sample)
    yield lambda sample: _decomposed(operator, sample)


def _in_numpy(operator: Any, function: Callable[..., Any], sample: Any, *, inexact: bool) -> Results:
    given = sample.transform(_as_wide_array if inexact else _as_array)
    renamed = _renamed(operator)
    kwargs = {
        renamed.get(name, name): tuple(value) if isinstance(value, list) and renamed else value
        for name, value in given.kwargs.items()
    }
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = function(given.input, *given.args, **kwargs)
    return [_as_tensor(leaf) for leaf in leaves(results)]


def _renamed(operator: Any) -> dict[str, str]:
    kind = type(operator).__name__
    if kind == "SpectralFuncInfo":
        return {"dim": "axis" if operator.ndimensional.name == "OneD" else "axes"}
    return REDUCTION if kind == "ReductionOpInfo" else {}


def _as_array(value: Any) -> Any:
    if isinstance(value, torch.dtype):
        return np.dtype(str(value).removeprefix("torch.").replace("bfloat16", "float32"))
    return fetch(value).values.copy() if isinstance(value, torch.Tensor) else value


def _as_wide_array(value: Any) -> Any:
    array = _as_array(value)
    return array.astype(np.int64) if isinstance(array, np.ndarray) and array.dtype.kind in "iub" else array


def _as_tensor(leaf: Any) -> Any:
    if leaf is None:  # this result is not unique
        return None
    if isinstance(leaf, np.ndarray | np.generic | float | int | complex):
        return FetchedTensor(np.asarray(leaf), "")
    raise TypeError(f"a reference returned {type(leaf).__name__}")


def _in_torch(function: Callable[..., Any], sample: Any) -> Results:
    results = function(sample.input, *sample.args, **sample.kwargs)
    fetched = [fetch(leaf) for leaf in leaves(results) if isinstance(leaf, torch.Tensor)]
    return with_open_dtypes(fetched)


def _decomposed(operator: Any, sample: Any) -> Results:
    own = sample.transform(lambda value: value.clone() if isinstance(value, torch.Tensor) else value)
    if not _is_inexact(own):
        raise LookupError("a decomposition rounds to integers in its own way")
    with Decomposing() as steps:
        results = _in_torch(operator, own)
    if not steps.independent:
        raise LookupError("a kernel of the operator has no decomposition")
    return results


def _is_inexact(sample: Any) -> bool:
    return any(tensor.is_floating_point() or tensor.is_complex() for tensor in tensors_of(sample))


@cache
def _written_in_python() -> dict[tuple[str, str], Callable[..., Any]]:
    """Return PyTorch's references in Python, by the name and variant of the operator."""
    from torch.testing._internal.common_methods_invocations import python_ref_db

    found = {}
    for one in python_ref_db:
        state = vars(one)
        variant = state.get("torch_opinfo_variant_name") or ""
        found[state.get("torch_opinfo_name", ""), variant] = one.op
    return found
