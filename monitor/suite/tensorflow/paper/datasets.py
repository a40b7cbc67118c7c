"""Datasets: from lists, in shards, shuffled, in ragged batches."""

from monitor.suite.declare import DTYPE, EVERY, NUMERIC, case, tensor
from monitor.suite.limits import DATASET, FIXED_SHAPES, HOST_VALUES, MANY_RESULTS, NOT_EMPTY


@case("tf.data.experimental.from_list", dtypes=EVERY, limits=NOT_EMPTY | HOST_VALUES)
def from_list(tf, x=tensor(4, 3)):
    return [*tf.data.experimental.from_list(list(x.numpy()))]


@from_list.reference
def _(np, x):
    return [*x]


@case("tf.data.experimental.from_list", name="of-tuples", dtypes=("float32", "int32"), limits=FIXED_SHAPES | DATASET)
def from_list_of_tuples(tf, x=tensor(3, 2), y=tensor(3)):
    return [*tf.data.experimental.from_list([(x[i], {"label": y[i]}) for i in range(3)])]


@from_list_of_tuples.reference
def _(np, x, y):
    return [(x[i], {"label": y[i]}) for i in range(3)]


@case("tf.data.experimental.from_list", name="of-words")
def from_list_of_words(tf):
    dataset = tf.data.experimental.from_list(["one", "two", "three"])
    return [*dataset.as_numpy_iterator()], dataset.element_spec.dtype.name


@from_list_of_words.promise
def _(result):
    return result == [[b"one", b"two", b"three"], "string"]


@case("tf.data.experimental.from_list", name="batched", dtypes=("float32", "int32"), limits=FIXED_SHAPES | HOST_VALUES)
def from_list_batched(tf, x=tensor(5, 2)):
    return [*tf.data.experimental.from_list(list(x.numpy())).batch(2)]


@from_list_batched.reference
def _(np, x):
    return [x[:2], x[2:4], x[4:]]


@case("tf.data.experimental.from_list", name="counted")
def from_list_counted(tf):
    dataset = tf.data.experimental.from_list([1, 2, 3])
    return int(dataset.cardinality()), dataset.element_spec.shape.as_list(), dataset.element_spec.dtype.name


@from_list_counted.promise
def _(result):
    return result == [3, [], "int32"]


@case("tf.data.experimental.from_list", name="refuses")
def from_list_refuses(tf):
    refused = []
    wrong: list[object] = [[], (1, 2)]
    for elements in wrong:
        try:
            tf.data.experimental.from_list(elements)
        except ValueError:
            refused.append(True)
    return refused


@from_list_refuses.promise
def _(refused):
    return refused == [True, True]


@case("tf.data.Dataset.shard", dtypes=EVERY, limits=DATASET)
def shard(tf, x=tensor(7, 2)):
    return [*tf.data.Dataset.from_tensor_slices(x).shard(num_shards=3, index=1)]


@shard.reference
def _(np, x):
    return [*x[1::3]]


@case("tf.data.Dataset.shard", name="all", dtypes=("int64",))
def shard_all(tf):
    return [[*tf.data.Dataset.range(10).shard(4, index)] for index in range(4)]


@shard_all.reference
def _(np):
    return [[*np.arange(index, 10, 4)] for index in range(4)]


@case("tf.data.Dataset.shard", name="more-than-elements", dtypes=("int64",))
def shard_more_than_elements(tf):
    return [[*tf.data.Dataset.range(2).shard(5, index)] for index in range(5)]


@shard_more_than_elements.reference
def _(np):
    return [[np.array(0)], [np.array(1)], [], [], []]


@case("tf.data.Dataset.shard", name="of-a-map", dtypes=("float32", "int32"), limits=MANY_RESULTS | DATASET)
def shard_of_a_map(tf, x=tensor(6)):
    return [*tf.data.Dataset.from_tensor_slices(x).map(lambda element: 2 * element).shard(2, 1).batch(3)]


@shard_of_a_map.reference
def _(np, x):
    odd = 2 * x[1::2]
    return [odd[start : start + 3] for start in range(0, len(odd), 3)]


@case("tf.data.Dataset.shard", name="counted")
def shard_counted(tf):
    return [int(tf.data.Dataset.range(10).shard(4, index).cardinality()) for index in range(4)]


@shard_counted.promise
def _(counts):
    return counts == [3, 3, 2, 2]


@case("tf.data.Dataset.shard", name="refuses")
def shard_refuses(tf):
    refused = []
    for shards, index in ((2, 2), (2, -1), (0, 0), (-3, 1)):
        try:
            list(tf.data.Dataset.range(4).shard(shards, index))
        except tf.errors.InvalidArgumentError:
            refused.append((shards, index))
    return refused


@shard_refuses.promise
def _(refused):
    return refused == [[2, 2], [2, -1], [0, 0], [-3, 1]]


@case("tf.data.experimental.shuffle_and_repeat", dtypes=NUMERIC, limits=FIXED_SHAPES | DATASET)
def shuffle_and_repeat(tf, x=tensor(6)):
    shuffled = tf.data.experimental.shuffle_and_repeat(buffer_size=6, count=2)
    elements = [*tf.data.Dataset.from_tensor_slices(x).apply(shuffled)]
    return tf.sort(tf.stack(elements[:6])), tf.sort(tf.stack(elements[6:]))


@shuffle_and_repeat.reference
def _(np, x):
    return [np.sort(x), np.sort(x)]


@case("tf.data.experimental.shuffle_and_repeat", name="seeded", dtypes=("int64",))
def shuffle_and_repeat_seeded(tf):
    def order(seed):
        shuffled = tf.data.experimental.shuffle_and_repeat(buffer_size=50, count=2, seed=seed)
        return [int(element) for element in tf.data.Dataset.range(50).apply(shuffled)]

    tf.random.set_seed(1)
    first = order(7)
    tf.random.set_seed(1)
    return first, order(7), order(8)


