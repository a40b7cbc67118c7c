"""Training in TensorFlow 1: an optimizer, moving averages, the global step, a metric."""

from monitor.suite.declare import DTYPE, FLOATING, NUMERIC, case, indices, tensor
from monitor.suite.limits import FINITE, FIXED_SHAPES, NOT_EMPTY, SESSION, VARIABLES

ADADELTA = "tf.compat.v1.train.AdadeltaOptimizer"
# Exact in every dtype; a half would round the default epsilon to zero.
RATE = 0.5
RHO = 0.75
EPSILON = 2.0**-6


def adadelta(np, x, gradients, rate=RATE, rho=RHO, epsilon=EPSILON):
    """Zeiler, ADADELTA, 2012, algorithm 1, from zero accumulators; returns the parameters and the accumulators."""
    squares, updates = np.zeros_like(x), np.zeros_like(x)
    for gradient in gradients:
        squares = rho * squares + (1 - rho) * gradient**2
        update = np.sqrt(updates + epsilon) / np.sqrt(squares + epsilon) * gradient
        updates = rho * updates + (1 - rho) * update**2
        x = x - rate * update
    return x, squares, updates


@case(ADADELTA, dtypes=FLOATING, condition=4, limits=VARIABLES)
def adadelta_optimizer(tf, x=tensor(2, 3), gradient=tensor(2, 3)):
    variable = tf.Variable(x)
    optimizer = tf.compat.v1.train.AdadeltaOptimizer(learning_rate=0.5, rho=0.75, epsilon=2.0**-6)
    for _ in range(3):
        optimizer.apply_gradients([(gradient, variable)])
    return variable


@adadelta_optimizer.reference
def _(np, x, gradient):
    return adadelta(np, x, [gradient] * 3)[0]


@case(ADADELTA, name="defaults", dtypes=("float32", "float64"), condition=8, limits=VARIABLES)
def adadelta_optimizer_defaults(tf, gradient=tensor(2, 3)):
    variable = tf.Variable(tf.zeros_like(gradient))  # beside larger ones, so small a step would be lost to rounding
    optimizer = tf.compat.v1.train.AdadeltaOptimizer()
    for _ in range(2):
        optimizer.apply_gradients([(gradient, variable)])
    return variable


@adadelta_optimizer_defaults.reference
def _(np, gradient):
    return adadelta(np, 0 * gradient, [gradient] * 2, rate=0.001, rho=0.95, epsilon=1e-8)[0]


@case(ADADELTA, name="slots", dtypes=FLOATING, condition=4, limits=VARIABLES)
def adadelta_optimizer_slots(tf, x=tensor(3), gradient=tensor(3)):
    variable = tf.Variable(x)
    optimizer = tf.compat.v1.train.AdadeltaOptimizer(learning_rate=0.5, rho=0.75, epsilon=2.0**-6)
    for _ in range(2):
        optimizer.apply_gradients([(gradient, variable)])
    return [optimizer.get_slot(variable, name) for name in sorted(optimizer.get_slot_names())]


@adadelta_optimizer_slots.reference
def _(np, x, gradient):
    return adadelta(np, x, [gradient] * 2)[1:]


@case(ADADELTA, name="minimize", dtypes=("float32", "float64"), condition=4, limits=VARIABLES)
def adadelta_optimizer_minimize(tf, x=tensor(2, 3)):
    variable = tf.Variable(x)
    optimizer = tf.compat.v1.train.AdadeltaOptimizer(learning_rate=0.5, rho=0.75, epsilon=2.0**-6)
    optimizer.minimize(lambda: tf.reduce_sum(tf.square(variable)))
    return variable


@adadelta_optimizer_minimize.reference
def _(np, x):
    return adadelta(np, x, [2 * x])[0]


@case(ADADELTA, name="sparse", dtypes=FLOATING, condition=4, limits=FIXED_SHAPES | VARIABLES)
def adadelta_optimizer_sparse(tf, x=tensor(4, 2), gradient=tensor(2, 2)):
    variable = tf.Variable(x)
    optimizer = tf.compat.v1.train.AdadeltaOptimizer(learning_rate=0.5, rho=0.75, epsilon=2.0**-6)
    slices = tf.IndexedSlices(gradient, tf.constant([3, 1]), dense_shape=tf.constant([4, 2]))
    for _ in range(2):
        optimizer.apply_gradients([(slices, variable)])
    return variable


@adadelta_optimizer_sparse.reference
def _(np, x, gradient):
    result = x.copy()
    result[[3, 1]] = adadelta(np, x[[3, 1]], [gradient] * 2)[0]
    return result


