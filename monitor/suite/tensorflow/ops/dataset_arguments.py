"""Arguments of `tf.data` that no other case passes."""

from functools import partial

from monitor.suite.declare import fact
from monitor.suite.limits import ARGUMENT_ONLY

argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def listed(dataset):
    """Return the elements of a dataset as lists."""
    return [one.tolist() if hasattr(one, "tolist") else one for one in dataset.as_numpy_iterator()]


def attributes(tf, build, kind):
    """Return the attributes of the last node of some type in the graph of a dataset."""
    with tf.Graph().as_default() as graph:
        build(tf.data.Dataset.range(6))
        return [one.node_def.attr for one in graph.get_operations() if one.type == kind][-1]


def lines(tf, make, content):
    """Return the elements of a dataset of a file."""
    import pathlib
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "file")
        path.write_bytes(content)
        return [one.decode() for one in make(str(path)).as_numpy_iterator()]


def is_parallel(tf, build):
    """Return whether a dataset of files reads several of them at a time."""
    with tf.Graph().as_default() as graph:
        build()
        return any("ParallelInterleave" in one.type for one in graph.get_operations())


def record(tf, text):
    """Return the content of a file of one record, compressed."""
    import pathlib
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        with tf.io.TFRecordWriter(f"{folder}/file", "GZIP") as writer:
            writer.write(text)
        return pathlib.Path(folder, "file").read_bytes()


def compressed(text):
    import gzip

    return gzip.compress(text)


def cached(tf):
    """Return the elements of a cached dataset, read twice, and whether the folder has files of the cache."""
    import pathlib
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        data = tf.data.Dataset.range(3).cache(filename=f"{folder}/cache")
        found = [listed(data), listed(data)]
        return found, any(path.name.startswith("cache") for path in pathlib.Path(folder).iterdir())


def files(tf, seed):
    """Return the names of eight files in the order of a dataset."""
    import pathlib
    import tempfile

    tf.random.set_seed(1)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(8):
            pathlib.Path(folder, str(number)).touch()
        found = listed(tf.data.Dataset.list_files(f"{folder}/*", seed=seed))
        return [pathlib.Path(one.decode()).name for one in found]


def refuses(tf, call):
    try:
        call()
    except tf.errors.InvalidArgumentError:
        return True
    return False


def bucketed(tf, method, **options):
    """Return the batches of vectors of the lengths 1, 2, 4, 4 and 1, in buckets of at most 2 and 5 elements."""
    data = tf.data.Dataset.from_tensor_slices([1, 2, 4, 4, 1]).map(lambda x: tf.fill([x], x))
    return listed(getattr(data, method)(tf.size, [3, 6], [2, 2, 1], **options))


def sampled(tf, method, **options):
    """Return the numbers from two datasets, of zeros and of ones."""
    data = [tf.data.Dataset.from_tensors(value).repeat(50) for value in (0, 1)]
    return getattr(tf.data.Dataset, method)(data, seed=5, **options)


def shuffled(tf, **options):
    """Return whether two passes over a shuffled dataset have equal orders."""
    data = tf.data.Dataset.range(50).shuffle(50, seed=3, **options)
    return listed(data) == listed(data)


def grown(key, window):
    return window.batch(9)


