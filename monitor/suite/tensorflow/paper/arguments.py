"""Arguments that no other case passes."""

from functools import partial

from monitor.suite.declare import fact, formula, tensor
from monitor.suite.limits import ARGUMENT_ONLY
from monitor.suite.tensorflow.ops.dataset_names import is_named

argument = partial(formula, dtypes=("float32",), limits=ARGUMENT_ONLY)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def scoped(tf):
    """Return what the options of a scope do to a variable in it."""
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        with v1.variable_scope(
            None,
            default_name="layer",
            regularizer=tf.nn.l2_loss,
            constraint=tf.nn.relu,
            use_resource=True,
            custom_getter=lambda getter, name, *args, **options: getter(name + "_own", *args, **options),
        ):
            variable = v1.get_variable("weight", shape=[2, 3])
        with v1.variable_scope("bare", auxiliary_name_scope=False):
            added = tf.constant(1, name="number").name
        losses = v1.get_collection(v1.GraphKeys.REGULARIZATION_LOSSES)
        constrained = variable.constraint is tf.nn.relu
        return variable.name, len(losses), constrained, type(variable).__name__, added


def run_with_options(tf):
    """Return a result that a fed value decides, and whether the trace of the run has steps."""
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        given = v1.placeholder(tf.float32, [])
        options, metadata = v1.RunOptions(trace_level=v1.RunOptions.FULL_TRACE), v1.RunMetadata()
        doubled = given * 2
        found = session.run(doubled, feed_dict={given: 4.0}, options=options, run_metadata=metadata)
        return float(found), len(metadata.step_stats.dev_stats) > 0


def normal(tf):
    """Return the name of a distribution, and whether it refuses a negative scale."""
    of = tf.compat.v1.distributions.Normal
    with tf.Graph().as_default():  # operations have no names elsewhere
        made = of(0.0, 1.0, allow_nan_stats=False, name="given")
    try:
        of(0.0, -1.0, validate_args=True).scale.numpy()
    except tf.errors.InvalidArgumentError:
        return made.name, made.allow_nan_stats, "refused"
    return made.name, made.allow_nan_stats, "accepted"


def saved(tf):
    """Return the files that a hook writes with a saver of ours, and without a graph."""
    import pathlib
    import tempfile

    v1 = tf.compat.v1
    with tempfile.TemporaryDirectory() as folder, tf.Graph().as_default():
        step = v1.train.create_global_step()
        add = v1.assign_add(step, 1)
        saver = v1.train.Saver([step], max_to_keep=1)
        hook = v1.train.CheckpointSaverHook(folder, save_secs=1000, saver=saver, save_graph_def=False)
        with v1.train.SingularMonitoredSession(hooks=[hook]) as session:
            session.run(add)
        names = [path.name for path in pathlib.Path(folder).iterdir()]
        return "checkpoint" in names, "graph.pbtxt" in names, any(name.endswith("-1.index") for name in names)


def queue_runner(tf):
    """Return whether a runner has the operations and the errors that it is made with."""
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        queue = v1.FIFOQueue(2, [tf.float32])
        close, cancel = queue.close(), queue.close(cancel_pending_enqueues=True)
        runner = v1.train.QueueRunner(
            queue,
            [queue.enqueue(1.0)],
            close_op=close,
            cancel_op=cancel,
            queue_closed_exception_types=(tf.errors.CancelledError,),
        )
        kinds = runner.queue_closed_exception_types == (tf.errors.CancelledError,)
        return runner.close_op is close, runner.cancel_op is cancel, kinds


def logged(tf):
    """Return the number of lines that a hook writes in three steps, if it waits for a long time between two."""
    v1, lines = tf.compat.v1, []

    def shown(found):
        lines.append(found)
        return ""

    with tf.Graph().as_default():
        number = tf.constant(3.0, name="number")
        hook = v1.train.LoggingTensorHook(["number"], every_n_secs=1000, formatter=shown)
        with v1.train.SingularMonitoredSession(hooks=[hook]) as session:
            for _ in range(3):
                session.run(number)
    return len(lines)


def named(tf, build):
    """Return whether a node of a graph has the name "given"."""
    with tf.Graph().as_default() as graph:
        build()
        return any("given" in operation.name for operation in graph.get_operations())


