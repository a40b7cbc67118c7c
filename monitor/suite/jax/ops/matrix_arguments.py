"""Arguments of transforms and decompositions that no other case passes."""

from functools import partial

from monitor.suite.declare import COMPILED, EAGER, fact, formula, tensor, values
from monitor.suite.limits import ARGUMENT_ONLY

argument = partial(formula, dtypes=("float32",), modes=(EAGER, COMPILED), limits=ARGUMENT_ONLY, condition=8)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)
TO_COMPLEX = {"float32": "complex64"}

TRANSFORMS = [
    argument(
        "jax.numpy.fft.rfft",
        lambda jax, x=tensor(5, 2): jax.numpy.fft.rfft(x, n=4, axis=0, norm="ortho"),
        lambda np, x: np.exp(-0.5j * np.pi * np.outer(np.arange(3), np.arange(4))) @ x[:4] / 2,
        name="scaled",
        returns=TO_COMPLEX,
    ),
    argument(
        "jax.numpy.fft.irfft",
        lambda jax, x=tensor(3, 2): jax.numpy.fft.irfft(x, axis=0, norm="forward"),
        lambda np, x: np.stack([x[0] + 2 * x[1] + x[2], x[0] - x[2], x[0] - 2 * x[1] + x[2], x[0] - x[2]]),
        name="scaled",
    ),
    argument(
        "jax.numpy.fft.fftn",
        lambda jax, x=tensor(3, 5): jax.numpy.fft.fftn(x, s=(2, 4), norm="ortho"),
        lambda np, x: (
            np.array([[1, 1], [1, -1]])
            @ x[:2, :4]
            @ np.exp(-0.5j * np.pi * np.outer(np.arange(4), np.arange(4)))
            / np.sqrt(8)
        ),
        name="scaled",
        returns=TO_COMPLEX,
    ),
    argument(
        "jax.numpy.fft.ifftn",
        lambda jax, x=tensor(3, 5): jax.numpy.fft.ifftn(x, s=(4,), axes=(1,), norm="forward"),
        lambda np, x: x[:, :4] @ np.exp(0.5j * np.pi * np.outer(np.arange(4), np.arange(4))),
        name="scaled",
        returns=TO_COMPLEX,
    ),
    argument(
        "jax.numpy.fft.rfftn",
        lambda jax, x=tensor(3, 5): jax.numpy.fft.rfftn(x, s=(4,), axes=(1,), norm="ortho"),
        lambda np, x: x[:, :4] @ np.exp(-0.5j * np.pi * np.outer(np.arange(4), np.arange(3))) / 2,
        name="scaled",
        returns=TO_COMPLEX,
    ),
    argument(
        "jax.numpy.fft.irfftn",
        lambda jax, x=tensor(2, 3): jax.numpy.fft.irfftn(x, s=(4,), axes=(1,), norm="forward"),
        lambda np, x: x @ np.array([[1, 1, 1, 1], [2, 0, -2, 0], [1, -1, 1, -1]]),
        name="scaled",
    ),
]

