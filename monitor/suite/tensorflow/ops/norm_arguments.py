"""Arguments of norms that no other case passes."""

from functools import partial

from monitor.suite.declare import formula, tensor, values
from monitor.suite.limits import EAGER_ARGUMENT

argument = partial(formula, dtypes=("float32",), limits=EAGER_ARGUMENT, condition=16)

NORMS = [
    argument(
        "tf.norm",
        lambda tf, x=tensor(2, 3, 4): [tf.norm(x, ord=1, axis=1), tf.norm(x, ord="fro", axis=[0, 2])],
        lambda np, x: [np.abs(x).sum(1), np.sqrt((x * x).sum((0, 2)))],
        name="order",
    ),
    argument(
        "tf.linalg.normalize",
        lambda tf, x=tensor(3, 4): tf.linalg.normalize(x, ord=1, axis=1),
        lambda np, x: (lambda norm: [x / norm, norm])(np.abs(x).sum(1, keepdims=True)),
        name="order",
    ),
    argument(
        "tf.math.l2_normalize",
        lambda tf, x=tensor(3, 4): [tf.math.l2_normalize(x, dim=1), tf.math.l2_normalize(x, axis=1, epsilon=2.0)],
        lambda np, x: [
            x / np.sqrt((x * x).sum(1, keepdims=True)),
            x / np.sqrt(np.maximum((x * x).sum(1, keepdims=True), 2)),
        ],
        name="epsilon",
    ),
    argument(
        "tf.clip_by_norm",
        lambda tf, x=tensor(3, 4): tf.clip_by_norm(x, 0.5, axes=[1]),
        lambda np, x: x * np.minimum(1, 0.5 / np.sqrt((x * x).sum(1, keepdims=True))),
        name="axes",
    ),
    argument(
        "tf.clip_by_global_norm",
        lambda tf, x=tensor(3, 4), n=values(8.0, shape=()): tf.clip_by_global_norm([x], 2.0, use_norm=n),
        lambda np, x, n: [x / 4, n],
        name="norm",
    ),
]
