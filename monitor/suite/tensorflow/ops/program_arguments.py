"""Arguments of functions that run or trace Python code, which no other case passes."""

from functools import partial

from monitor.suite.declare import fact, formula, tensor
from monitor.suite.limits import ARGUMENT_ONLY, EAGER_ARGUMENT

argument = partial(formula, dtypes=("float32",), limits=EAGER_ARGUMENT, condition=8)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def refuses(tf, call):
    """Return whether a call raises an error about its arguments or values."""
    try:
        call()
    except (tf.errors.InvalidArgumentError, tf.errors.OpError, RuntimeError, TypeError, ValueError):
        return True
    return False


def traces(tf, name, **options):
    """Return the number of traces of a function that is called with four shapes."""
    count = []

    def traced(x):
        count.append(1)
        return x

    function = getattr(tf, name)(traced, **options)
    for size in range(1, 5):
        function(tf.ones([size]))
    return len(count)


def definition(function):
    """Return two attributes of a function in its graph: what it implements, and an own one."""
    attributes = function.get_concrete_function().function_def.attr
    return attributes["_implements"], attributes["api_implements"]


def written(tf, **options):
    """Return the elements of an array after three numbers are written."""
    array = tf.TensorArray(tf.float32, size=1, **options)
    for place in range(3):
        array = array.write(place, float(place))
    return array


def gradients(tf, run):
    """Return the values of a call that builds a graph, in a session."""
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        return session.run(run(tf.constant(3.0), tf.constant(2.0)))


def rank(tf, call):
    """Return the number of dimensions of a result, which is known while a function is traced."""
    found = []

    def traced(x):
        found.append(str(call(x).shape.rank))
        return x

    tf.function(traced, autograph=False).get_concrete_function(tf.TensorSpec([3, 2], tf.float32))
    return found[0]


def nodes(tf, build):
    """Return facts of the graph of a gradient.

    These are the number of its sums, whether it waits for all gradients of an operation, and whether most of its nodes
    are placed with others.
    """
    with tf.Graph().as_default() as graph:
        build(tf.constant(3.0))
        found = graph.get_operations()
    together = sum("_class" in one.node_def.attr for one in found)
    return [sum(one.type == "AddN" for one in found), any("tuple" in one.name for one in found), together > 3]


def chosen(tf, case, second, **options):
    """Return the result of the first of two branches, whose condition is true."""
    return case([(tf.constant(True), lambda: 1), (tf.constant(second), lambda: 2)], **options)


