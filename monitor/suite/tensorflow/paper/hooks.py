"""Hooks of TensorFlow 1's monitored sessions: the data that they save and log, and when."""

from monitor.suite.declare import FLOATING, case, tensor
from monitor.suite.limits import HOST_VALUES

SAVER = "tf.compat.v1.train.CheckpointSaverHook"
LOGGER = "tf.compat.v1.train.LoggingTensorHook"


def train(tf, steps, hooks):
    """Run this number of steps that only count, in the default graph."""
    step = tf.compat.v1.train.get_or_create_global_step()
    count = tf.compat.v1.assign_add(step, 1)
    with tf.compat.v1.train.MonitoredSession(hooks=hooks) as session:
        for _ in range(steps):
            session.run(count)
    tf.compat.v1.summary.FileWriterCache.clear()  # a saver's hook leaves its writer open


def saved_steps(tf, folder):
    """Return the steps of the checkpoints in a folder."""
    from pathlib import Path

    return sorted(int(path.stem.rpartition("-")[2]) for path in Path(folder).glob("model.ckpt-*.index"))


@case(SAVER)
def checkpoint_saver_hook(tf):
    import tempfile

    with tempfile.TemporaryDirectory() as folder, tf.Graph().as_default():
        tf.compat.v1.train.get_or_create_global_step()
        train(tf, 5, [tf.compat.v1.train.CheckpointSaverHook(folder, save_steps=2)])
        return saved_steps(tf, folder)


@checkpoint_saver_hook.promise
def _(steps):
    return steps == [0, 2, 4, 5]  # before the first step, every two from there, and after the last


@case(SAVER, name="at-the-end")
def checkpoint_saver_hook_at_the_end(tf):
    import tempfile

    with tempfile.TemporaryDirectory() as folder, tf.Graph().as_default():
        tf.compat.v1.train.get_or_create_global_step()
        train(tf, 3, [tf.compat.v1.train.CheckpointSaverHook(folder, save_steps=100)])
        return saved_steps(tf, folder)


@checkpoint_saver_hook_at_the_end.promise
def _(steps):
    return steps == [0, 3]


@case(SAVER, name="saves", dtypes=FLOATING + ("int32", "bool"), limits=HOST_VALUES)
def checkpoint_saver_hook_saves(tf, x=tensor(2, 3)):
    import tempfile

    with tempfile.TemporaryDirectory() as folder, tf.Graph().as_default():
        tf.compat.v1.train.get_or_create_global_step()
        tf.compat.v1.Variable(x.numpy(), name="weight")
        train(tf, 1, [tf.compat.v1.train.CheckpointSaverHook(folder, save_steps=1)])
        return tf.train.load_checkpoint(folder).get_tensor("weight")


@checkpoint_saver_hook_saves.reference
def _(np, x):
    return x


@case(SAVER, name="listened-to")
def checkpoint_saver_hook_listened_to(tf):
    import tempfile

    heard = []

    listener = tf.compat.v1.train.CheckpointSaverListener()
    listener.begin = lambda: heard.append("begin")
    listener.before_save = lambda session, step: heard.append(f"before {step}")
    listener.after_save = lambda session, step: heard.append(f"after {step}")
    listener.end = lambda session, step: heard.append(f"end {step}")
    with tempfile.TemporaryDirectory() as folder, tf.Graph().as_default():
        tf.compat.v1.train.get_or_create_global_step()
        hook = tf.compat.v1.train.CheckpointSaverHook(folder, save_steps=2, listeners=[listener])
        train(tf, 2, [hook])
    return heard


@checkpoint_saver_hook_listened_to.promise
def _(heard):
    saves = [word for step in (0, 2) for word in (f"before {step}", f"after {step}")]
    return heard == ["begin", *saves, "end 2"]


