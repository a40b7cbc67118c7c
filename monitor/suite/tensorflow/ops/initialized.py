"""Graphs of `tf.compat.v1` with tables, iterators, columns and initializers, which a session runs."""

from monitor.suite.declare import case, fact


def _ran(tf, make, *before):
    """Return the result of a graph that `make()` builds, after its initializers and the operations `before()`."""
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as running:
        made = make()
        for start in (v1.global_variables_initializer, v1.local_variables_initializer, v1.tables_initializer, *before):
            running.run(start())
        return running.run(made)


def _vocabulary(tf):
    return tf.feature_column.categorical_column_with_vocabulary_list("word", ["a", "b", "c"], num_oov_buckets=1)


def _columns(tf, column):
    def rows():
        features = {"word": tf.constant([["b"], ["z"]]), "size": tf.constant([[2.0], [-4.0]])}
        return tf.compat.v1.feature_column.input_layer(features, [column])

    return _ran(tf, rows).tolist()


GRAPHS = [
    fact(
        "tf.feature_column.categorical_column_with_vocabulary_list",
        lambda tf: (lambda column: (column.key, list(column.vocabulary_list), column.num_buckets))(_vocabulary(tf)),
        lambda found: found == ["word", ["a", "b", "c"], 4],
    ),
    fact(
        "tf.feature_column.indicator_column",
        lambda tf: _columns(tf, tf.feature_column.indicator_column(_vocabulary(tf))),
        lambda found: found == [[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]],
    ),
    fact(
        "tf.feature_column.numeric_column",
        lambda tf: _columns(tf, tf.feature_column.numeric_column("size", normalizer_fn=lambda x: x / 2)),
        lambda found: found == [[1.0], [-2.0]],
    ),
    fact(
        "tf.feature_column.embedding_column",
        lambda tf: _columns(
            tf,
            tf.feature_column.embedding_column(
                _vocabulary(tf),
                2,
                initializer=tf.compat.v1.constant_initializer([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0]]),
            ),
        ),
        lambda found: found == [[2.0, 3.0], [6.0, 7.0]],
    ),
    fact(
        "tf.lookup.StaticHashTable",
        lambda tf: (lambda table: (table.lookup(tf.constant(["b", "z"])).numpy().tolist(), int(table.size())))(
            tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a", "b"], [1, 2]), -1)
        ),
        lambda found: found == [[2, -1], 2],
    ),
    fact(
        "tf.compat.v1.placeholder_with_default",
        lambda tf: _defaulted(tf),
        lambda found: found == [6.0, 10.0],
    ),
    fact(
        "tf.compat.v1.Print",
        lambda tf: _ran(tf, lambda: tf.compat.v1.Print(tf.constant([1.0, 3.0]) * 2, ["printed"])).tolist(),
        lambda found: found == [2.0, 6.0],
    ),
    fact(
        "tf.compat.v1.assign_sub",
        lambda tf: float(
            _ran(tf, lambda: tf.compat.v1.assign_sub(tf.compat.v1.get_variable("x", initializer=5.0), 2.0))
        ),
        lambda found: found == 3.0,
    ),
    fact(
        "tf.compat.v1.data.make_one_shot_iterator",
        lambda tf: _taken(tf, tf.compat.v1.data.make_one_shot_iterator),
        lambda found: found == [0, 1, 4, "end"],
    ),
    fact(
        "tf.compat.v1.data.make_initializable_iterator",
        lambda tf: _taken(tf, tf.compat.v1.data.make_initializable_iterator),
        lambda found: found == [0, 1, 4, "end"],
    ),
]