FOLDS = [
    argument(
        "tf.foldl",
        lambda tf, x=tensor(4, 3), y=tensor(3): tf.foldl(lambda a, b: a / 2 + b, x, initializer=y),
        lambda np, x, y: (((y / 2 + x[0]) / 2 + x[1]) / 2 + x[2]) / 2 + x[3],
        name="initial",
    ),
    argument(
        "tf.compat.v1.foldl",
        lambda tf, x=tensor(4, 3), y=tensor(3): tf.compat.v1.foldl(lambda a, b: a / 2 + b, x, initializer=y),
        lambda np, x, y: (((y / 2 + x[0]) / 2 + x[1]) / 2 + x[2]) / 2 + x[3],
        name="initial",
    ),
    argument(
        "tf.foldr",
        lambda tf, x=tensor(3, 2), y=tensor(2): tf.foldr(lambda a, b: a / 2 + b, x, initializer=y),
        lambda np, x, y: ((y / 2 + x[2]) / 2 + x[1]) / 2 + x[0],
        name="initial",
    ),
    argument(
        "tf.scan",
        lambda tf, x=tensor(3, 2), y=tensor(2): tf.scan(lambda a, b: a / 2 + b, x, initializer=y, reverse=True),
        lambda np, x, y: np.stack([((y / 2 + x[2]) / 2 + x[1]) / 2 + x[0], (y / 2 + x[2]) / 2 + x[1], y / 2 + x[2]]),
        name="reverse",
    ),
    argument_fact(
        "tf.scan",
        lambda tf: rank(tf, lambda x: tf.scan(lambda a, b: a + b, x, infer_shape=False)),
        lambda found: found == "None",
        name="shape",
    ),
    argument(
        "tf.compat.v1.scan",
        lambda tf, x=tensor(3, 2), y=tensor(2): tf.compat.v1.scan(
            lambda a, b: a / 2 + b, x, initializer=y, reverse=True
        ),
        lambda np, x, y: np.stack([((y / 2 + x[2]) / 2 + x[1]) / 2 + x[0], (y / 2 + x[2]) / 2 + x[1], y / 2 + x[2]]),
        name="reverse",
    ),
    argument_fact(
        "tf.compat.v1.scan",
        lambda tf: rank(tf, lambda x: tf.compat.v1.scan(lambda a, b: a + b, x, infer_shape=False)),
        lambda found: found == "None",
        name="shape",
    ),
    argument_fact(
        "tf.map_fn",
        lambda tf: [
            tf.map_fn(lambda a: tf.cast(a, tf.int32), tf.constant([1.5, 2.5]), dtype=tf.int32),
            tf.map_fn(lambda a: a > 2, tf.constant([1.5, 2.5]), fn_output_signature=tf.bool),
            rank(tf, lambda x: tf.map_fn(lambda a: a, x, infer_shape=False)),
            rank(tf, lambda x: tf.map_fn(lambda a: a, x)),
        ],
        lambda found: found[0].tolist() == [1, 2] and found[1].tolist() == [False, True] and found[2:] == ["None", "2"],
        name="signature",
    ),
    argument_fact(
        "tf.compat.v1.map_fn",
        lambda tf: [
            tf.compat.v1.map_fn(lambda a: tf.cast(a, tf.int32), tf.constant([1.5, 2.5]), dtype=tf.int32),
            tf.compat.v1.map_fn(lambda a: a > 2, tf.constant([1.5, 2.5]), fn_output_signature=tf.bool),
            rank(tf, lambda x: tf.compat.v1.map_fn(lambda a: a, x, infer_shape=False)),
            rank(tf, lambda x: tf.compat.v1.map_fn(lambda a: a, x)),
        ],
        lambda found: found[0].tolist() == [1, 2] and found[1].tolist() == [False, True] and found[2:] == ["None", "2"],
        name="signature",
    ),
    argument_fact(
        "tf.vectorized_map",
        lambda tf: (
            tf.vectorized_map(lambda x: 2 * x, tf.constant([1.0, 2.0]), fallback_to_while_loop=False, warn=False),
            refuses(
                tf,
                lambda: tf.vectorized_map(
                    lambda x: tf.py_function(lambda y: y, [x], tf.float32),
                    tf.constant([1.0, 2.0]),
                    fallback_to_while_loop=False,
                ),
            ),
        ),
        lambda found: found[0].tolist() == [2.0, 4.0] and found[1],
        name="refused",
    ),
]