@case(SAVER, name="named")
def checkpoint_saver_hook_named(tf):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder, tf.Graph().as_default():
        tf.compat.v1.train.get_or_create_global_step()
        hook = tf.compat.v1.train.CheckpointSaverHook(folder, save_steps=1, checkpoint_basename="kept")
        train(tf, 1, [hook])
        latest = Path(tf.train.latest_checkpoint(folder)).name
        return latest, (Path(folder) / "graph.pbtxt").exists()


@checkpoint_saver_hook_named.promise
def _(result):
    return result == ["kept-1", True]


@case(SAVER, name="refuses")
def checkpoint_saver_hook_refuses(tf):
    refused = []
    for arguments in ({}, {"save_secs": 1, "save_steps": 1}):
        try:
            tf.compat.v1.train.CheckpointSaverHook("folder", **arguments)
        except ValueError:
            refused.append(sorted(arguments))
    return refused


@checkpoint_saver_hook_refuses.promise
def _(refused):
    return refused == [[], ["save_secs", "save_steps"]]


@case(LOGGER, dtypes=FLOATING + ("int32", "int64"), limits=HOST_VALUES)
def logging_tensor_hook(tf, x=tensor(3)):
    said: list[object] = []
    with tf.Graph().as_default():
        values = {"doubled": 2 * tf.constant(x.numpy())}
        hook = tf.compat.v1.train.LoggingTensorHook(values, every_n_iter=10, formatter=said.append)
        train(tf, 1, [hook])
    return said


@logging_tensor_hook.reference
def _(np, x):
    return [{"doubled": 2 * x}]


@case(LOGGER, name="every-two")
def logging_tensor_hook_every_two(tf):
    said = []
    with tf.Graph().as_default():
        step = tf.compat.v1.train.get_or_create_global_step()
        count = tf.compat.v1.assign_add(step, 1)
        hook = tf.compat.v1.train.LoggingTensorHook(
            {"count": count}, every_n_iter=2, formatter=lambda values: said.append(int(values["count"]))
        )
        with tf.compat.v1.train.MonitoredSession(hooks=[hook]) as session:
            for _ in range(5):
                session.run(count)
    return said


@logging_tensor_hook_every_two.promise
def _(said):
    return said == [1, 3, 5]


@case(LOGGER, name="at-end")
def logging_tensor_hook_at_end(tf):
    said = []
    with tf.Graph().as_default():
        step = tf.compat.v1.train.get_or_create_global_step()
        hook = tf.compat.v1.train.LoggingTensorHook(
            {"step": step}, at_end=True, formatter=lambda values: said.append(int(values["step"]))
        )
        train(tf, 4, [hook])
    return said


@logging_tensor_hook_at_end.promise
def _(said):
    return said == [4]


@case(LOGGER, name="words")
def logging_tensor_hook_words(tf):
    import logging

    said = []

    class Handler(logging.Handler):
        def emit(self, record):
            said.append(record.getMessage())

    handler = Handler()
    logger, level = tf.get_logger(), tf.get_logger().level
    logger.addHandler(handler)
    logger.setLevel("INFO")
    try:
        with tf.Graph().as_default():
            tf.constant(7, name="seven")
            tf.constant([0.5, 2.0], name="pair")
            train(tf, 1, [tf.compat.v1.train.LoggingTensorHook(["seven:0", "pair"], every_n_iter=1)])
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    return [message for message in said if "seven" in message]


@logging_tensor_hook_words.promise
def _(messages):
    return messages == ["seven:0 = 7, pair = [0.5 2. ]"]


@case(LOGGER, name="refuses")
def logging_tensor_hook_refuses(tf):
    refused = []
    for arguments in ({}, {"every_n_iter": 0}, {"every_n_iter": 1, "every_n_secs": 1}):
        try:
            tf.compat.v1.train.LoggingTensorHook(["x"], **arguments)
        except ValueError:
            refused.append(sorted(arguments))
    return refused


@logging_tensor_hook_refuses.promise
def _(refused):
    return refused == [[], ["every_n_iter"], ["every_n_iter", "every_n_secs"]]
