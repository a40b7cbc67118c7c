"""Datasets: their elements, in order."""

from monitor.suite.declare import case


@case("tf.data.Dataset.range")
def dataset_range(tf):
    return [int(x) for x in tf.data.Dataset.range(1, 10, 3)]


@dataset_range.promise
def _(found):
    return found == [1, 4, 7]


@case("tf.data.Dataset.from_tensor_slices")
def from_tensor_slices(tf):
    return [(int(a), b.numpy()) for a, b in tf.data.Dataset.from_tensor_slices(([1, 2], ["x", "y"]))]


@from_tensor_slices.promise
def _(found):
    return found == [[1, b"x"], [2, b"y"]]


@case("tf.data.Dataset.from_tensors")
def from_tensors(tf):
    return [x.numpy().tolist() for x in tf.data.Dataset.from_tensors([1, 2])]


@from_tensors.promise
def _(found):
    return found == [[1, 2]]


@case("tf.data.Dataset.from_generator")
def from_generator(tf):
    made = tf.data.Dataset.from_generator(lambda: iter([1, 2, 3]), output_signature=tf.TensorSpec((), tf.int32))
    return [int(x) for x in made]


@from_generator.promise
def _(found):
    return found == [1, 2, 3]


@case("tf.data.Dataset.map")
def dataset_map(tf):
    return [int(x) for x in tf.data.Dataset.range(5).map(lambda x: x * x, num_parallel_calls=2)]


@dataset_map.promise
def _(found):
    return found == [0, 1, 4, 9, 16]


@case("tf.data.Dataset.filter")
def dataset_filter(tf):
    return [int(x) for x in tf.data.Dataset.range(5).filter(lambda x: x % 2 == 0)]


@dataset_filter.promise
def _(found):
    return found == [0, 2, 4]


@case("tf.data.Dataset.flat_map")
def flat_map(tf):
    return [int(x) for x in tf.data.Dataset.range(5).flat_map(lambda x: tf.data.Dataset.range(x))]


@flat_map.promise
def _(found):
    return found == [0, 0, 1, 0, 1, 2, 0, 1, 2, 3]


@case("tf.data.Dataset.interleave")
def interleave(tf):
    made = tf.data.Dataset.range(1, 3).interleave(lambda x: tf.data.Dataset.from_tensors(x).repeat(3), cycle_length=2)
    return [int(x) for x in made]


@interleave.promise
def _(found):
    return found == [1, 2, 1, 2, 1, 2]


@case("tf.data.Dataset.batch")
def batch(tf):
    made = tf.data.Dataset.range(5)
    return [x.numpy().tolist() for x in made.batch(2)], len(made.batch(2, drop_remainder=True))


@batch.promise
def _(found):
    return found == [[[0, 1], [2, 3], [4]], 2]


@case("tf.data.Dataset.padded_batch")
def padded_batch(tf):
    return [x.numpy().tolist() for x in tf.data.Dataset.range(5).map(lambda x: tf.fill([x], x)).padded_batch(3)]


@padded_batch.promise
def _(found):
    return found == [[[0, 0], [1, 0], [2, 2]], [[3, 3, 3, 0], [4, 4, 4, 4]]]


@case("tf.data.Dataset.unbatch")
def unbatch(tf):
    return [int(x) for x in tf.data.Dataset.range(5).batch(2).unbatch()]


@unbatch.promise
def _(found):
    return found == [0, 1, 2, 3, 4]


@case("tf.data.Dataset.window")
def window(tf):
    return [[int(x) for x in part] for part in tf.data.Dataset.range(5).window(3, shift=2)]


@window.promise
def _(found):
    return found == [[0, 1, 2], [2, 3, 4], [4]]


@case("tf.data.Dataset.zip")
def dataset_zip(tf):
    made = tf.data.Dataset.range(5)
    return [(int(a), int(b)) for a, b in tf.data.Dataset.zip((made, made.skip(3)))]


@dataset_zip.promise
def _(found):
    return found == [[0, 3], [1, 4]]


@case("tf.data.Dataset.concatenate")
def concatenate(tf):
    return [int(x) for x in tf.data.Dataset.range(5).take(1).concatenate(tf.data.Dataset.range(5).take(2))]


@concatenate.promise
def _(found):
    return found == [0, 0, 1]


@case("tf.data.Dataset.take")
def take(tf):
    return [int(x) for x in tf.data.Dataset.range(5).take(2)]


@take.promise
def _(found):
    return found == [0, 1]


@case("tf.data.Dataset.skip")
def skip(tf):
    return [int(x) for x in tf.data.Dataset.range(5).skip(3)]


@skip.promise
def _(found):
    return found == [3, 4]