LOOPS = [
    argument_fact(
        "tf.while_loop",
        lambda tf: tf.function(
            lambda: tf.while_loop(
                lambda x: tf.shape(x)[0] < 8,
                lambda x: [tf.concat([x, x], 0)],
                [tf.constant([1.0])],
                shape_invariants=[tf.TensorShape([None])],
            )[0]
        )(),
        lambda found: found.tolist() == [1.0] * 8,
        name="shapes",
    ),
    argument_fact(
        "tf.compat.v1.while_loop",
        lambda tf: tf.function(
            lambda: tf.compat.v1.while_loop(
                lambda x: True,
                lambda x: [tf.concat([x, x], 0)],
                [tf.constant([1.0])],
                shape_invariants=[tf.TensorShape([None])],
                maximum_iterations=2,
                return_same_structure=True,
            )
        )(),
        lambda found: len(found) == 1 and found[0].tolist() == [1.0] * 4,
        name="shapes",
    ),
    argument_fact(
        "tf.switch_case",
        lambda tf: [
            int(tf.switch_case(tf.constant(one), [lambda: 1, lambda: 2], default=lambda: 9)) for one in (1, 5, -1)
        ],
        lambda found: found == [2, 9, 9],
        name="default",
    ),
    argument_fact(
        "tf.case",
        lambda tf: (
            chosen(tf, tf.case, False, default=lambda: 3, exclusive=True),
            refuses(tf, lambda: chosen(tf, tf.case, True, default=lambda: 3, exclusive=True)),
            tf.case([(tf.constant(True), lambda: [1])], exclusive=True, strict=True),
        ),
        lambda found: found == [1, True, [1]],
        name="exclusive",
    ),
    argument_fact(
        "tf.case",
        lambda tf: refuses(tf, lambda: chosen(tf, tf.case, True, exclusive=True)),
        lambda found: found is True,
        name="exclusive-without-default",
    ),
    argument_fact(
        "tf.compat.v1.case",
        lambda tf: (
            chosen(tf, tf.compat.v1.case, False, default=lambda: 3, exclusive=True),
            refuses(tf, lambda: chosen(tf, tf.compat.v1.case, True, default=lambda: 3, exclusive=True)),
            tf.compat.v1.case([(tf.constant(True), lambda: [1])], exclusive=True, strict=True),
        ),
        lambda found: found == [1, True, [1]],
        name="exclusive",
    ),
    argument_fact(
        "tf.compat.v1.case",
        lambda tf: refuses(tf, lambda: chosen(tf, tf.compat.v1.case, True, exclusive=True)),
        lambda found: found is True,
        name="exclusive-without-default",
    ),
    argument_fact(
        "tf.compat.v1.cond",
        lambda tf: (
            tf.compat.v1.cond(tf.constant(True), fn1=lambda: [1], fn2=lambda: [2], strict=True),
            tf.compat.v1.cond(tf.constant(True), lambda: [1], lambda: [2]),
        ),
        lambda found: found[0] == [1] and found[1] == 1,
        name="strict",
    ),
]