@shuffle_and_repeat_seeded.promise
def _(orders):
    first, again, other = orders
    epochs = first[:50], first[50:]
    permuted = all(sorted(epoch) == list(range(50)) and epoch != list(range(50)) for epoch in epochs)
    return permuted and epochs[0] != epochs[1] and again == first and other != first


@case("tf.data.experimental.shuffle_and_repeat", name="forever", dtypes=("int64",))
def shuffle_and_repeat_forever(tf):
    dataset = tf.data.Dataset.range(4).apply(tf.data.experimental.shuffle_and_repeat(buffer_size=4))
    return [int(element) for element in dataset.take(12)], int(dataset.cardinality())


@shuffle_and_repeat_forever.promise
def _(result):
    elements, cardinality = result
    infinite = -1
    return cardinality == infinite and all(sorted(elements[i : i + 4]) == [0, 1, 2, 3] for i in (0, 4, 8))


@case("tf.data.experimental.shuffle_and_repeat", name="small-buffer", dtypes=("int64",))
def shuffle_and_repeat_small_buffer(tf):
    shuffled = tf.data.experimental.shuffle_and_repeat(buffer_size=3, count=1)
    return [int(element) for element in tf.data.Dataset.range(30).apply(shuffled)]


@shuffle_and_repeat_small_buffer.promise
def _(elements):
    # An element comes out as soon as three are in the buffer: never more than two places early.
    return sorted(elements) == list(range(30)) and all(element <= place + 2 for place, element in enumerate(elements))


@case("tf.data.experimental.shuffle_and_repeat", name="empty", dtypes=("float32", "int32"))
def shuffle_and_repeat_empty(tf, x=tensor(0, 2)):
    shuffled = tf.data.experimental.shuffle_and_repeat(buffer_size=4, count=3)
    return len([*tf.data.Dataset.from_tensor_slices(x).apply(shuffled)])


@shuffle_and_repeat_empty.promise
def _(count):
    return count == 0


@case("tf.data.experimental.dense_to_ragged_batch", dtypes=EVERY, limits=DATASET)
def dense_to_ragged_batch(tf, x=tensor(5)):
    dataset = tf.data.Dataset.range(1, 6).map(lambda length: x[:length])
    batches = dataset.apply(tf.data.experimental.dense_to_ragged_batch(batch_size=2))
    return [batch.values for batch in batches]


@dense_to_ragged_batch.reference
def _(np, x):
    return [np.concatenate([x[:1], x[:2]]), np.concatenate([x[:3], x[:4]]), x[:5]]


@case(
    "tf.data.experimental.dense_to_ragged_batch",
    name="lengths",
    dtypes=("int64", "int32"),
    limits=FIXED_SHAPES | DATASET,
)
def dense_to_ragged_batch_lengths(tf, x=tensor(5), dtype=DTYPE):
    batched = tf.data.experimental.dense_to_ragged_batch(2, row_splits_dtype=dtype)
    return [batch.row_lengths() for batch in tf.data.Dataset.range(5).map(lambda length: x[:length]).apply(batched)]


@dense_to_ragged_batch_lengths.reference
def _(np):
    return [np.array([0, 1]), np.array([2, 3]), np.array([4])]


@case(
    "tf.data.experimental.dense_to_ragged_batch",
    name="drop-remainder",
    dtypes=("float32", "int32"),
    limits=FIXED_SHAPES | DATASET,
)
def dense_to_ragged_batch_drop_remainder(tf, x=tensor(5)):
    dataset = tf.data.Dataset.range(5).map(lambda length: x[:length])
    batched = tf.data.experimental.dense_to_ragged_batch(batch_size=3, drop_remainder=True)
    return [batch.to_tensor() for batch in dataset.apply(batched)]


@dense_to_ragged_batch_drop_remainder.reference
def _(np, x):
    return [np.where(np.arange(2) < [[0], [1], [2]], x[:2], 0)]


@case("tf.data.experimental.dense_to_ragged_batch", name="of-matrices", dtypes=("float32", "int32"), limits=DATASET)
def dense_to_ragged_batch_of_matrices(tf, x=tensor(3, 2)):
    dataset = tf.data.Dataset.range(1, 4).map(lambda rows: {"part": x[:rows]})
    batched = tf.data.experimental.dense_to_ragged_batch(batch_size=3)
    return [batch["part"].values for batch in dataset.apply(batched)]


@dense_to_ragged_batch_of_matrices.reference
def _(np, x):
    return [np.concatenate([x[:1], x[:2], x[:3]])]


@case(
    "tf.data.experimental.dense_to_ragged_batch",
    name="same-shapes",
    dtypes=("float32", "int32"),
    limits=FIXED_SHAPES | DATASET,
)
def dense_to_ragged_batch_same_shapes(tf, x=tensor(4, 3)):
    batched = tf.data.experimental.dense_to_ragged_batch(batch_size=2)
    return [*tf.data.Dataset.from_tensor_slices(x).apply(batched)]  # nothing ragged about them: tensors


@dense_to_ragged_batch_same_shapes.reference
def _(np, x):
    return [x[:2], x[2:]]


@case("tf.data.experimental.dense_to_ragged_batch", name="of-words")
def dense_to_ragged_batch_of_words(tf):
    dataset = tf.data.Dataset.from_tensor_slices(["a b c", "", "d"]).map(tf.strings.split)
    return [batch.to_list() for batch in dataset.apply(tf.data.experimental.dense_to_ragged_batch(2))]


@dense_to_ragged_batch_of_words.promise
def _(batches):
    return batches == [[[b"a", b"b", b"c"], []], [[b"d"]]]
