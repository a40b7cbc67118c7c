"""Shapes, specifications, names, dependencies and nested structures of tensors."""

from monitor.suite.declare import COMPILED, EAGER, NUMERIC, case, fact, formula, tensor
from monitor.suite.limits import FINITE

DESCRIBED = [
    fact(
        "tf.TensorShape",
        lambda tf: (lambda shape: (shape.rank, shape.as_list(), shape.is_fully_defined(), shape.num_elements()))(
            tf.TensorShape([2, None, 3])
        ),
        lambda found: found == [3, [2, None, 3], False, None],
    ),
    fact(
        "tf.TensorShape",
        lambda tf: [
            tf.TensorShape([2, None]).merge_with([None, 3]).as_list(),
            tf.TensorShape([2]).concatenate([None]).as_list(),
            tf.TensorShape([None, 3]).is_compatible_with([5, 3]),
            tf.TensorShape([None, 3]).is_compatible_with([5, 4]),
            tf.TensorShape(None).rank,
        ],
        lambda found: found == [[2, 3], [2, None], True, False, None],
        name="operations",
    ),
    fact(
        "tf.TensorSpec",
        lambda tf: (
            lambda spec: (spec.shape.as_list(), spec.dtype.name, spec.name, spec.is_compatible_with(tf.ones((5, 3))))
        )(tf.TensorSpec([None, 3], tf.float32, "x")),
        lambda found: found == [[None, 3], "float32", "x", True],
    ),
    fact(
        "tf.TensorSpec",
        lambda tf: (lambda spec: (spec.shape.as_list(), spec.dtype.name))(
            tf.TensorSpec.from_tensor(tf.zeros((2, 1), tf.int64))
        ),
        lambda found: found == [[2, 1], "int64"],
        name="from-tensor",
    ),
    fact(
        "tf.TensorSpec",
        lambda tf: (
            lambda f: (
                f(tf.ones(3)).numpy().tolist(),
                f(tf.ones(2)).numpy().tolist(),
                f.experimental_get_tracing_count(),
            )
        )(tf.function(lambda x: tf.reduce_sum(x), input_signature=[tf.TensorSpec([None])])),
        lambda found: found == [3.0, 2.0, 1],
        name="signature",
    ),
    fact(
        "tf.is_tensor",
        lambda tf: [tf.is_tensor(x) for x in (tf.ones(2), tf.Variable(1.0), 1.0, [tf.ones(2)])],
        lambda found: found == [True, True, False, False],
    ),
    fact(
        "tf.get_static_value",
        lambda tf: (
            tf.get_static_value(tf.constant([1, 2])).tolist(),
            tf.function(lambda x: tf.zeros(2 if tf.get_static_value(x) is None else 3))(tf.ones(1)).shape,
        ),
        lambda found: found == [[1, 2], [2]],
    ),
    fact(
        "tf.compat.dimension_value",
        lambda tf: [tf.compat.dimension_value(x) for x in (3, None, tf.compat.v1.Dimension(4))],
        lambda found: found == [3, None, 4],
    ),
    fact(
        "tf.executing_eagerly",
        lambda tf: (
            tf.executing_eagerly(),
            tf.function(lambda: tf.constant(tf.executing_eagerly()))().numpy().tolist(),
        ),
        lambda found: found == [True, False],
    ),
    fact(
        "tf.IndexedSlices",
        lambda tf: (
            tf.convert_to_tensor(
                tf.IndexedSlices(tf.constant([[1.0], [2.0], [4.0]]), tf.constant([2, 0, 2]), tf.constant([3, 1]))
            )
            .numpy()
            .tolist()
        ),
        lambda dense: dense == [[2.0], [0.0], [5.0]],
    ),
    fact(
        "tf.SparseTensor",
        lambda tf: tf.sparse.to_dense(tf.SparseTensor([[0, 1], [1, 2]], [3, 4], [2, 3])).numpy().tolist(),
        lambda dense: dense == [[0, 3, 0], [0, 0, 4]],
    ),
    fact(
        "tf.ragged.constant",
        lambda tf: (lambda x: (x.to_list(), x.row_lengths().numpy().tolist(), x.bounding_shape().numpy().tolist()))(
            tf.ragged.constant([[1], [], [2, 3, 4]])
        ),
        lambda found: found == [[[1], [], [2, 3, 4]], [1, 0, 3], [3, 3]],
    ),
]

