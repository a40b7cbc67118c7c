"""Arguments of `tf.compat.v1` functions that build graphs, and of checkpoints, which no other case passes."""

from functools import partial

from monitor.suite.declare import fact
from monitor.suite.limits import ARGUMENT_ONLY

argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def in_graph(tf, build):
    """Return what a function returns that builds a graph."""
    with tf.Graph().as_default():
        return build(tf.compat.v1)


def run(tf, result):
    """Return the value of a tensor, after all variables of the graph have their first values."""
    with tf.compat.v1.Session() as session:
        session.run([tf.compat.v1.global_variables_initializer(), tf.compat.v1.local_variables_initializer()])
        return session.run(result)


def variable(tf):
    """Return facts of variables with all options."""
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        made = tf.compat.v1.get_variable(
            "weight",
            [2],
            dtype=tf.float64,
            regularizer=tf.nn.l2_loss,
            trainable=False,
            collections=["own"],
            use_resource=True,
            custom_getter=lambda getter, name, *args, **options: getter(f"{name}_own", *args, **options),
            constraint=tf.nn.relu,
            synchronization=tf.VariableSynchronization.ON_READ,
            aggregation=tf.VariableAggregation.SUM,
        )
        lists = [len(v1.get_collection(one)) for one in ("own", "variables", "trainable_variables")]
        losses = len(v1.get_collection(v1.GraphKeys.REGULARIZATION_LOSSES))
        open_shape = tf.compat.v1.get_variable(
            "open", initializer=tf.constant([1.0]), validate_shape=False, use_resource=False
        )
        return (
            [made.name, made.dtype.name, made.constraint is tf.nn.relu, *lists, losses],
            [made.synchronization.name, made.aggregation.name, type(made).__name__],
            open_shape.shape.rank,
        )


def adam(tf):
    """Return a variable after two steps, whose gradient is two times its value."""
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        one = v1.get_variable("one", initializer=1.0, use_resource=True)
        step = v1.train.AdamOptimizer(0.5, beta1=0.5, beta2=0.75, epsilon=0.125).apply_gradients(
            [(2.0 * one.read_value(), one)]
        )
        session.run(v1.global_variables_initializer())
        session.run(step)
        session.run(step)
        return float(session.run(one))


def is_adam(found):
    m, v, x = 0.0, 0.0, 1.0
    for step in (1, 2):
        m, v = m / 2 + x, 0.75 * v + x * x
        x -= 0.5 * (1 - 0.75**step) ** 0.5 / (1 - 0.5**step) * m / (v**0.5 + 0.125)
    return abs(found - x) < 1e-5


def average(tf):
    """Return a weighted mean, and the numbers of tensors in two collections."""
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        mean, update = v1.metrics.mean(
            [1.0, 5.0],
            weights=[3.0, 1.0],
            metrics_collections=["own"],
            updates_collections=["updates"],
            name="given",
        )
        with v1.Session() as session:
            session.run(v1.local_variables_initializer())
            session.run(update)
            names = [len(v1.get_collection(one)) for one in ("own", "updates")]
            return float(session.run(mean)), *names, mean.name.startswith("given/")


def summarized(tf, build):
    """Return the tags of a summary, and the number of summaries in an own collection."""
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        text = run(tf, build(v1))
        summary = v1.Summary.FromString(text)
        return [one.tag for one in summary.value], len(v1.get_collection("own"))


def saver(tf):
    """Return the files of a saver with all options, and the values that it restores."""
    import pathlib
    import tempfile

    v1 = tf.compat.v1
    with tempfile.TemporaryDirectory() as folder, tf.Graph().as_default(), v1.Session() as session:
        kept = v1.get_variable("kept", initializer=[1.0, 2.0], use_resource=False)
        v1.get_variable("other", initializer=3.0)
        made = v1.train.Saver(
            var_list={"renamed": kept},
            sharded=True,
            name="given",
            restore_sequentially=True,
            pad_step_number=True,
            save_relative_paths=True,
        )
        session.run(v1.global_variables_initializer())
        path = made.save(session, f"{folder}/model", global_step=7)
        names = [name for name, _ in tf.train.list_variables(path)]
        state = pathlib.Path(folder, "checkpoint").read_text()
        named = any(one.name.startswith("given/") for one in tf.compat.v1.get_default_graph().get_operations())
        return pathlib.Path(path).name, names, folder in state, named


def managed(tf):
    """Return the names of checkpoints with an own name, at every second step, and the steps that a function sets."""
    import pathlib
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        step, begun = tf.Variable(0, dtype=tf.int64), []
        manager = tf.train.CheckpointManager(
            tf.train.Checkpoint(step=step),
            folder,
            max_to_keep=2,
            checkpoint_name="own",
            step_counter=step,
            checkpoint_interval=2,
            init_fn=lambda: begun.append(1),
        )
        manager.restore_or_initialize()
        for number in range(1, 6):
            step.assign(number)
            manager.save()
        return [pathlib.Path(one).name for one in manager.checkpoints], len(begun)


def rooted(tf):
    """Return a value that a checkpoint with a root restores."""
    import tempfile

    class Model(tf.Module):
        def __init__(self, value):
            super().__init__()
            self.weight = tf.Variable(value)

    with tempfile.TemporaryDirectory() as folder:
        path = tf.train.Checkpoint(root=Model(3.0)).save(f"{folder}/model")
        other = Model(0.0)
        other_checkpoint = tf.train.Checkpoint(root=other)
        other_checkpoint.restore(path)
        return float(other.weight)


