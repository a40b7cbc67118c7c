"""Fourier transforms, convolutions, polynomials, images, and other functions of sequences."""

from functools import partial

from monitor.suite.declare import COMPILED, COMPLEX, EAGER, GRADIENT, fact, formula, tensor, values
from monitor.suite.limits import FINITE, FIXED_SHAPES, WELL_SCALED

ALL = (EAGER, COMPILED, GRADIENT)
BOTH = (EAGER, COMPILED)
DOUBLE = ("float32", "float64")
LIMITS = FIXED_SHAPES | FINITE

transforms = partial(formula, dtypes=DOUBLE, modes=BOTH, condition=8, limits=LIMITS)
some = partial(formula, dtypes=("float32", "bfloat16"), modes=ALL, condition=4, limits=FIXED_SHAPES)
WIDE = {"float32": "complex64", "float64": "complex128"}


def dft(np, x, sign=-1):
    """Return the discrete Fourier transform over the last dimension, from its definition."""
    n = x.shape[-1]
    return x @ np.exp(sign * 2j * np.pi * np.outer(np.arange(n), np.arange(n)) / n)


FOURIER = [
    transforms(
        "jax.numpy.fft.fft", lambda jax, x=tensor(3, 5): jax.numpy.fft.fft(x), lambda np, x: dft(np, x), dtypes=COMPLEX
    ),
    transforms(
        "jax.numpy.fft.fft",
        lambda jax, x=tensor(3, 5): jax.numpy.fft.fft(x, n=4, axis=0, norm="ortho"),
        lambda np, x: dft(np, np.concatenate([x, np.zeros((1, 5))]).T).T / 2,
        name="options",
        dtypes=COMPLEX,
    ),
    transforms(
        "jax.numpy.fft.rfft",
        lambda jax, x=tensor(3, 6): jax.numpy.fft.rfft(x),
        lambda np, x: dft(np, x)[:, :4],
        returns=WIDE,
    ),
    transforms(
        "jax.numpy.fft.irfft",
        lambda jax, x=tensor(3, 7): jax.numpy.fft.irfft(jax.numpy.fft.rfft(x), n=7),
        lambda np, x: x,
        condition=32,
    ),
    transforms(
        "jax.numpy.fft.fftn",
        lambda jax, x=tensor(2, 3, 4): jax.numpy.fft.fftn(x, axes=(0, 2)),
        lambda np, x: dft(np, dft(np, x).swapaxes(0, 2)).swapaxes(0, 2),
        dtypes=COMPLEX,
    ),
    transforms(
        "jax.numpy.fft.ifftn",
        lambda jax, x=tensor(3, 4): jax.numpy.fft.ifftn(x),
        lambda np, x: dft(np, dft(np, x, 1).T, 1).T / 12,
        dtypes=COMPLEX,
    ),
    transforms(
        "jax.numpy.fft.rfftn",
        lambda jax, x=tensor(3, 4): jax.numpy.fft.rfftn(x),
        lambda np, x: dft(np, dft(np, x).T).T[:, :3],
        returns=WIDE,
    ),
    transforms(
        "jax.numpy.fft.irfftn",
        lambda jax, x=tensor(3, 4): jax.numpy.fft.irfftn(jax.numpy.fft.rfftn(x)),
        lambda np, x: x,
        condition=32,
    ),
]

CONVOLUTIONS = [
    some(
        "jax.numpy.correlate",
        lambda jax, a=tensor(6), v=tensor(3): jax.numpy.correlate(a, v),
        lambda np, a, v: np.array([(a[k : k + 3] * v).sum() for k in range(4)]),
    ),
    some(
        "jax.numpy.correlate",
        lambda jax, a=tensor(4), v=tensor(3): jax.numpy.correlate(a, v, mode="full"),
        lambda np, a, v: np.array([sum(a[i] * v[i - k] for i in range(4) if 0 <= i - k < 3) for k in range(-2, 4)]),
        name="full",
        limits=LIMITS,
    ),
    some(
        "jax.lax.conv_transpose",
        lambda jax, x=tensor(1, 3, 2), w=tensor(2, 2, 3): jax.lax.conv_transpose(
            x, w, strides=(2,), padding="VALID", dimension_numbers=("NHC", "HIO", "NHC")
        ),
        lambda np, x, w: np.array([[x[0, k // 2] @ w[1 - k % 2] for k in range(6)]]),
        limits=LIMITS,
    ),
    some(
        "jax.lax.conv_general_dilated_patches",
        lambda jax, x=tensor(1, 2, 5): jax.lax.conv_general_dilated_patches(x, (3,), (2,), "VALID"),
        lambda np, x: np.array([[x[0, c, [k, k + 2]] for c in range(2) for k in range(3)]]),
        limits=LIMITS,
    ),
    fact(
        "jax.lax.ConvDimensionNumbers",
        lambda jax: (
            jax.lax.conv_dimension_numbers((1, 8, 8, 3), (3, 3, 3, 4), ("NHWC", "HWIO", "NHWC"))
            == jax.lax.ConvDimensionNumbers((0, 3, 1, 2), (3, 2, 0, 1), (0, 3, 1, 2))
        ),
        lambda same: same,
    ),
]

SEQUENCES = [
    some(
        "jax.numpy.polyval",
        lambda jax, p=tensor(3), x=tensor(4): jax.numpy.polyval(p, x),
        lambda np, p, x: (p[0] * x + p[1]) * x + p[2],
        limits=LIMITS | WELL_SCALED,
    ),
    some(
        "jax.numpy.trapezoid",
        lambda jax, y=tensor(3, 5): jax.numpy.trapezoid(y, dx=0.5, axis=1),
        lambda np, y: (y[:, 1:] + y[:, :-1]).sum(axis=1) / 4,
        limits=FIXED_SHAPES | WELL_SCALED,
    ),
    formula(
        "jax.numpy.unravel_index",
        lambda jax, at=values(0, 5, 11): jax.numpy.unravel_index(at, (3, 4)),
        lambda np, at: [np.array([0, 1, 2]), np.array([0, 1, 3])],
        dtypes=("int32", "int64"),
        modes=BOTH,
    ),
]

IMAGES = [
    some(
        "jax.image.resize",
        lambda jax, x=tensor(2, 4): jax.image.resize(x, (4, 8), "nearest"),
        lambda np, x: np.repeat(np.repeat(x, 2, axis=0), 2, axis=1),
    ),
    some(
        "jax.image.resize",
        lambda jax, x=tensor(4): jax.image.resize(x, (8,), "linear"),
        lambda np, x: np.array(
            [
                x[0],
                *(
                    (3 * x[k // 2] + x[k // 2 + 1]) / 4 if k % 2 == 0 else (x[k // 2] + 3 * x[k // 2 + 1]) / 4
                    for k in range(6)
                ),
                x[3],
            ]
        ),
        name="linear",
        limits=LIMITS,
    ),
    some(
        "jax.image.scale_and_translate",
        lambda jax, x=tensor(4), by=values(1.0): jax.image.scale_and_translate(
            x, (4,), (0,), jax.numpy.ones(1, x.dtype), by, "linear", antialias=False
        ),
        lambda np, x, by: np.array([0, x[0], x[1], x[2]]),
        modes=BOTH,
        limits=LIMITS,
    ),
]