@case(ADADELTA, name="in-a-graph", dtypes=FLOATING, condition=4, limits=SESSION)
def adadelta_optimizer_in_a_graph(tf, x=tensor(2, 3), gradient=tensor(2, 3)):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        variable = tf.compat.v1.Variable(x.numpy())
        step = tf.compat.v1.train.get_or_create_global_step()
        optimizer = tf.compat.v1.train.AdadeltaOptimizer(learning_rate=0.5, rho=0.75, epsilon=2.0**-6)
        train = optimizer.apply_gradients([(tf.constant(gradient.numpy()), variable)], global_step=step)
        session.run(tf.compat.v1.global_variables_initializer())
        for _ in range(3):
            session.run(train)
        return session.run(variable), int(session.run(step))


@adadelta_optimizer_in_a_graph.reference
def _(np, x, gradient):
    return adadelta(np, x, [gradient] * 3)[0], 3


@case("tf.train.ExponentialMovingAverage", dtypes=FLOATING, condition=2, limits=FINITE | VARIABLES)
def exponential_moving_average(tf, x=tensor(3), y=tensor(3)):
    variable = tf.Variable(x)
    average = tf.train.ExponentialMovingAverage(decay=0.75)
    average.apply([variable])
    variable.assign(y)
    average.apply([variable])
    return average.average(variable)


@exponential_moving_average.reference
def _(np, x, y):
    return 0.75 * x + 0.25 * y


@case("tf.train.ExponentialMovingAverage", name="early", dtypes=FLOATING, condition=2, limits=FINITE | VARIABLES)
def exponential_moving_average_early(tf, x=tensor(3), y=tensor(3)):
    variable = tf.Variable(x)
    average = tf.train.ExponentialMovingAverage(decay=0.875, num_updates=5)
    average.apply([variable])
    variable.assign(y)
    average.apply([variable])
    return average.average(variable)


@exponential_moving_average_early.reference
def _(np, x, y):
    decay = min(0.875, (1 + 5) / (10 + 5))
    return decay * x + (1 - decay) * y


@case(
    "tf.train.ExponentialMovingAverage",
    name="of-a-tensor",
    dtypes=("float32", "float64", "float16"),
    condition=4,
    limits=FIXED_SHAPES | FINITE | SESSION,
)
def exponential_moving_average_of_a_tensor(tf, x=tensor(3)):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        given = tf.compat.v1.placeholder(x.dtype, [3])
        average = tf.compat.v1.train.ExponentialMovingAverage(decay=0.75, zero_debias=True)
        update = average.apply([given])
        session.run(tf.compat.v1.global_variables_initializer())
        for values in (x.numpy(), 2 * x.numpy()):
            session.run(update, {given: values})
        return session.run(average.average(given))


@exponential_moving_average_of_a_tensor.reference
def _(np, x):
    # It starts from zero, and is divided by how much of the weight has been given out.
    return (0.75 * 0.25 * x + 0.25 * 2 * x) / (1 - 0.75**2)


@case("tf.train.ExponentialMovingAverage", name="names")
def exponential_moving_average_names(tf):
    tf.compat.v1.reset_default_graph()  # names of an earlier call would get a number
    variable = tf.Variable(1.0, name="weight")
    average = tf.train.ExponentialMovingAverage(decay=0.5, name="Shadow")
    average.apply([variable])
    return average.average_name(variable), average.average(tf.Variable(2.0)) is None, average.name


@exponential_moving_average_names.promise
def _(result):
    return result == ["weight/Shadow", True, "Shadow"]


@case(
    "tf.train.ExponentialMovingAverage",
    name="of-a-model",
    dtypes=("float32", "float64"),
    condition=4,
    limits=FINITE | VARIABLES,
)
def exponential_moving_average_of_a_model(tf, x=tensor(3), y=tensor(2)):
    variables = [tf.Variable(x), tf.Variable(y)]
    average = tf.train.ExponentialMovingAverage(decay=0.5)

    @tf.function
    def step():
        for variable in variables:
            variable.assign_add(variable)
        average.apply(variables)

    average.apply(variables)
    for _ in range(2):
        step()
    return [average.average(variable) for variable in variables]


@exponential_moving_average_of_a_model.reference
def _(np, x, y):
    return [(1 / 4 + 2 / 4 + 4 / 2) * x, (1 / 4 + 2 / 4 + 4 / 2) * y]


@case("tf.compat.v1.train.get_global_step")
def get_global_step(tf):
    with tf.Graph().as_default() as graph:
        before = tf.compat.v1.train.get_global_step()
        made = tf.compat.v1.train.create_global_step()
        found = tf.compat.v1.train.get_global_step()
        return before, found is made, found is tf.compat.v1.train.get_global_step(graph), found.dtype.name, found.name


@get_global_step.promise
def _(result):
    return result == [None, True, True, "int64", "global_step:0"]