DECOMPOSITIONS = [
    argument(
        "jax.numpy.linalg.eigh",
        lambda jax, x=tensor(3, 3): (
            jax.numpy.linalg.eigh(x, UPLO="U", symmetrize_input=False)[0],
            jax.numpy.linalg.eigh(x, symmetrize_input=True)[0],
        ),
        lambda np, x: [np.linalg.eigvalsh(np.triu(x) + np.triu(x, 1).T), np.linalg.eigvalsh((x + x.T) / 2)],
        name="triangle",
    ),
    argument(
        "jax.numpy.linalg.eigvalsh",
        lambda jax, x=tensor(3, 3): (
            jax.numpy.linalg.eigvalsh(x, UPLO="U", symmetrize_input=False),
            jax.numpy.linalg.eigvalsh(x, symmetrize_input=True),
        ),
        lambda np, x: [np.linalg.eigvalsh(np.triu(x) + np.triu(x, 1).T), np.linalg.eigvalsh((x + x.T) / 2)],
        name="triangle",
    ),
    argument(
        "jax.numpy.linalg.cholesky",
        lambda jax, x=values(4, 9, 2, 5, shape=(2, 2)): jax.numpy.linalg.cholesky(x, symmetrize_input=False),
        lambda np, x: np.array([[2.0, 0.0], [1.0, 2.0]]),
        name="triangle",
    ),
    argument(
        "jax.numpy.linalg.slogdet",
        lambda jax, x=tensor(3, 3): jax.numpy.linalg.slogdet(x, method="qr"),
        lambda np, x: [np.sign(np.linalg.det(x)), np.log(np.abs(np.linalg.det(x)))],
        name="by-qr",
    ),
    argument(
        "jax.numpy.linalg.qr",
        lambda jax, x=tensor(4, 3): jax.numpy.abs(jax.numpy.linalg.qr(x, mode="r")),
        lambda np, x: np.abs(np.linalg.cholesky(x.T @ x).T),
        name="factor",
    ),
    argument(
        "jax.numpy.linalg.pinv",
        lambda jax, x=values(4, 0, 0, 0.5, shape=(2, 2)): (
            jax.numpy.linalg.pinv(x, rtol=0.25),
            jax.numpy.linalg.pinv(x, hermitian=True),
        ),
        lambda np, x: [np.array([[0.25, 0.0], [0.0, 0.0]]), np.array([[0.25, 0.0], [0.0, 2.0]])],
        name="cut",
    ),
    argument(
        "jax.numpy.linalg.pinv",
        lambda jax, x=values(4, 0, 0, 0.5, shape=(2, 2)): jax.numpy.linalg.pinv(x, rcond=0.25),
        lambda np, x: np.array([[0.25, 0.0], [0.0, 0.0]]),
        name="cut-by-rcond",
        modes=(EAGER,),
    ),
    argument_fact(
        "jax.numpy.linalg.matrix_rank",
        lambda jax, x=values(4, 0, 0, 0.5, shape=(2, 2)): int(jax.numpy.linalg.matrix_rank(x, tol=0.75)),
        lambda found, x: found == 1,
        name="cut-by-tol",
        dtypes=("float32",),
    ),
    argument_fact(
        "jax.numpy.linalg.matrix_rank",
        lambda jax, x=values(4, 0, 0, 0.5, shape=(2, 2)): [
            int(jax.numpy.linalg.matrix_rank(x, rtol=0.25)),
            int(jax.numpy.linalg.matrix_rank(x, hermitian=True)),
        ],
        lambda found, x: found == [1, 2],
        name="cut",
        dtypes=("float32",),
    ),
    argument(
        "jax.numpy.linalg.lstsq",
        lambda jax, x=values(4, 0, 0, 0.5, shape=(2, 2)), y=values(8, 3): jax.numpy.linalg.lstsq(x, y, rcond=0.25)[0],
        lambda np, x, y: np.array([2.0, 0.0]),
        name="cut",
    ),
    argument(
        "jax.scipy.linalg.lu_solve",
        lambda jax, a=tensor(3, 3), b=tensor(3): jax.scipy.linalg.lu_solve(jax.scipy.linalg.lu_factor(a), b, trans=1),
        lambda np, a, b: np.linalg.inv(a.T) @ b,
        name="transposed",
    ),
    argument(
        "jax.scipy.linalg.solve",
        lambda jax, a=values(4, 9, 2, 5, shape=(2, 2)), b=tensor(2): jax.scipy.linalg.solve(
            a, b, lower=True, assume_a="pos"
        ),
        lambda np, a, b: np.linalg.inv(np.array([[4.0, 2.0], [2.0, 5.0]])) @ b,
        name="triangle",
    ),
    argument(
        "jax.nn.squareplus",
        lambda jax, x=tensor(3, 5): jax.nn.squareplus(x, b=1),
        lambda np, x: (x + np.sqrt(x * x + 1)) / 2,
        name="width",
    ),
    argument(
        "jax.scipy.sparse.linalg.cg",
        lambda jax, b=tensor(3), x=tensor(3): jax.scipy.sparse.linalg.cg(
            lambda v: v * jax.numpy.array([1.0, 2.0, 4.0], v.dtype),
            b,
            x0=x,
            atol=1e-6,
            maxiter=9,
            M=lambda v: v / jax.numpy.array([1.0, 2.0, 4.0], v.dtype),
        )[0],
        lambda np, b, x: b / np.array([1, 2, 4]),
        name="preconditioned",
    ),
]
