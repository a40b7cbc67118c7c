"""Conversion of text and bytes to tensors and back."""

from monitor.suite.declare import BOOL, COMPLEX, FLOATING, INTEGER, case, tensor
from monitor.suite.equality import same_values
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES, FIXED_VALUES, FLUSHED, HOST_VALUES

NUMBERS = ("float32", "int64")  # those that a record holds


def sequence_example(tf, context, sequences):
    """Return a serialized record: features of the whole, and lists with one feature for each step."""

    def feature(values):
        if isinstance(values[0], bytes):
            return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
        if isinstance(values[0], int):
            return tf.train.Feature(int64_list=tf.train.Int64List(value=values))
        return tf.train.Feature(float_list=tf.train.FloatList(value=values))

    return tf.train.SequenceExample(
        context=tf.train.Features(feature={name: feature(values) for name, values in context.items()}),
        feature_lists=tf.train.FeatureLists(
            feature_list={
                name: tf.train.FeatureList(feature=[feature(step) for step in steps])
                for name, steps in sequences.items()
            }
        ),
    ).SerializeToString()


@case("tf.io.parse_single_sequence_example", dtypes=NUMBERS, limits=FIXED_SHAPES | HOST_VALUES)
def parse_single_sequence_example(tf, x=tensor(4, 3)):
    record = sequence_example(tf, {}, {"steps": x.numpy().tolist()})
    spec = {"steps": tf.io.FixedLenSequenceFeature([3], x.dtype)}
    _, sequences = tf.io.parse_single_sequence_example(record, sequence_features=spec)
    return sequences["steps"]


@parse_single_sequence_example.reference
def _(np, x):
    return x


@case("tf.io.parse_single_sequence_example", name="context", dtypes=NUMBERS, limits=FIXED_SHAPES | HOST_VALUES)
def parse_single_sequence_example_context(tf, x=tensor(2, 2)):
    record = sequence_example(tf, {"whole": x.numpy().ravel().tolist()}, {"steps": [[b"unread"]]})
    spec = {"whole": tf.io.FixedLenFeature([2, 2], x.dtype)}
    context, sequences = tf.io.parse_single_sequence_example(record, context_features=spec)
    return context["whole"], sequences


@parse_single_sequence_example_context.reference
def _(np, x):
    return [x, {}]


@case("tf.io.parse_single_sequence_example", name="of-strings")
def parse_single_sequence_example_of_strings(tf):
    record = sequence_example(tf, {"title": [b"a tale"]}, {"words": [[b"once"], [b"upon"], [b""]]})
    context, sequences = tf.io.parse_single_sequence_example(
        record,
        context_features={"title": tf.io.FixedLenFeature([], tf.string)},
        sequence_features={"words": tf.io.FixedLenSequenceFeature([], tf.string)},
    )
    return context["title"], sequences["words"]


@parse_single_sequence_example_of_strings.promise
def _(result):
    title, words = result
    return bool(title == b"a tale") and words.tolist() == [b"once", b"upon", b""]


@case("tf.io.parse_single_sequence_example", name="sparse", dtypes=NUMBERS, limits=FIXED_SHAPES | HOST_VALUES)
def parse_single_sequence_example_sparse(tf, x=tensor(4)):
    numbers = x.numpy().tolist()
    record = sequence_example(tf, {}, {"steps": [numbers[:1], numbers[1:4]]})
    spec = {"steps": tf.io.VarLenFeature(x.dtype)}
    _, sequences = tf.io.parse_single_sequence_example(record, sequence_features=spec)
    return tf.sparse.to_dense(sequences["steps"])


@parse_single_sequence_example_sparse.reference
def _(np, x):
    return np.array([[x[0], 0, 0], x[1:4]])


@case("tf.io.parse_single_sequence_example", name="ragged", dtypes=NUMBERS, limits=FIXED_SHAPES | HOST_VALUES)
def parse_single_sequence_example_ragged(tf, x=tensor(4)):
    numbers = x.numpy().tolist()
    record = sequence_example(tf, {}, {"steps": [numbers[:3], numbers[3:]]})
    spec = {"steps": tf.io.RaggedFeature(x.dtype)}
    _, sequences = tf.io.parse_single_sequence_example(record, sequence_features=spec)
    return sequences["steps"].to_tensor()