def replaced(tf, module, method, **options):
    """Return whether a file is replaced only with permission, and the text that replaces it."""
    import pathlib
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        first, second = pathlib.Path(folder, "first"), pathlib.Path(folder, "second")
        first.write_text("new")
        second.write_text("old")
        function = getattr(module, method)
        try:
            function(str(first), str(second))
            refused = False
        except tf.errors.AlreadyExistsError:
            refused = True
        function(str(first), str(second), **options)
        return refused, second.read_text()


def is_replaced(found):
    return found == [True, "new"]


overwrite_fact = partial(argument_fact, promise=is_replaced, name="overwrite")

FILES = [
    overwrite_fact(
        "tf.io.gfile.copy",
        lambda tf: replaced(tf, tf.io.gfile, "copy", overwrite=True),
    ),
    overwrite_fact(
        "tf.io.gfile.rename",
        lambda tf: replaced(tf, tf.io.gfile, "rename", overwrite=True),
    ),
    overwrite_fact(
        "tf.compat.v1.gfile.Copy",
        lambda tf: replaced(tf, tf.compat.v1.gfile, "Copy", overwrite=True),
    ),
    overwrite_fact(
        "tf.compat.v1.gfile.Rename",
        lambda tf: replaced(tf, tf.compat.v1.gfile, "Rename", overwrite=True),
    ),
]

GRAPHS = [
    argument_fact(
        "tf.compat.v1.get_variable",
        variable,
        lambda found: (
            found
            == [
                ["weight_own:0", "float64", True, 1, 0, 0, 1],
                ["ON_READ", "SUM", "ResourceVariable"],
                None,
            ]
        ),
        name="options",
    ),
    argument_fact("tf.compat.v1.train.AdamOptimizer", adam, is_adam, name="betas"),
    argument_fact("tf.compat.v1.metrics.mean", average, lambda found: found == [2.0, 1, 1, True], name="weights"),
    argument_fact(
        "tf.compat.v1.summary.scalar",
        lambda tf: summarized(tf, lambda v1: tf.compat.v1.summary.scalar("one", 1.0, ["own"], family="given")),
        lambda found: found == [["given/given/one"], 1],
        name="family",
    ),
    argument_fact(
        "tf.compat.v1.summary.histogram",
        lambda tf: summarized(tf, lambda v1: tf.compat.v1.summary.histogram("one", [1.0], ["own"], family="given")),
        lambda found: found == [["given/given/one"], 1],
        name="family",
    ),
    argument_fact(
        "tf.compat.v1.summary.image",
        lambda tf: summarized(
            tf,
            lambda v1: tf.compat.v1.summary.image(
                "one", tf.zeros([3, 2, 2, 1]), max_outputs=2, collections=["own"], family="given"
            ),
        ),
        lambda found: found == [["given/given/one/image/0", "given/given/one/image/1"], 1],
        name="family",
    ),
    argument_fact(
        "tf.compat.v1.summary.merge",
        lambda tf: summarized(
            tf, lambda v1: tf.compat.v1.summary.merge([v1.summary.scalar("one", 1.0)], collections=["own"])
        ),
        lambda found: found == [["one"], 1],
        name="collections",
    ),
    argument_fact(
        "tf.compat.v1.summary.merge_all",
        lambda tf: summarized(
            tf,
            lambda v1: (
                v1.summary.scalar("one", 1.0, ["own"]),
                v1.summary.scalar("given/two", 1.0),
                tf.compat.v1.summary.merge_all(key="own"),
            )[2],
        ),
        lambda found: found == [["one"], 1],
        name="key",
    ),
    argument_fact(
        "tf.compat.v1.global_variables",
        lambda tf: in_graph(
            tf,
            lambda v1: (
                v1.get_variable("one", []),
                v1.get_variable("given", []),
                [one.name for one in tf.compat.v1.global_variables(scope="giv")],
            )[2],
        ),
        lambda names: names == ["given:0"],
        name="scope",
    ),
    argument_fact(
        "tf.compat.v1.trainable_variables",
        lambda tf: in_graph(
            tf,
            lambda v1: (
                v1.get_variable("one", []),
                v1.get_variable("given", []),
                [one.name for one in tf.compat.v1.trainable_variables(scope="giv")],
            )[2],
        ),
        lambda names: names == ["given:0"],
        name="scope",
    ),
    argument_fact(
        "tf.compat.v1.name_scope",
        lambda tf: in_graph(
            tf,
            lambda v1: tf.compat.v1.name_scope(None, default_name="given", values=[tf.constant(1)]).__enter__(),
        ),
        lambda name: name == "given/",
        name="default",
    ),
]

CHECKPOINTS = [
    argument_fact(
        "tf.compat.v1.train.Saver",
        saver,
        lambda found: found == ["model-00000007", ["renamed"], False, True],
        name="options",
    ),
    argument_fact(
        "tf.train.CheckpointManager",
        managed,
        lambda found: found == [["own-2", "own-3"], 1],
        name="options",
    ),
    argument_fact("tf.train.Checkpoint", rooted, lambda value: value == 3.0, name="root"),
]
