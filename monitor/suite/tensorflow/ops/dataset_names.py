"""Names of datasets, which are in their metadata."""

from functools import partial

from monitor.suite.declare import fact
from monitor.suite.limits import ARGUMENT_ONLY
from monitor.suite.tensorflow.ops.dataset_arguments import grown


def is_named(tf, build):
    """Return whether a node of the graph of a dataset has the name "given" in its metadata."""
    with tf.Graph().as_default() as graph:
        build(tf.data.Dataset.range(6))
        nodes = [operation.node_def.attr for operation in graph.get_operations()]
    return any(b"given" in node["metadata"].s for node in nodes if "metadata" in node)


def is_true(found):
    return found is True


name_fact = partial(fact, promise=is_true, name="name", limits=ARGUMENT_ONLY)

NAMES = [
    name_fact("tf.data.Dataset.batch", lambda tf: is_named(tf, lambda data: data.batch(2, name="given"))),
    name_fact(
        "tf.data.Dataset.bucket_by_sequence_length",
        lambda tf: is_named(tf, lambda data: data.bucket_by_sequence_length(lambda x: 1, [2], [2, 2], name="given")),
    ),
    name_fact("tf.data.Dataset.cache", lambda tf: is_named(tf, lambda data: data.cache(name="given"))),
    name_fact(
        "tf.data.Dataset.concatenate", lambda tf: is_named(tf, lambda data: data.concatenate(data, name="given"))
    ),
    name_fact("tf.data.Dataset.enumerate", lambda tf: is_named(tf, lambda data: data.enumerate(name="given"))),
    name_fact(
        "tf.data.Dataset.filter", lambda tf: is_named(tf, lambda data: data.filter(lambda x: x > 1, name="given"))
    ),
    name_fact(
        "tf.data.Dataset.flat_map",
        lambda tf: is_named(tf, lambda data: data.flat_map(tf.data.Dataset.range, name="given")),
    ),
    name_fact(
        "tf.data.Dataset.group_by_window",
        lambda tf: is_named(tf, lambda data: data.group_by_window(lambda x: x, grown, window_size=2, name="given")),
    ),
    name_fact(
        "tf.data.Dataset.interleave",
        lambda tf: is_named(tf, lambda data: data.interleave(tf.data.Dataset.range, name="given")),
    ),
    name_fact("tf.data.Dataset.map", lambda tf: is_named(tf, lambda data: data.map(lambda x: x, name="given"))),
    name_fact("tf.data.Dataset.padded_batch", lambda tf: is_named(tf, lambda data: data.padded_batch(2, name="given"))),
    name_fact("tf.data.Dataset.prefetch", lambda tf: is_named(tf, lambda data: data.prefetch(2, name="given"))),
    name_fact(
        "tf.data.Dataset.reduce",
        lambda tf: is_named(tf, lambda data: data.reduce(tf.constant(0, "int64"), lambda a, b: a + b, name="given")),
    ),
    name_fact("tf.data.Dataset.repeat", lambda tf: is_named(tf, lambda data: data.repeat(2, name="given"))),
    name_fact(
        "tf.data.Dataset.scan",
        lambda tf: is_named(tf, lambda data: data.scan(tf.constant(0, "int64"), lambda a, b: (a, b), name="given")),
    ),
    name_fact("tf.data.Dataset.shuffle", lambda tf: is_named(tf, lambda data: data.shuffle(3, name="given"))),
    name_fact("tf.data.Dataset.skip", lambda tf: is_named(tf, lambda data: data.skip(2, name="given"))),
    name_fact("tf.data.Dataset.take", lambda tf: is_named(tf, lambda data: data.take(2, name="given"))),
    name_fact(
        "tf.data.Dataset.take_while",
        lambda tf: is_named(tf, lambda data: data.take_while(lambda x: x < 2, name="given")),
    ),
    name_fact("tf.data.Dataset.unbatch", lambda tf: is_named(tf, lambda data: data.batch(2).unbatch(name="given"))),
    name_fact("tf.data.Dataset.unique", lambda tf: is_named(tf, lambda data: data.unique(name="given"))),
    name_fact("tf.data.Dataset.window", lambda tf: is_named(tf, lambda data: data.window(2, name="given"))),
    name_fact(
        "tf.data.TFRecordDataset", lambda tf: is_named(tf, lambda data: tf.data.TFRecordDataset("file", name="given"))
    ),
    name_fact(
        "tf.compat.v1.data.TFRecordDataset",
        lambda tf: is_named(tf, lambda data: tf.compat.v1.data.TFRecordDataset("file", name="given")),
    ),
    name_fact(
        "tf.data.TextLineDataset", lambda tf: is_named(tf, lambda data: tf.data.TextLineDataset("file", name="given"))
    ),
]