SCOPES = [
    fact(
        "tf.name_scope",
        lambda tf: (lambda graph: [op.name for op in graph.get_operations()][-1])(_scoped(tf)),
        lambda name: name == "outer/inner/sum",
    ),
    formula(
        "tf.device",
        lambda tf, x=tensor(3, 5): _on_cpu(tf, x),
        lambda np, x: 2 * x,
        dtypes=NUMERIC,
        modes=(EAGER, COMPILED),
    ),
    fact("tf.no_op", lambda tf: tf.no_op(), lambda result: result is None),
    fact("tf.init_scope", lambda tf: _lifted(tf), lambda found: found == [False, True]),
    fact("tf.Graph", lambda tf: _graph(tf), lambda found: found == [7.0, True]),
]


def _scoped(tf):
    graph = tf.Graph()
    with graph.as_default(), tf.name_scope("outer"), tf.name_scope("inner"):
        tf.add(tf.constant(1.0, name="left"), tf.constant(2.0, name="right"), name="sum")
    return graph


def _on_cpu(tf, x):
    with tf.device("/CPU:0"):
        return x + x


def _lifted(tf):
    found = []

    @tf.function
    def traced():
        found.append(tf.executing_eagerly())
        with tf.init_scope():
            found.append(tf.executing_eagerly())

    traced()
    return found


def _graph(tf):
    graph = tf.Graph()
    with graph.as_default():
        total = tf.constant(3.0) + 4.0
    with tf.compat.v1.Session(graph=graph) as session:
        return float(session.run(total)), total.graph is graph


@case("tf.control_dependencies")
def control_dependencies(tf):
    counter = tf.Variable(0)

    @tf.function
    def counted():
        with tf.control_dependencies([counter.assign_add(1)]):
            return counter.read_value()

    return [int(counted()) for _ in range(3)]


@control_dependencies.promise
def _(counts):
    return counts == [1, 2, 3]


NESTED = [
    fact(
        "tf.nest.flatten",
        lambda tf: (tf.nest.flatten({"b": [3, (4,)], "a": 1, "c": None}), tf.nest.flatten(5)),
        lambda flat: flat == [[1, 3, 4, None], [5]],
    ),
    fact(
        "tf.nest.pack_sequence_as",
        lambda tf: tf.nest.pack_sequence_as({"b": [0, (0,)], "a": 0}, [1, 2, 3]),
        lambda packed: packed == {"b": [2, [3]], "a": 1},
    ),
    fact(
        "tf.nest.is_nested",
        lambda tf: [tf.nest.is_nested(x) for x in ([1], {"a": 1}, (), "text", 1)],
        lambda found: found == [True, True, True, False, False],
    ),
]


@case("tf.nest.assert_same_structure")
def assert_same_structure(tf):
    tf.nest.assert_same_structure({"a": [1, 2]}, {"a": [3, 4]})
    refused = []
    for other, error in (({"a": [1]}, ValueError), ({"b": [1, 2]}, ValueError), ({"a": (1, 2)}, TypeError)):
        try:
            tf.nest.assert_same_structure({"a": [1, 2]}, other)
        except error:
            refused.append(True)
    tf.nest.assert_same_structure({"a": [1, 2]}, {"a": (1, 2)}, check_types=False)
    return refused


@assert_same_structure.promise
def _(refused):
    return refused == [True, True, True]


CHECKED = [
    formula(
        "tf.debugging.check_numerics",
        lambda tf, x=tensor(3, 5): tf.debugging.check_numerics(x, "finite"),
        lambda np, x: x,
        dtypes=("float32", "float64", "float16", "bfloat16"),
        limits=FINITE,
    ),
]


@case("tf.debugging.check_numerics", name="refuses")
def check_numerics_refuses(tf):
    refused = []
    for number in (float("nan"), float("inf"), -float("inf")):
        try:
            tf.debugging.check_numerics(tf.constant([1.0, number]), "the loss")
        except tf.errors.InvalidArgumentError as error:
            refused.append("the loss" in str(error))
    return refused


@check_numerics_refuses.promise
def _(refused):
    return refused == [True, True, True]


@case("tf.debugging.assert_equal")
def assert_equal(tf):
    tf.debugging.assert_equal(tf.constant([1, 2]), [1, 2])
    try:
        tf.debugging.assert_equal(tf.constant([1, 2]), [1, 3], message="shapes differ")
    except tf.errors.InvalidArgumentError as error:
        return "shapes differ" in str(error)
    return False


@assert_equal.promise
def _(refused):
    return refused


@case("tf.Assert")
def asserts(tf):
    tf.Assert(tf.constant(True), [1])
    try:
        tf.Assert(tf.constant(False), ["value", tf.constant(3)])
    except tf.errors.InvalidArgumentError as error:
        return "value" in str(error)
    return False


@asserts.promise
def _(refused):
    return refused