@case(
    "tf.compat.v1.train.get_global_step",
    name="counts",
    dtypes=("float32",),
    returns={"float32": "int64"},
    limits=SESSION,
)
def get_global_step_counts(tf, x=tensor(3)):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.compat.v1.train.create_global_step()
        variable = tf.compat.v1.Variable(x.numpy())
        optimizer = tf.compat.v1.train.GradientDescentOptimizer(0.1)
        train = optimizer.minimize(tf.reduce_sum(variable), global_step=tf.compat.v1.train.get_global_step())
        session.run(tf.compat.v1.global_variables_initializer())
        for _ in range(4):
            session.run(train)
        return session.run(tf.compat.v1.train.get_global_step())


@get_global_step_counts.reference
def _(np):
    return np.array(4)


@case("tf.compat.v1.train.get_global_step", name="refuses")
def get_global_step_refuses(tf):
    refused = []
    for dtype, shape in ((tf.float32, []), (tf.int64, [2])):
        with tf.Graph().as_default():
            collections = [tf.compat.v1.GraphKeys.GLOBAL_VARIABLES, tf.compat.v1.GraphKeys.GLOBAL_STEP]
            tf.compat.v1.get_variable("step", shape, dtype, trainable=False, collections=collections)
            try:
                tf.compat.v1.train.get_global_step()
            except TypeError:
                refused.append(dtype.name)
    return refused


@get_global_step_refuses.promise
def _(refused):
    return refused == ["float32", "int64"]


@case(
    "tf.compat.v1.metrics.accuracy",
    dtypes=NUMERIC,
    returns=dict.fromkeys(NUMERIC, "float32"),
    limits=FIXED_SHAPES | SESSION,
)
def accuracy(tf, guesses=indices(20, below=3), truths=indices(20, below=3), dtype=DTYPE):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        labels, predictions = (tf.cast(tf.constant(values.numpy()), dtype) for values in (truths, guesses))
        value, update = tf.compat.v1.metrics.accuracy(labels, predictions)
        session.run(tf.compat.v1.local_variables_initializer())
        return session.run(value), session.run(update), session.run(value)


@accuracy.reference
def _(np, guesses, truths):
    right = np.array(np.sum(guesses == truths) / 20)
    return [np.array(0.0), right, right]


@case(
    "tf.compat.v1.metrics.accuracy",
    name="over-batches",
    dtypes=("int64", "int32"),
    returns={"int64": "float32", "int32": "float32"},
    limits=FIXED_SHAPES | SESSION,
)
def accuracy_over_batches(tf, guesses=indices(3, 7, below=3, dtype=""), truths=indices(3, 7, below=3, dtype="")):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        labels, predictions = (tf.compat.v1.placeholder(guesses.dtype, [7]) for _ in range(2))
        value, update = tf.compat.v1.metrics.accuracy(labels, predictions)
        session.run(tf.compat.v1.local_variables_initializer())
        for guess, truth in zip(guesses.numpy(), truths.numpy(), strict=True):
            session.run(update, {labels: truth, predictions: guess})
        return session.run(value)


@accuracy_over_batches.reference
def _(np, guesses, truths):
    return np.array(np.sum(guesses == truths) / 21)


@case("tf.compat.v1.metrics.accuracy", name="weighted", dtypes=("float32",), limits=NOT_EMPTY | SESSION)
def accuracy_weighted(tf, guesses=indices(20, below=2), truths=indices(20, below=2), weights=indices(20, below=5)):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        labels, predictions = tf.constant(truths.numpy()), tf.constant(guesses.numpy())
        _, update = tf.compat.v1.metrics.accuracy(labels, predictions, weights=tf.constant(weights.numpy()))
        session.run(tf.compat.v1.local_variables_initializer())
        return session.run(update)


@accuracy_weighted.reference
def _(np, guesses, truths, weights):
    return np.array(np.sum(weights * (guesses == truths)) / np.sum(weights))


@case("tf.compat.v1.metrics.accuracy", name="variables")
def accuracy_variables(tf):
    with tf.Graph().as_default():
        value, update = tf.compat.v1.metrics.accuracy(
            tf.ones([4]), tf.ones([4]), metrics_collections=["values"], updates_collections=["updates"], name="right"
        )
        return (
            [variable.name for variable in tf.compat.v1.local_variables()],
            tf.compat.v1.get_collection("values") == [value],
            tf.compat.v1.get_collection("updates") == [update],
        )


@accuracy_variables.promise
def _(result):
    return result == [["right/total:0", "right/count:0"], True, True]


@case("tf.compat.v1.metrics.accuracy", name="refuses")
def accuracy_refuses(tf):
    refused = []
    with tf.Graph().as_default():
        for labels, predictions, weights in (((3, 4), (2, 4), None), ((3, 4), (3, 4), (2, 5))):
            try:
                tf.compat.v1.metrics.accuracy(
                    tf.ones(labels), tf.ones(predictions), weights=None if weights is None else tf.ones(weights)
                )
            except ValueError:
                refused.append(predictions)
    return refused


@accuracy_refuses.promise
def _(refused):
    return refused == [[2, 4], [3, 4]]