ARGUMENTS = [
    argument_fact(
        "tf.compat.v1.train.CheckpointSaverHook",
        saved,
        lambda found: found == [True, False, True],
        name="own-saver",
    ),
    argument_fact(
        "tf.compat.v1.train.QueueRunner",
        queue_runner,
        lambda found: found == [True, True, True],
        name="operations",
    ),
    argument_fact(
        "tf.compat.v1.train.LoggingTensorHook",
        logged,
        lambda number: number == 1,
        name="seconds",
    ),
    argument(
        "tf.nn.conv2d_transpose",
        lambda tf, x=tensor(1, 1, 1, 1), w=tensor(2, 2, 1, 1): tf.nn.conv2d_transpose(
            x, w, (1, 3, 3, 1), 1, "VALID", dilations=2
        ),
        lambda np, x, w: (
            np.array([[w[0, 0, 0, 0], 0, w[0, 1, 0, 0]], [0, 0, 0], [w[1, 0, 0, 0], 0, w[1, 1, 0, 0]]]).reshape(
                1, 3, 3, 1
            )
            * x
        ),
        name="dilated",
    ),
    argument_fact(
        "tf.compat.v1.variable_scope",
        scoped,
        lambda found: found[:3] == ["layer/weight_own:0", 1, True] and found[4] == "number:0",
        name="options",
    ),
    argument_fact(
        "tf.compat.v1.Session.run",
        run_with_options,
        lambda found: found == [8, True],
        name="options",
    ),
    argument_fact(
        "tf.compat.v1.distributions.Normal",
        normal,
        lambda found: found[0].startswith("given") and found[1:] == [False, "refused"],
        name="options",
    ),
    argument(
        "tf.linalg.set_diag",
        lambda tf, x=tensor(3, 3), d=tensor(2, 3): tf.linalg.set_diag(x, d, k=(0, 1), align="LEFT_RIGHT"),
        lambda np, x, d: np.array(
            [[d[1, 0], d[0, 0], x[0, 2]], [x[1, 0], d[1, 1], d[0, 1]], [x[2, 0], x[2, 1], d[1, 2]]]
        ),
        name="aligned",
    ),
    argument_fact(
        "tf.strings.as_string",
        lambda tf: tf.strings.as_string(tf.constant([0.5, 1e10]), shortest=True).numpy().tolist(),
        lambda found: found == [b"0.5", b"1e+10"],
        name="shortest",
    ),
    argument_fact(
        "tf.debugging.assert_less",
        lambda tf: _refusal(tf),
        lambda text: "1 2 3 4" not in text and "1" in text,
        name="summary",
    ),
    argument_fact(
        "tf.lookup.KeyValueTensorInitializer",
        lambda tf: (
            tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a"], [1], name="given"), 7)
            .lookup(tf.constant(["a", "b"]))
            .numpy()
            .tolist()
        ),
        lambda found: found == [1, 7],
        name="named",
    ),
    argument_fact(
        "tf.numpy_function",
        lambda tf: [
            operation.type
            for operation in tf.function(lambda: tf.numpy_function(lambda x: x + 1, [1.0], tf.float64, stateful=False))
            .get_concrete_function()
            .graph.get_operations()
        ],
        lambda types: "PyFuncStateless" in types,
        name="stateless",
    ),
    argument_fact(
        "tf.data.Dataset.shard",
        lambda tf: is_named(tf, lambda data: data.shard(2, 0, name="given")),
        lambda found: found is True,
        name="name",
    ),
    argument_fact(
        "tf.compat.v1.distributions.Normal.survival_function",
        lambda tf: named(tf, lambda: tf.compat.v1.distributions.Normal(0.0, 1.0).survival_function(0.5, name="given")),
        lambda found: found is True,
        name="name",
    ),
    argument_fact(
        "tf.compat.v1.distributions.Normal.log_survival_function",
        lambda tf: named(
            tf, lambda: tf.compat.v1.distributions.Normal(0.0, 1.0).log_survival_function(0.5, name="given")
        ),
        lambda found: found is True,
        name="name",
    ),
]


def _refusal(tf):
    """Return the message of a failed assertion that shows two elements of each tensor."""
    try:
        tf.debugging.assert_less(tf.constant([1, 2, 3, 4]), tf.constant([0, 0, 0, 0]), summarize=2)
    except tf.errors.InvalidArgumentError as error:
        return str(error)
    return ""
