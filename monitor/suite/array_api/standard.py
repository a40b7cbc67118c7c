"""Calls of every function of the array API standard, with the parameters that the standard names.

Source of names, parameters and sections: https://data-apis.org/array-api/2025.12/API_specification/. The reference of
a call is the same call of NumPy, whose main namespace follows the standard, or the text of `reference`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from monitor.suite.declare import BOOL, COMPLEX, DTYPE, indices, positive, tensor, uniform, values

VERSION = "2025.12"

FLOAT = ("float32", "float64")
REAL = (*FLOAT, "int32")
ALL = ("float32", "int32", "bool")
BITS = ("int32", "bool")


@dataclass(frozen=True)
class StandardCall:
    """A call of one function of the standard.

    `name` is its name in the namespace, such as `linalg.svd`, and `section` that of the standard. `text` is the call,
    an expression or statements; `xp` stands for the namespace, and `inputs` are its other names. `reference` is the
    text of the truth in NumPy, that of the call if empty. `returns` and `condition` are those of
    `monitor.suite.declare.case`.
    """

    section: str
    name: str
    text: str
    inputs: dict[str, Any]
    dtypes: tuple[str, ...]
    reference: str = ""
    returns: dict[str, str] = field(default_factory=dict)
    condition: float = 1


X, Y = tensor(3, 5), tensor(3, 5)
VECTOR, POSITIVE = tensor(12), positive(3, 5)
SQUARE = tensor(3, 3)
# Symmetric and positive definite, with distinct eigenvalues.
DEFINITE = values(4, 1, 0, 1, 6, 2, 0, 2, 9, shape=(3, 3))
REPEATED = values(3, 1, 2, 1, 3, 3)
SIGNED, UNEQUAL = (values(*some * 3, shape=(3, 5)) for some in ((1, -2, 0, 3, -2), (1, 0, 0, -3, 5)))
SORTED = values(-6, -4, -1, 0, 2, 5)
SOLVER = {"condition": 20}  # of a decomposition

# The dtype of an index is the default of the namespace, and open here.
TO_INDEX = {"returns": dict.fromkeys((*ALL, "float64"), "")}
TO_COMPLEX = {"returns": {"float32": "complex64", "float64": "complex128"}}
TO_REAL = {"returns": {"complex64": "float32", "complex128": "float64"}}


def _calls(section: str, *calls: tuple[Any, ...]) -> tuple[StandardCall, ...]:
    """Return calls of one section; each is a name, a text, inputs, dtypes, and a reference or options."""
    found = []
    for name, text, inputs, dtypes, *rest in calls:
        options: dict[str, Any] = {}
        for option in rest:
            options |= {"reference": option} if isinstance(option, str) else option
        found.append(StandardCall(section, name, text, inputs, dtypes, **options))
    return tuple(found)


def _unary(names: str, spec: Any, dtypes: tuple[str, ...]) -> tuple[StandardCall, ...]:
    """Return the call of elementwise functions of one array."""
    return _calls("elementwise", *((name, f"xp.{name}(x)", {"x": spec}, dtypes) for name in names.split()))


def _binary(names: str, second: Any, dtypes: tuple[str, ...], first: Any = X) -> tuple[StandardCall, ...]:
    """Return the call of elementwise functions of two arrays."""
    inputs = {"x1": first, "x2": second}
    return _calls("elementwise", *((name, f"xp.{name}(x1, x2)", inputs, dtypes) for name in names.split()))


CREATION = _calls(
    "creation",
    ("arange", "xp.arange(2, 11, 3, dtype=dtype)", {"dtype": DTYPE}, REAL),
    ("asarray", "xp.asarray([[1, 2], [3, 4]], dtype=dtype)", {"dtype": DTYPE}, REAL),
    ("empty", "tuple(xp.empty((2, 3), dtype=dtype).shape)", {"dtype": DTYPE}, REAL, "(2, 3)"),
    ("empty_like", "tuple(xp.empty_like(x).shape)", {"x": X}, REAL, "(3, 5)"),
    ("eye", "xp.eye(3, 4, k=1, dtype=dtype)", {"dtype": DTYPE}, REAL),
    ("from_dlpack", "xp.from_dlpack(x)", {"x": X}, REAL, "x"),
    ("full", "xp.full((2, 3), 7, dtype=dtype)", {"dtype": DTYPE}, REAL),
    ("full_like", "xp.full_like(x, 7)", {"x": X}, REAL),
    ("linspace", "xp.linspace(-1, 2, 7, dtype=dtype)", {"dtype": DTYPE}, FLOAT),
    ("meshgrid", "list(xp.meshgrid(x, y, indexing='ij'))", {"x": tensor(3), "y": tensor(4)}, REAL),
    ("ones", "xp.ones((2, 3), dtype=dtype)", {"dtype": DTYPE}, REAL),
    ("ones_like", "xp.ones_like(x)", {"x": X}, REAL),
    ("tril", "xp.tril(x, k=1)", {"x": X}, REAL),
    ("triu", "xp.triu(x, k=-1)", {"x": X}, REAL),
    ("zeros", "xp.zeros((2, 3), dtype=dtype)", {"dtype": DTYPE}, REAL),
    ("zeros_like", "xp.zeros_like(x)", {"x": X}, REAL),
)

DATA_TYPES = _calls(
    "data types",
    ("astype", "xp.astype(x, xp.int32)", {"x": X}, FLOAT, {"returns": dict.fromkeys(FLOAT, "int32")}),
    ("can_cast", "[xp.can_cast(xp.int32, xp.int64), xp.can_cast(xp.float64, xp.float32)]", {}, ()),
    (
        "finfo",
        "i = xp.finfo(xp.float32); return [i.bits, *map(float, (i.eps, i.max, i.min, i.smallest_normal))]",
        {},
        (),
    ),
    ("iinfo", "i = xp.iinfo(xp.int32); return [i.bits, i.max, i.min]", {}, ()),
    ("isdtype", "[xp.isdtype(xp.float32, 'real floating'), xp.isdtype(xp.int32, ('bool', xp.int64))]", {}, ()),
    ("result_type", "bool(xp.result_type(x, xp.float64) == xp.float64)", {"x": X}, FLOAT, "True"),
)

ELEMENTWISE = (
    *_unary("abs negative positive sign square", X, REAL),
    *_unary("ceil floor round trunc", X, REAL),
    *_unary("atan asinh cos cosh exp expm1 sin sinh tan tanh signbit reciprocal", X, FLOAT),
    *_unary("acos asin atanh", uniform(-0.9, 0.9, 3, 5), FLOAT),
    *_unary("acosh", uniform(1.1, 4, 3, 5), FLOAT),
    *_unary("log log1p log2 log10 sqrt", POSITIVE, FLOAT),
    *_unary("isfinite isinf isnan", X, REAL),
    *_unary("conj", X, COMPLEX),
    *_calls(
        "elementwise",
        ("imag", "xp.imag(x)", {"x": X}, COMPLEX, TO_REAL),
        ("real", "xp.real(x)", {"x": X}, COMPLEX, TO_REAL),
        ("clip", "xp.clip(x, min=-1, max=1)", {"x": X}, REAL),
        ("bitwise_invert", "xp.bitwise_invert(x)", {"x": X}, BITS),
        ("logical_not", "xp.logical_not(x)", {"x": X}, BOOL),
    ),
    *_binary("add subtract multiply maximum minimum", Y, REAL),
    *_binary("equal not_equal greater greater_equal less less_equal", UNEQUAL, REAL, SIGNED),
    *_binary("floor_divide remainder", values(*(2, -3, 4) * 5, shape=(3, 5)), REAL),
    *_binary("divide pow", POSITIVE, FLOAT, POSITIVE),
    *_binary("atan2 copysign hypot logaddexp", Y, FLOAT),
    *_binary("bitwise_and bitwise_or bitwise_xor", Y, BITS),
    *_binary("bitwise_left_shift bitwise_right_shift", indices(3, 5, below=4, dtype="int32"), BITS[:1]),
    *_binary("logical_and logical_or logical_xor", Y, BOOL),
    *_calls(
        "elementwise",
        # The reference is in double precision. In the dtype of the case, the next number is near and on the right side.
        ("nextafter", "[xp.nextafter(x1, x2), xp.nextafter(x1, x2) > x1]", {"x1": X, "x2": Y}, FLOAT, "[x1, x2 > x1]"),
    ),
)

MANIPULATION = _calls(
    "manipulation",
    ("broadcast_arrays", "list(xp.broadcast_arrays(x, y))", {"x": X, "y": tensor(5)}, REAL),
    ("broadcast_shapes", "tuple(xp.broadcast_shapes((3, 1), (1, 5)))", {}, ()),
    ("broadcast_to", "xp.broadcast_to(x, (3, 5))", {"x": tensor(5)}, REAL),
    ("concat", "xp.concat([x, y], axis=1)", {"x": X, "y": tensor(3, 2)}, REAL),
    ("expand_dims", "[xp.expand_dims(x, axis=1), xp.expand_dims(x, axis=(0, 2))]", {"x": X}, REAL),
    ("flip", "xp.flip(x, axis=1)", {"x": X}, REAL),
    ("moveaxis", "xp.moveaxis(x, 0, 2)", {"x": tensor(2, 3, 4)}, REAL),
    ("permute_dims", "xp.permute_dims(x, (-1, 0, 1))", {"x": tensor(2, 3, 4)}, REAL),
    ("repeat", "xp.repeat(x, 2, axis=1)", {"x": X}, REAL),
    ("reshape", "xp.reshape(x, (5, 3))", {"x": X}, REAL),
    ("roll", "xp.roll(x, 2, axis=1)", {"x": X}, REAL),
    ("squeeze", "xp.squeeze(x, axis=1)", {"x": tensor(3, 1, 5)}, REAL),
    ("stack", "xp.stack([x, y], axis=1)", {"x": X, "y": Y}, REAL),
    ("tile", "xp.tile(x, (2, 1))", {"x": X}, REAL),
    ("unstack", "list(xp.unstack(x, axis=1))", {"x": X}, REAL),
)

SEARCHING = _calls(
    "searching",
    ("argmax", "xp.argmax(x, axis=1, keepdims=True)", {"x": X}, FLOAT, TO_INDEX),
    ("argmin", "xp.argmin(x, axis=1, keepdims=True)", {"x": X}, FLOAT, TO_INDEX),
    ("count_nonzero", "xp.count_nonzero(x, axis=1)", {"x": X}, ALL, TO_INDEX),
    ("nonzero", "list(xp.nonzero(x))", {"x": X}, ALL, TO_INDEX),
    ("searchsorted", "[xp.searchsorted(x1, x2, side='right'), xp.searchsorted(x1, 2)]", {"x1": SORTED, "x2": VECTOR},
     REAL, TO_INDEX),
    ("where", "xp.where(condition, x1, x2)", {"condition": tensor(3, 5, dtype="bool"), "x1": X, "x2": Y}, REAL),
    ("take", "xp.take(x, indices, axis=1)", {"x": X, "indices": indices(4, below=5)}, REAL),
    ("take_along_axis", "xp.take_along_axis(x, indices, axis=1)", {"x": X, "indices": indices(3, 2, below=5)}, REAL),
)  # fmt: skip

# The order of unique values is open.
SORTED_UNIQUE = "o = xp.argsort(r.values); return [xp.take(r.values, o)"
INVERSE = "xp.take(r.values, r.inverse_indices)"
COUNTS = "xp.take(r.counts, o)"
SETS_AND_SORTING = (
    *_calls(
        "sets",
        ("isin", "xp.isin(x1, x2)", {"x1": REPEATED, "x2": values(1, 2)}, REAL),
        ("unique_all", f"r = xp.unique_all(x); {SORTED_UNIQUE}, xp.take(r.indices, o), {INVERSE}, {COUNTS}]",
         {"x": REPEATED}, REAL, TO_INDEX),
        ("unique_counts", f"r = xp.unique_counts(x); {SORTED_UNIQUE}, {COUNTS}]", {"x": REPEATED}, REAL, TO_INDEX),
        ("unique_inverse", f"r = xp.unique_inverse(x); {SORTED_UNIQUE}, {INVERSE}]", {"x": REPEATED}, REAL, TO_INDEX),
        ("unique_values", "xp.sort(xp.unique_values(x))", {"x": REPEATED}, REAL),
    ),
    *_calls(
        "sorting",
        ("argsort", "xp.argsort(x, axis=-1, descending=True)", {"x": X}, FLOAT, "np.argsort(-x, axis=-1)", TO_INDEX),
        ("sort", "xp.sort(x, axis=0, descending=True)", {"x": X}, REAL, "-np.sort(-x, axis=0)"),
    ),
)  # fmt: skip

STATISTICS = _calls(
    "statistics",
    ("cumulative_prod", "xp.cumulative_prod(x, axis=1, include_initial=True)", {"x": X}, FLOAT),
    ("cumulative_sum", "xp.cumulative_sum(x, axis=1, include_initial=True)", {"x": X}, FLOAT),
    ("max", "xp.max(x, axis=1, keepdims=True)", {"x": X}, REAL),
    ("mean", "xp.mean(x, axis=1, keepdims=True)", {"x": X}, FLOAT),
    ("min", "xp.min(x, axis=1, keepdims=True)", {"x": X}, REAL),
    ("prod", "xp.prod(x, axis=1, keepdims=True)", {"x": X}, FLOAT),
    ("std", "xp.std(x, axis=1, correction=1, keepdims=True)", {"x": X}, FLOAT),
    ("sum", "xp.sum(x, axis=1, keepdims=True)", {"x": X}, FLOAT),
    ("var", "xp.var(x, axis=1, correction=1, keepdims=True)", {"x": X}, FLOAT),
)

UTILITIES = (
    *_calls(
        "utilities",
        ("all", "xp.all(x, axis=1, keepdims=True)", {"x": X}, ALL),
        ("any", "xp.any(x, axis=1, keepdims=True)", {"x": X}, ALL),
        ("diff", "xp.diff(x, axis=1, n=2)", {"x": X}, REAL),
    ),
    *_calls(
        "inspection",
        ("__array_namespace_info__", "i = xp.__array_namespace_info__(); "
         "return ['float32' in i.dtypes(), 'boolean indexing' in i.capabilities(), 'integral' in i.default_dtypes()]",
         {}, (), "[True, True, True]"),
    ),
)  # fmt: skip

LINEAR_ALGEBRA = _calls(
    "linear algebra",
    ("matmul", "xp.matmul(x1, x2)", {"x1": X, "x2": tensor(5, 4)}, REAL),
    ("matrix_transpose", "xp.matrix_transpose(x)", {"x": tensor(2, 3, 5)}, REAL),
    ("tensordot", "xp.tensordot(x1, x2, axes=1)", {"x1": X, "x2": tensor(5, 4)}, REAL),
    ("vecdot", "xp.vecdot(x1, x2, axis=-1)", {"x1": X, "x2": Y}, REAL),
    ("linalg.cholesky", "xp.linalg.cholesky(x)", {"x": DEFINITE}, FLOAT, SOLVER),
    ("linalg.cross", "xp.linalg.cross(x1, x2, axis=-1)", {"x1": SQUARE, "x2": SQUARE}, FLOAT),
    ("linalg.det", "xp.linalg.det(x)", {"x": DEFINITE}, FLOAT, SOLVER),
    ("linalg.diagonal", "xp.linalg.diagonal(x, offset=1)", {"x": tensor(2, 3, 5)}, REAL),
    ("linalg.eig", "r = xp.linalg.eig(x); v = r.eigenvectors; w = r.eigenvalues; "
     "d = xp.matmul(xp.astype(x, v.dtype), v) - v * w; return [xp.real(xp.sum(w)), xp.all(xp.abs(d) < 1e-4)]",
     {"x": SQUARE}, FLOAT, "[np.trace(x), np.True_]", SOLVER),
    ("linalg.eigh", "r = xp.linalg.eigh(x); v = r.eigenvectors; "
     "return [r.eigenvalues, xp.matmul(v * r.eigenvalues, xp.matrix_transpose(v))]", {"x": DEFINITE}, FLOAT, SOLVER),
    ("linalg.eigvals", "xp.real(xp.sum(xp.linalg.eigvals(x)))", {"x": SQUARE}, FLOAT, "np.trace(x)", SOLVER),
    ("linalg.eigvalsh", "xp.linalg.eigvalsh(x)", {"x": DEFINITE}, FLOAT, SOLVER),
    ("linalg.inv", "xp.linalg.inv(x)", {"x": DEFINITE}, FLOAT, SOLVER),
    ("linalg.matmul", "xp.linalg.matmul(x1, x2)", {"x1": X, "x2": tensor(5, 4)}, REAL),
    ("linalg.matrix_norm", "xp.linalg.matrix_norm(x, ord='nuc')", {"x": X}, FLOAT, SOLVER),
    ("linalg.matrix_power", "xp.linalg.matrix_power(x, 3)", {"x": SQUARE}, FLOAT, SOLVER),
    ("linalg.matrix_rank", "xp.linalg.matrix_rank(x)", {"x": DEFINITE}, FLOAT, TO_INDEX),
    ("linalg.matrix_transpose", "xp.linalg.matrix_transpose(x)", {"x": tensor(2, 3, 5)}, REAL),
    ("linalg.outer", "xp.linalg.outer(x1, x2)", {"x1": tensor(3), "x2": tensor(4)}, REAL),
    ("linalg.pinv", "xp.linalg.pinv(x)", {"x": DEFINITE}, FLOAT, SOLVER),
    ("linalg.qr", "r = xp.linalg.qr(x); return [xp.abs(r.R), xp.matmul(r.Q, r.R)]", {"x": SQUARE}, FLOAT, SOLVER),
    ("linalg.slogdet", "r = xp.linalg.slogdet(x); return [r.sign, r.logabsdet]", {"x": DEFINITE}, FLOAT, SOLVER),
    ("linalg.solve", "xp.linalg.solve(x1, x2)", {"x1": DEFINITE, "x2": tensor(3, 2)}, FLOAT, SOLVER),
    ("linalg.svd", "r = xp.linalg.svd(x, full_matrices=False); return [r.S, xp.matmul(r.U * r.S, r.Vh)]",
     {"x": X}, FLOAT, SOLVER),
    ("linalg.svdvals", "xp.linalg.svdvals(x)", {"x": X}, FLOAT, SOLVER),
    ("linalg.tensordot", "xp.linalg.tensordot(x1, x2, axes=1)", {"x1": X, "x2": tensor(5, 4)}, REAL),
    ("linalg.trace", "xp.linalg.trace(x)", {"x": SQUARE}, FLOAT),
    ("linalg.vecdot", "xp.linalg.vecdot(x1, x2, axis=-1)", {"x1": X, "x2": Y}, REAL),
    ("linalg.vector_norm", "xp.linalg.vector_norm(x, axis=1, keepdims=True, ord=3)", {"x": X}, FLOAT,
     {"condition": 4}),
)  # fmt: skip

FOURIER = _calls(
    "Fourier transforms",
    ("fft.fft", "xp.fft.fft(x, axis=0)", {"x": X}, COMPLEX),
    ("fft.ifft", "xp.fft.ifft(x, n=4, norm='ortho')", {"x": X}, COMPLEX),
    ("fft.fftn", "xp.fft.fftn(x, axes=(0, 1))", {"x": X}, COMPLEX),
    ("fft.ifftn", "xp.fft.ifftn(x, axes=(0, 1))", {"x": X}, COMPLEX),
    ("fft.rfft", "xp.fft.rfft(x, axis=0)", {"x": X}, FLOAT, TO_COMPLEX),
    ("fft.irfft", "xp.fft.irfft(x, n=6)", {"x": X}, COMPLEX, TO_REAL),
    ("fft.rfftn", "xp.fft.rfftn(x, axes=(0, 1))", {"x": X}, FLOAT, TO_COMPLEX),
    ("fft.irfftn", "xp.fft.irfftn(x, axes=(0, 1))", {"x": X}, COMPLEX, TO_REAL),
    ("fft.hfft", "xp.fft.hfft(x, n=6)", {"x": X}, COMPLEX, TO_REAL),
    ("fft.ihfft", "xp.fft.ihfft(x)", {"x": X}, FLOAT, TO_COMPLEX),
    ("fft.fftfreq", "xp.fft.fftfreq(7, d=0.5, dtype=dtype)", {"dtype": DTYPE}, FLOAT, "np.fft.fftfreq(7, d=0.5)"),
    ("fft.rfftfreq", "xp.fft.rfftfreq(7, d=0.5, dtype=dtype)", {"dtype": DTYPE}, FLOAT, "np.fft.rfftfreq(7, d=0.5)"),
    ("fft.fftshift", "xp.fft.fftshift(x, axes=1)", {"x": X}, REAL),
    ("fft.ifftshift", "xp.fft.ifftshift(x, axes=1)", {"x": X}, REAL),
)

CALLS: tuple[StandardCall, ...] = (
    *CREATION,
    *DATA_TYPES,
    *ELEMENTWISE,
    *MANIPULATION,
    *SEARCHING,
    *SETS_AND_SORTING,
    *STATISTICS,
    *UTILITIES,
    *LINEAR_ALGEBRA,
    *FOURIER,
)


def sections() -> dict[str, tuple[str, ...]]:
    """Return the names of the functions, sorted, by section of the standard."""
    names: dict[str, list[str]] = {}
    for call in CALLS:
        names.setdefault(call.section, []).append(call.name)
    return {section: tuple(sorted(found)) for section, found in names.items()}
