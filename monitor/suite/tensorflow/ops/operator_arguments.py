"""Hints of linear operators, and arguments of theirs that no other case passes."""

from functools import partial

from monitor.suite.declare import fact, formula, tensor
from monitor.suite.limits import ARGUMENT_ONLY, EAGER_ARGUMENT
from monitor.suite.tensorflow.ops.linear_algebra_arguments import refuses

argument = partial(formula, dtypes=("float32",), limits=EAGER_ARGUMENT, condition=64)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def hinted(tf, operator, oblong):
    """Return the hints of an operator, and what follows from them.

    A singular operator solves no equation, and one that is not positive definite has no Cholesky decomposition. One
    that is self-adjoint is its own adjoint. A square one refuses the hint that it is not.
    """
    hints = [operator.is_non_singular, operator.is_self_adjoint, operator.is_positive_definite, operator.is_square]
    rhs = tf.ones([int(operator.range_dimension), 1], operator.dtype)
    solves, factors = refuses(tf, lambda: operator.solve(rhs)), refuses(tf, lambda: operator.cholesky())
    return [*hints, solves, factors, operator.H is operator, refuses(tf, oblong)]


def operands(tf):
    return [tf.linalg.LinearOperatorFullMatrix([[1.0, 2.0], [3.0, 4.0]]) for _ in range(2)]


def is_hinted(found):
    return found == [False, True, False, True, True, True, True, True]


hint_fact = partial(argument_fact, promise=is_hinted, name="hints")

HINTS = [
    hint_fact(
        "tf.linalg.LinearOperatorLowerTriangular",
        lambda tf: hinted(
            tf,
            tf.linalg.LinearOperatorLowerTriangular(
                [[1.0, 0.0], [0.0, 2.0]],
                is_non_singular=False,
                is_self_adjoint=True,
                is_positive_definite=False,
                is_square=True,
            ),
            lambda: tf.linalg.LinearOperatorLowerTriangular([[1.0]], is_square=False).is_square,
        ),
    ),
    hint_fact(
        "tf.linalg.LinearOperatorFullMatrix",
        lambda tf: hinted(
            tf,
            tf.linalg.LinearOperatorFullMatrix(
                [[1.0, 0.0], [0.0, 2.0]],
                is_non_singular=False,
                is_self_adjoint=True,
                is_positive_definite=False,
                is_square=True,
            ),
            lambda: tf.linalg.LinearOperatorFullMatrix([[1.0]], is_square=False).is_square,
        ),
    ),
    hint_fact(
        "tf.linalg.LinearOperatorDiag",
        lambda tf: hinted(
            tf,
            tf.linalg.LinearOperatorDiag(
                [1.0 + 0.0j, 2.0],
                is_non_singular=False,
                is_self_adjoint=True,
                is_positive_definite=False,
                is_square=True,
            ),
            lambda: tf.linalg.LinearOperatorDiag([1.0], is_square=False).is_square,
        ),
    ),
    hint_fact(
        "tf.linalg.LinearOperatorKronecker",
        lambda tf: hinted(
            tf,
            tf.linalg.LinearOperatorKronecker(
                operands(tf),
                is_non_singular=False,
                is_self_adjoint=True,
                is_positive_definite=False,
                is_square=True,
            ),
            lambda: tf.linalg.LinearOperatorKronecker(operands(tf), is_square=False).is_square,
        ),
    ),
    hint_fact(
        "tf.linalg.LinearOperatorBlockDiag",
        lambda tf: hinted(
            tf,
            tf.linalg.LinearOperatorBlockDiag(
                operands(tf),
                is_non_singular=False,
                is_self_adjoint=True,
                is_positive_definite=False,
                is_square=True,
            ),
            lambda: tf.linalg.LinearOperatorBlockDiag(operands(tf), is_square=False).is_square,
        ),
    ),
    hint_fact(
        "tf.linalg.LinearOperatorBlockLowerTriangular",
        lambda tf: hinted(
            tf,
            tf.linalg.LinearOperatorBlockLowerTriangular(
                [[operands(tf)[0]], [operands(tf)[1], operands(tf)[0]]],
                is_non_singular=False,
                is_self_adjoint=True,
                is_positive_definite=False,
                is_square=True,
            ),
            lambda: tf.linalg.LinearOperatorBlockLowerTriangular([[operands(tf)[0]]], is_square=False).is_square,
        ),
    ),
    hint_fact(
        "tf.linalg.LinearOperatorLowRankUpdate",
        lambda tf: hinted(
            tf,
            tf.linalg.LinearOperatorLowRankUpdate(
                operands(tf)[0],
                [[1.0], [0.0]],
                [1.0],
                [[0.0], [1.0]],
                is_diag_update_positive=True,
                is_non_singular=False,
                is_self_adjoint=True,
                is_positive_definite=False,
                is_square=True,
            ),
            lambda: tf.linalg.LinearOperatorLowRankUpdate(operands(tf)[0], [[1.0], [0.0]], is_square=False).is_square,
        ),
    ),
]

OPERATORS = [
    argument_fact(
        "tf.linalg.LinearOperatorIdentity",
        lambda tf: (
            tf.linalg.LinearOperatorIdentity(2, batch_shape=[3], assert_proper_shapes=True).to_dense(),
            [
                refuses(tf, lambda: tf.linalg.LinearOperatorIdentity(2, is_non_singular=False)),
                refuses(tf, lambda: tf.linalg.LinearOperatorIdentity(2, is_self_adjoint=False)),
                refuses(tf, lambda: tf.linalg.LinearOperatorIdentity(2, is_positive_definite=False)),
                refuses(tf, lambda: tf.linalg.LinearOperatorIdentity(2, is_square=False)),
            ],
        ),
        lambda found: found[0].tolist() == [[[1, 0], [0, 1]]] * 3 and found[1] == [True] * 4,
        name="batch",
    ),
    argument(
        "tf.linalg.LinearOperatorLowRankUpdate",
        lambda tf, x=tensor(3, 3), u=tensor(3, 2), v=tensor(3, 2): tf.linalg.LinearOperatorLowRankUpdate(
            tf.linalg.LinearOperatorFullMatrix(x), u, [1.0, 2.0], v, is_diag_update_positive=True
        ).to_dense(),
        lambda np, x, u, v: x + u * [1, 2] @ v.T,
        name="update",
    ),
]