FUNCTIONS = [
    argument_fact(
        "tf.function",
        lambda tf: (
            refuses(
                tf, lambda: tf.function(lambda x: x, input_signature=[tf.TensorSpec([2], tf.float32)])(tf.ones([3]))
            ),
            refuses(tf, lambda: tf.function(lambda x: 1 if x > 0 else 2, autograph=False)(tf.constant(1))),
            traces(tf, "function"),
            tf.function(lambda x: x + 1, jit_compile=True).experimental_get_compiler_ir(tf.constant(1.0))()[:9],
        ),
        lambda found: found == [True, True, 4, "HloModule"],
        name="options",
    ),
    argument_fact(
        "tf.function",
        lambda tf: (
            traces(tf, "function", reduce_retracing=True),
            traces(tf, "function", experimental_relax_shapes=True),
            *(
                attribute.s.decode()
                for attribute in definition(
                    tf.function(
                        lambda x: x + 1,
                        input_signature=[tf.TensorSpec([], tf.float32)],
                        experimental_implements="portability.increment",
                        experimental_attributes={"api_implements": "portability.own"},
                    )
                )
            ),
        ),
        lambda found: found == [2, 2, "portability.increment", "portability.own"],
        name="attributes",
    ),
    argument_fact(
        "tf.GradientTape",
        lambda tf: gradients_twice(tf),
        lambda found: found == [6.0, 12.0, None],
        name="persistent",
    ),
    argument_fact(
        "tf.GradientTape.jacobian",
        lambda tf: unconnected(tf),
        lambda found: [one.tolist() for one in found] == [[0.0, 0.0], [[2.0, 0.0], [0.0, 4.0]]],
        name="unconnected",
    ),
    argument_fact(
        "tf.gradients",
        lambda tf: gradients(
            tf,
            lambda x, y: [
                tf.gradients(x * x, x, grad_ys=[5.0])[0],
                tf.gradients(x * (z := x * 2), x, stop_gradients=[z])[0],
                tf.gradients(x * 1, y, unconnected_gradients="zero")[0],
            ],
        ),
        lambda found: [float(one) for one in found] == [30.0, 6.0, 0.0],
        name="options",
    ),
    argument_fact(
        "tf.compat.v1.gradients",
        lambda tf: gradients(
            tf,
            lambda x, y: [
                tf.compat.v1.gradients(x * x, x, grad_ys=[5.0])[0],
                tf.compat.v1.gradients(x * (z := x * 2), x, stop_gradients=[z])[0],
                tf.compat.v1.gradients(x * 1, y, unconnected_gradients="zero")[0],
            ],
        ),
        lambda found: [float(one) for one in found] == [30.0, 6.0, 0.0],
        name="options",
    ),
    argument_fact(
        "tf.gradients",
        lambda tf: [
            nodes(tf, lambda x: tf.gradients(x * x * x, x)),
            nodes(tf, lambda x: tf.gradients(x * x * x, x, gate_gradients=True)),
            nodes(tf, lambda x: tf.gradients(x * x * x, x, aggregation_method=1)),
        ],
        lambda found: found == [[1, False, True], [1, True, True], [2, False, True]],
        name="graph",
    ),
    argument_fact(
        "tf.compat.v1.gradients",
        lambda tf: [
            nodes(tf, lambda x: tf.compat.v1.gradients(x * x * x, x)),
            nodes(tf, lambda x: tf.compat.v1.gradients(x * x * x, x, gate_gradients=True)),
            nodes(tf, lambda x: tf.compat.v1.gradients(x * x * x, x, aggregation_method=1)),
            nodes(tf, lambda x: tf.compat.v1.gradients(x * x * x, x, colocate_gradients_with_ops=True)),
        ],
        lambda found: found == [[1, False, False], [1, True, True], [2, False, False], [1, False, True]],
        name="graph",
    ),
    argument_fact(
        "tf.hessians",
        lambda tf: [
            nodes(tf, lambda x: tf.hessians(x * x * x, x)),
            nodes(tf, lambda x: tf.hessians(x * x * x, x, gate_gradients=True)),
            nodes(tf, lambda x: tf.hessians(x * x * x, x, aggregation_method=1)),
        ],
        lambda found: [one[1] for one in found] == [False, True, False] and found[0][0] == found[1][0] < found[2][0],
        name="graph",
    ),
]


def gradients_twice(tf):
    """Return two gradients of one tape, and that of a variable that a tape does not watch."""
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        z = 2 * y
    found = [float(tape.gradient(y, x)), float(tape.gradient(z, x))]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        y = x * x
    return [*found, tape.gradient(y, x)]


def unconnected(tf):
    """Return the Jacobian of a constant, and one that a loop computes."""
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        y, z = x * x, tf.constant(2.0) * 1
    return [
        tape.jacobian(z, x, unconnected_gradients=tf.UnconnectedGradients.ZERO),
        tape.jacobian(y, x, experimental_use_pfor=False),
    ]


ARRAYS = [
    argument_fact(
        "tf.TensorArray",
        lambda tf: (
            written(tf, dynamic_size=True).stack(),
            refuses(tf, lambda: written(tf, dynamic_size=False)),
            tf.TensorArray(tf.float32, size=2, element_shape=[3], infer_shape=False).element_shape.as_list(),
            refuses(tf, lambda: (lambda one: (one.read(0), one.read(0)))(tf.TensorArray(tf.float32, 1).unstack([1.0]))),
            (lambda one: (float(one.read(0)), float(one.read(0))))(
                tf.TensorArray(tf.float32, 1, clear_after_read=False).unstack([1.0])
            ),
        ),
        lambda found: found[0].tolist() == [0, 1, 2] and found[1:] == [True, [3], True, [1.0, 1.0]],
        name="options",
    ),
]