def _defaulted(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as running:
        x = tf.compat.v1.placeholder_with_default(3.0, [])
        return [float(running.run(2 * x)), float(running.run(2 * x, {x: 5.0}))]


def _taken(tf, make):
    found = []
    with tf.Graph().as_default(), tf.compat.v1.Session() as running:
        iterator = make(tf.compat.v1.data.Dataset.range(3).map(lambda x: x * x))
        if "initializable" in make.__name__:
            running.run(iterator.initializer)
        element = iterator.get_next()
        try:
            while True:
                found.append(int(running.run(element)))
        except tf.errors.OutOfRangeError:
            return [*found, "end"]


def _initialized(tf, initializer):
    """Return the value of a variable before and after its initializer, which a function of the variable makes."""
    with tf.Graph().as_default(), tf.compat.v1.Session() as running:
        made = tf.compat.v1.get_variable("made", initializer=3.0)
        start = initializer(made)
        before = bool(running.run(tf.compat.v1.is_variable_initialized(made)))
        running.run(start)
        return before, float(running.run(made))


@case("tf.compat.v1.initialize_all_variables")
def initialize_all_variables(tf):
    return _initialized(tf, lambda _: tf.compat.v1.initialize_all_variables())


@initialize_all_variables.promise
def _(found):
    return found == [False, 3.0]


@case("tf.compat.v1.variables_initializer")
def variables_initializer(tf):
    return _initialized(tf, lambda made: tf.compat.v1.variables_initializer([made]))


@variables_initializer.promise
def _(found):
    return found == [False, 3.0]


@case("tf.compat.v1.initializers.tables_initializer")
def tables_initializer(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as running:
        table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a", "b"], [1, 2]), -1)
        found = table.lookup(tf.constant(["b", "z"]))
        start = tf.compat.v1.initializers.tables_initializer()
        try:
            running.run(found)
            before = "ready"
        except tf.errors.FailedPreconditionError:
            before = "not ready"
        running.run(start)
        return before, running.run(found).tolist()


@tables_initializer.promise
def _(found):
    return found == ["not ready", [2, -1]]


@case("tf.compat.v1.reset_default_graph")
def reset_default_graph(tf):
    tf.compat.v1.reset_default_graph()
    graph = tf.compat.v1.get_default_graph()
    with graph.as_default():
        tf.constant(1.0, name="one")
    tf.compat.v1.reset_default_graph()
    fresh = tf.compat.v1.get_default_graph()
    return len(graph.get_operations()), len(fresh.get_operations()), fresh is graph


@reset_default_graph.promise
def _(found):
    return found == [1, 0, False]


@case("tf.compat.v1.train.create_global_step")
def create_global_step(tf):
    with tf.Graph().as_default() as graph:
        step = tf.compat.v1.train.create_global_step()
        try:
            tf.compat.v1.train.create_global_step()
            again = "made"
        except ValueError:
            again = "refused"
        return step is tf.compat.v1.train.get_global_step(graph), step.dtype.base_dtype.name, again


@create_global_step.promise
def _(found):
    return found == [True, "int64", "refused"]


@case("tf.compat.v1.nn.dynamic_rnn")
def dynamic_rnn(tf):
    class Summing:
        state_size = output_size = 2

        def zero_state(self, batch, dtype):
            return tf.zeros([batch, 2], dtype)

        def __call__(self, inputs, state, scope=None):
            return 2 * (inputs + state), inputs + state

    def unrolled():
        x = tf.constant([[[1.0, 0.0], [0.0, 1.0], [5.0, 5.0]]])
        return tf.compat.v1.nn.dynamic_rnn(Summing(), x, sequence_length=[2], dtype=tf.float32)

    outputs, state = _ran(tf, unrolled)
    return outputs.tolist(), state.tolist()


@dynamic_rnn.promise
def _(found):
    # After the end of the sequence, the output is zero, and the state stays.
    return found == [[[[2.0, 0.0], [2.0, 2.0], [0.0, 0.0]]], [[1.0, 1.0]]]


@case("tf.compat.v1.metrics.mean")
def metrics_mean(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as running:
        x = tf.compat.v1.placeholder(tf.float32, [None])
        mean, update = tf.compat.v1.metrics.mean(x)
        running.run(tf.compat.v1.local_variables_initializer())
        updates = [float(running.run(update, {x: given})) for given in ([1.0, 3.0], [8.0])]
        return updates, float(running.run(mean))


@metrics_mean.promise
def _(found):
    return found == [[2.0, 4.0], 4.0]


@case("tf.compat.v1.train.init_from_checkpoint")
def init_from_checkpoint(tf):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        with tf.Graph().as_default(), tf.compat.v1.Session() as running:
            tf.compat.v1.get_variable("old/weight", initializer=[1.0, 2.0])
            running.run(tf.compat.v1.global_variables_initializer())
            path = tf.compat.v1.train.Saver().save(running, f"{folder}/model")
        with tf.Graph().as_default(), tf.compat.v1.Session() as running:
            weight = tf.compat.v1.get_variable("new/weight", initializer=[7.0, 7.0])
            tf.compat.v1.train.init_from_checkpoint(path, {"old/": "new/"})
            running.run(tf.compat.v1.global_variables_initializer())
            return running.run(weight).tolist()


@init_from_checkpoint.promise
def _(found):
    return found == [1.0, 2.0]


@case("tf.compat.v1.train.MonitoredSession")
def monitored_session(tf):
    with tf.Graph().as_default():
        made = tf.compat.v1.get_variable("made", initializer=2.0)
        step = made.assign_add(1.0)
        with tf.compat.v1.train.MonitoredSession() as running:
            return [float(running.run(step)) for _ in range(2)], running.should_stop()


@monitored_session.promise
def _(found):
    return found == [[3.0, 4.0], False]


@case("tf.compat.v1.add_to_collection")
def add_to_collection(tf):
    with tf.Graph().as_default():
        for value in (3, 1):
            tf.compat.v1.add_to_collection("kept", value)
        return tf.compat.v1.get_collection("kept"), tf.compat.v1.get_collection("other")


@add_to_collection.promise
def _(found):
    return found == [[3, 1], []]


@case("tf.compat.v1.ConfigProto")
def config_proto(tf):
    made = tf.compat.v1.ConfigProto(allow_soft_placement=True, intra_op_parallelism_threads=3)
    made.gpu_options.allow_growth = True
    read = tf.compat.v1.ConfigProto.FromString(made.SerializeToString())
    return read.allow_soft_placement, read.intra_op_parallelism_threads, read.gpu_options.allow_growth


@config_proto.promise
def _(found):
    return found == [True, 3, True]


@case("tf.compat.v1.assert_equal")
def assert_equal(tf):
    equal = tf.compat.v1.assert_equal([1, 2], [1, 2])
    try:
        tf.compat.v1.assert_equal([1, 2], [1, 3], message="not the same")
    except tf.errors.InvalidArgumentError as error:
        return equal is None, "not the same" in str(error)


@assert_equal.promise
def _(found):
    return found == [True, True]