@parse_single_sequence_example_ragged.reference
def _(np, x):
    return np.array([x[:3], [x[3], 0, 0]])


@case("tf.io.parse_single_sequence_example", name="missing", dtypes=NUMBERS, limits=FIXED_SHAPES | HOST_VALUES)
def parse_single_sequence_example_missing(tf, x=tensor(2)):
    record = sequence_example(tf, {}, {})
    context, sequences = tf.io.parse_single_sequence_example(
        record,
        context_features={"whole": tf.io.FixedLenFeature([2], x.dtype, default_value=x.numpy().tolist())},
        sequence_features={"steps": tf.io.FixedLenSequenceFeature([], x.dtype, allow_missing=True)},
    )
    return context["whole"], sequences["steps"]


@parse_single_sequence_example_missing.reference
def _(np, x):
    return [x, np.zeros(0)]


@case("tf.io.parse_single_sequence_example", name="refuses")
def parse_single_sequence_example_refuses(tf):
    record = sequence_example(tf, {"whole": [1]}, {})
    refused = []
    for serialized, dtype in ((record, tf.float32), (b"no record", tf.int64)):
        spec = {"whole": tf.io.FixedLenFeature([], dtype)}
        try:
            tf.io.parse_single_sequence_example(serialized, context_features=spec)
        except tf.errors.InvalidArgumentError:
            refused.append(dtype.name)
    return refused


@parse_single_sequence_example_refuses.promise
def _(refused):
    return refused == ["float32", "int64"]


@case("tf.strings.as_string", dtypes=FLOATING + INTEGER)
def as_string(tf, x=tensor(3, 4)):
    return tf.strings.as_string(x)


@as_string.promise
def _(words, x):
    pairs = [(float(word), value) for word, value in zip(words.ravel(), x.ravel(), strict=True)]
    return all(abs(number - value) <= 1e-6 or same_values(number, value) for number, value in pairs)


@case("tf.strings.as_string", name="complex", dtypes=COMPLEX, limits=FIXED_RANK)
def as_string_complex(tf, x=tensor(4)):
    return tf.strings.as_string(x)


@as_string_complex.promise
def _(words, x):
    parts = [word.decode().strip("()").split(",") for word in words]
    return all(abs(complex(float(a), float(b)) - z) <= 2e-6 for (a, b), z in zip(parts, x, strict=True))


@case("tf.strings.as_string", name="truth", dtypes=BOOL, limits=FIXED_RANK)
def as_string_truth(tf, x=tensor(6)):
    return tf.strings.as_string(x)


@as_string_truth.promise
def _(words, x):
    return words.tolist() == [b"true" if value else b"false" for value in x]


@case("tf.strings.as_string", name="precise", dtypes=FLOATING, limits=FLUSHED | FIXED_RANK)
def as_string_precise(tf, x=tensor(5)):
    return tf.strings.as_string(x, precision=2), tf.strings.as_string(x, scientific=True, precision=3)


@as_string_precise.promise
def _(result, x):
    rounded, scientific = result
    return rounded.tolist() == [b"%.2f" % value for value in x] and scientific.tolist() == [b"%.3e" % v for v in x]


@case("tf.strings.as_string", name="filled", dtypes=INTEGER, limits=FIXED_RANK)
def as_string_filled(tf, x=tensor(5)):
    return tf.strings.as_string(x, width=4, fill="0"), tf.strings.as_string(x, width=3)


@as_string_filled.promise
def _(result, x):
    zeros, spaces = result
    return zeros.tolist() == [b"%04d" % v for v in x] and spaces.tolist() == [b"%3d" % v for v in x]


@case("tf.strings.as_string", name="infinite", dtypes=("float32", "float16"), limits=FIXED_VALUES)
def as_string_infinite(tf, x=tensor(3)):
    infinity = tf.abs(x) / tf.zeros_like(x)
    return tf.strings.as_string(infinity), tf.strings.as_string(-infinity)


@as_string_infinite.promise
def _(result):
    positive, negative = result
    return positive.tolist() == [b"inf"] * 3 and negative.tolist() == [b"-inf"] * 3


@case("tf.strings.as_string", name="empty", dtypes=("float32", "int32"))
def as_string_empty(tf, x=tensor(0, 2)):
    return tf.strings.as_string(x)


@as_string_empty.promise
def _(words):
    return words.shape == (0, 2)