@case("tf.data.Dataset.take_while")
def take_while(tf):
    return [int(x) for x in tf.data.Dataset.range(5).take_while(lambda x: x < 2)]


@take_while.promise
def _(found):
    return found == [0, 1]


@case("tf.data.Dataset.repeat")
def repeat(tf):
    return [int(x) for x in tf.data.Dataset.range(5).take(2).repeat(2)]


@repeat.promise
def _(found):
    return found == [0, 1, 0, 1]


@case("tf.data.Dataset.shuffle")
def shuffle(tf):
    return [[int(x) for x in tf.data.Dataset.range(50).shuffle(50, seed=seed)] for seed in (1, 1, 2)]


@shuffle.promise
def _(found):
    return found[0] == found[1] != found[2] and sorted(found[0]) == [*range(50)]


@case("tf.data.Dataset.reduce")
def reduce(tf):
    return int(tf.data.Dataset.range(5).reduce(tf.constant(0, tf.int64), lambda total, x: total + x))


@reduce.promise
def _(found):
    return found == 10


@case("tf.data.Dataset.scan")
def scan(tf):
    zero = tf.constant(0, tf.int64)
    return [int(x) for x in tf.data.Dataset.range(5).scan(zero, lambda total, x: (total + x, total + x))]


@scan.promise
def _(found):
    return found == [0, 1, 3, 6, 10]


@case("tf.data.Dataset.enumerate")
def dataset_enumerate(tf):
    return [(int(k), int(x)) for k, x in tf.data.Dataset.range(5).skip(3).enumerate(start=7)]


@dataset_enumerate.promise
def _(found):
    return found == [[7, 3], [8, 4]]


@case("tf.data.Dataset.prefetch")
def prefetch(tf):
    return [int(x) for x in tf.data.Dataset.range(5).prefetch(2)]


@prefetch.promise
def _(found):
    return found == [0, 1, 2, 3, 4]


@case("tf.data.Dataset.cache")
def cache(tf):
    made = tf.data.Dataset.range(5).map(lambda x: x + 1).cache()
    return [[int(x) for x in made] for _ in range(2)]


@cache.promise
def _(found):
    return found == [[1, 2, 3, 4, 5]] * 2


@case("tf.data.Dataset.unique")
def unique(tf):
    return [int(x) for x in tf.data.Dataset.from_tensor_slices([3, 1, 3, 2, 1]).unique()]


@unique.promise
def _(found):
    return found == [3, 1, 2]


@case("tf.data.Dataset.cardinality")
def cardinality(tf):
    made = tf.data.Dataset.range(5)
    return [int(one.cardinality()) for one in (made, made.repeat(), made.filter(lambda x: True))]


@cardinality.promise
def _(found):
    return found == [5, -1, -2]


@case("tf.data.Dataset.apply")
def apply(tf):
    return [int(x) for x in tf.data.Dataset.range(5).apply(lambda made: made.take(1))]


@apply.promise
def _(found):
    return found == [0]


@case("tf.data.Dataset.group_by_window")
def group_by_window(tf):
    made = tf.data.Dataset.range(5).group_by_window(lambda x: x % 2, lambda _, part: part.batch(5), 5)
    return [x.numpy().tolist() for x in made]


@group_by_window.promise
def _(found):
    return found == [[0, 2, 4], [1, 3]]


@case("tf.data.Dataset.bucket_by_sequence_length")
def bucket_by_sequence_length(tf):
    made = tf.data.Dataset.range(5).map(lambda x: tf.fill([x], x))
    made = made.bucket_by_sequence_length(lambda x: tf.size(x), [3], [3, 2])
    return [x.numpy().tolist() for x in made]


@bucket_by_sequence_length.promise
def _(found):
    return found == [[[0, 0], [1, 0], [2, 2]], [[3, 3, 3, 0], [4, 4, 4, 4]]]


@case("tf.data.Dataset.sample_from_datasets")
def sample_from_datasets(tf):
    made = tf.data.Dataset.sample_from_datasets([tf.data.Dataset.range(5), tf.data.Dataset.range(5)], seed=1)
    return sorted(int(x) for x in made)


@sample_from_datasets.promise
def _(found):
    return found == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


@case("tf.data.Dataset.choose_from_datasets")
def choose_from_datasets(tf):
    parts = [tf.data.Dataset.from_tensors(k).repeat() for k in (5, 6)]
    choice = tf.data.Dataset.from_tensor_slices(tf.constant([0, 1, 1], tf.int64))
    return [int(x) for x in tf.data.Dataset.choose_from_datasets(parts, choice)]


@choose_from_datasets.promise
def _(found):
    return found == [5, 6, 6]