ELEMENTS = [
    argument_fact(
        "tf.data.Dataset.batch",
        lambda tf: (
            listed(tf.data.Dataset.range(5).batch(2, num_parallel_calls=2, deterministic=True)),
            attributes(
                tf, lambda data: data.batch(2, num_parallel_calls=2, deterministic=False), "ParallelBatchDataset"
            )["deterministic"].s.decode(),
        ),
        lambda found: found == [[[0, 1], [2, 3], [4]], "false"],
        name="parallel",
    ),
    argument_fact(
        "tf.data.Dataset.map",
        lambda tf: (
            listed(tf.data.Dataset.range(3).map(lambda x: 2 * x, num_parallel_calls=2, deterministic=True)),
            attributes(
                tf,
                lambda data: data.map(
                    lambda x: x, num_parallel_calls=2, deterministic=False, use_unbounded_threadpool=True
                ),
                "ParallelMapDatasetV2",
            ),
            attributes(tf, lambda data: data.map(lambda x: x, synchronous=True), "MapDataset"),
        ),
        lambda found: (
            found[0] == [0, 2, 4]
            and found[1]["deterministic"].s == b"false"
            and found[1]["use_unbounded_threadpool"].b
            and found[2]["force_synchronous"].b
        ),
        name="parallel",
    ),
    argument_fact(
        "tf.data.Dataset.interleave",
        lambda tf: (
            listed(
                tf.data.Dataset.range(2).interleave(
                    lambda x: tf.data.Dataset.from_tensors(x).repeat(4),
                    cycle_length=2,
                    block_length=2,
                    num_parallel_calls=2,
                    deterministic=True,
                )
            ),
            attributes(
                tf,
                lambda data: data.interleave(
                    tf.data.Dataset.range, cycle_length=2, num_parallel_calls=2, deterministic=False
                ),
                "ParallelInterleaveDatasetV4",
            )["deterministic"].s.decode(),
        ),
        lambda found: found == [[0, 0, 1, 1, 0, 0, 1, 1], "false"],
        name="blocks",
    ),
    argument_fact("tf.data.Dataset.cache", cached, lambda found: found == [[[0, 1, 2]] * 2, True], name="file"),
    argument_fact(
        "tf.data.Dataset.padded_batch",
        lambda tf: listed(
            tf.data.Dataset.range(1, 4)
            .map(lambda x: tf.fill([x], x))
            .padded_batch(2, padded_shapes=[4], padding_values=tf.constant(9, tf.int64), drop_remainder=True)
        ),
        lambda found: found == [[[1, 9, 9, 9], [2, 2, 9, 9]]],
        name="values",
    ),
    argument_fact(
        "tf.data.Dataset.window",
        lambda tf: [listed(one) for one in tf.data.Dataset.range(7).window(2, shift=3, stride=2, drop_remainder=True)],
        lambda found: found == [[0, 2], [3, 5]],
        name="stride",
    ),
    argument_fact(
        "tf.data.Dataset.shuffle",
        lambda tf: [
            shuffled(tf),
            shuffled(tf, reshuffle_each_iteration=False),
            listed(tf.data.Dataset.range(4).shuffle(4, seed=1, reshuffle_each_iteration=False).batch(4).map(tf.sort)),
        ],
        lambda found: found == [False, True, [[0, 1, 2, 3]]],
        name="iterations",
    ),
    argument_fact(
        "tf.data.Dataset.group_by_window",
        lambda tf: listed(
            tf.data.Dataset.range(6).group_by_window(lambda x: x % 2, grown, window_size_func=lambda key: 1 + 2 * key)
        ),
        lambda found: sorted(found) == [[0], [1, 3, 5], [2], [4]],
        name="sizes",
    ),
    argument_fact(
        "tf.data.Dataset.bucket_by_sequence_length",
        lambda tf: [
            bucketed(tf, "bucket_by_sequence_length", padded_shapes=[5], padding_values=9),
            bucketed(tf, "bucket_by_sequence_length", pad_to_bucket_boundary=True, drop_remainder=True),
            refuses(tf, lambda: bucketed(tf, "bucket_by_sequence_length", no_padding=True)),
        ],
        lambda found: (
            found
            == [
                [[[1, 9, 9, 9, 9], [2, 2, 9, 9, 9]], [[4, 4, 4, 4, 9], [4, 4, 4, 4, 9]], [[1, 9, 9, 9, 9]]],
                [[[1, 0], [2, 2]], [[4, 4, 4, 4, 0], [4, 4, 4, 4, 0]]],
                True,
            ]
        ),
        name="padding",
    ),
    argument_fact(
        "tf.data.Dataset.sample_from_datasets",
        lambda tf: (
            sum(listed(sampled(tf, "sample_from_datasets", weights=[0.9, 0.1]).take(40))),
            len(listed(sampled(tf, "sample_from_datasets", stop_on_empty_dataset=True))),
            (lambda data: listed(data) == listed(data))(
                sampled(tf, "sample_from_datasets", rerandomize_each_iteration=True)
            ),
        ),
        lambda found: found[0] < 12 and found[1] < 100 and not found[2],
        name="weights",
    ),
    argument_fact(
        "tf.data.Dataset.choose_from_datasets",
        lambda tf: [
            len(
                listed(
                    tf.data.Dataset.choose_from_datasets(
                        [tf.data.Dataset.range(2), tf.data.Dataset.range(5)],
                        tf.data.Dataset.range(2).repeat(5),
                        stop_on_empty_dataset=stop,
                    )
                )
            )
            for stop in (True, False)
        ],
        lambda found: found == [4, 7],
        name="empty",
    ),
    argument_fact(
        "tf.data.Dataset.zip",
        lambda tf: listed(tf.data.Dataset.zip(datasets=(tf.data.Dataset.range(2), tf.data.Dataset.range(4, 6)))),
        lambda found: [[*one] for one in found] == [[0, 4], [1, 5]],
        name="keyword",
    ),
    argument_fact(
        "tf.compat.v1.data.Dataset.zip",
        lambda tf: [
            [int(one) for one in pair]
            for pair in tf.compat.v1.data.Dataset.zip(datasets=(tf.data.Dataset.range(2), tf.data.Dataset.range(4, 6)))
        ],
        lambda found: found == [[0, 4], [1, 5]],
        name="keyword",
    ),
    argument_fact(
        "tf.data.Dataset.from_generator",
        lambda tf: (lambda data: (listed(data), data.element_spec.shape.as_list(), data.element_spec.dtype.name))(
            tf.data.Dataset.from_generator(
                lambda n: ([i, i] for i in range(n)), output_types=tf.int16, output_shapes=[2], args=[2]
            )
        ),
        lambda found: found == [[[0, 0], [1, 1]], [2], "int16"],
        name="types",
    ),
    argument_fact(
        "tf.data.Dataset.list_files",
        lambda tf: [files(tf, 1), files(tf, 1), files(tf, 2)],
        lambda found: found[0] == found[1] != found[2] and sorted(found[2]) == [*"01234567"],
        name="seed",
    ),
    argument_fact(
        "tf.data.experimental.Counter",
        lambda tf: tf.data.experimental.Counter(3, dtype=tf.int32).element_spec.dtype.name,
        lambda dtype: dtype == "int32",
        name="dtype",
    ),
    argument_fact(
        "tf.data.TFRecordDataset",
        lambda tf: (
            is_parallel(tf, lambda: tf.data.TFRecordDataset(["file"], num_parallel_reads=2)),
            *lines(
                tf,
                lambda path: tf.data.TFRecordDataset(
                    [path], compression_type="GZIP", buffer_size=64, num_parallel_reads=2
                ),
                record(tf, b"some"),
            ),
        ),
        lambda found: found == [True, "some"],
        name="compressed",
    ),
    argument_fact(
        "tf.compat.v1.data.TFRecordDataset",
        lambda tf: (
            is_parallel(tf, lambda: tf.compat.v1.data.TFRecordDataset(["file"], num_parallel_reads=2)),
            *lines(
                tf,
                lambda path: tf.compat.v1.data.TFRecordDataset(
                    [path], compression_type="GZIP", buffer_size=64, num_parallel_reads=2
                ),
                record(tf, b"some"),
            ),
        ),
        lambda found: found == [True, "some"],
        name="compressed",
    ),
    argument_fact(
        "tf.data.TextLineDataset",
        lambda tf: (
            is_parallel(tf, lambda: tf.data.TextLineDataset(["file"], num_parallel_reads=2)),
            *lines(
                tf,
                lambda path: tf.data.TextLineDataset(
                    [path], compression_type="GZIP", buffer_size=64, num_parallel_reads=2
                ),
                compressed(b"some\nmore"),
            ),
        ),
        lambda found: found == [True, "some", "more"],
        name="compressed",
    ),
]
