"""Arguments of functions of strings, ragged and sparse tensors, sets and records, which no other case passes."""

from functools import partial

from monitor.suite.declare import fact, formula, tensor
from monitor.suite.limits import ARGUMENT_ONLY, EAGER_ARGUMENT

argument = partial(formula, dtypes=("float32",), limits=EAGER_ARGUMENT, condition=8)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def refuses(tf, call):
    """Return whether a call raises an error about its values."""
    try:
        call()
    except (tf.errors.InvalidArgumentError, ValueError):
        return True
    return False


def listed(x):
    value = x.numpy()
    return value if isinstance(value, bytes) else value.tolist()


STRINGS = [
    argument_fact(
        "tf.strings.regex_replace",
        lambda tf: listed(tf.strings.regex_replace("a-b-c", "-", "+", replace_global=False)).decode(),
        lambda text: text == "a+b-c",
        name="first",
    ),
    argument_fact(
        "tf.strings.reduce_join",
        lambda tf: listed(tf.strings.reduce_join([["a", "b"], ["c", "d"]], axis=1, separator="-")),
        lambda found: found == [b"a-b", b"c-d"],
        name="separator",
    ),
    argument_fact(
        "tf.strings.split",
        lambda tf: tf.strings.split(["a-b-c", "d"], sep="-", maxsplit=1).to_list(),
        lambda found: found == [[b"a", b"b-c"], [b"d"]],
        name="separator",
    ),
    argument_fact(
        "tf.strings.substr",
        lambda tf: listed(tf.strings.substr("äöü", 1, 1, unit="UTF8_CHAR")).decode(),
        lambda text: text == "ö",
        name="unit",
    ),
    argument_fact(
        "tf.strings.upper",
        lambda tf: listed(tf.strings.upper("äb", encoding="utf-8")).decode(),
        lambda text: text == "ÄB",
        name="encoding",
    ),
    argument_fact(
        "tf.strings.format",
        lambda tf: listed(tf.strings.format("<> %", [tf.range(9)], placeholder="<>", summarize=1)).decode(),
        lambda text: text == "[0 ... 8] %",
        name="placeholder",
    ),
    argument_fact(
        "tf.strings.ngrams",
        lambda tf: [
            listed(tf.strings.ngrams(["a", "b"], 2, separator="-", pad_values=("<", ">"), padding_width=1)),
            listed(tf.strings.ngrams(["a", "b"], 3, preserve_short_sequences=True)),
        ],
        lambda found: found == [[b"<-a", b"a-b", b"b->"], [b"a b"]],
        name="padding",
    ),
    argument_fact(
        "tf.strings.unicode_decode",
        lambda tf: [
            listed(tf.strings.unicode_decode(b"a\xffb", "UTF-8", replacement_char=63)),
            listed(tf.strings.unicode_decode(b"a\xffb", "UTF-8", errors="ignore")),
            listed(tf.strings.unicode_decode(b"a\x01", "UTF-8", replace_control_characters=True)),
            refuses(tf, lambda: tf.strings.unicode_decode(b"a\xff", "UTF-8", errors="strict")),
        ],
        lambda found: found == [[97, 63, 98], [97, 98], [97, 65533], True],
        name="errors",
    ),
    argument_fact(
        "tf.strings.unicode_encode",
        lambda tf: [
            listed(tf.strings.unicode_encode([97, 0x110000], "UTF-8", replacement_char=63)),
            listed(tf.strings.unicode_encode([97, 0x110000], "UTF-8", errors="ignore")),
            refuses(tf, lambda: tf.strings.unicode_encode([97, 0x110000], "UTF-8", errors="strict")),
        ],
        lambda found: found == [b"a?", b"a", True],
        name="errors",
    ),
]

RAGGED = [
    argument_fact(
        "tf.ragged.constant",
        lambda tf: (
            lambda deep, inner: (deep.ragged_rank, deep.row_splits.dtype.name, inner.shape.as_list(), inner.ragged_rank)
        )(
            tf.ragged.constant([[[1, 2]], [[3, 4], [5, 6]]], ragged_rank=2, row_splits_dtype=tf.int32),
            tf.ragged.constant([[[1, 2]], [[3, 4], [5, 6]]], inner_shape=(2,)),
        ),
        lambda found: found == [2, "int32", [2, None, 2], 1],
        name="rank",
    ),
    argument_fact(
        "tf.RaggedTensor.from_tensor",
        lambda tf: (lambda made: (made.ragged_rank, made.row_splits.dtype.name))(
            tf.RaggedTensor.from_tensor([[[1, 2]], [[3, 4]]], ragged_rank=2, row_splits_dtype=tf.int32)
        ),
        lambda found: found == [2, "int32"],
        name="rank",
    ),
    argument_fact(
        "tf.RaggedTensor.from_row_lengths",
        lambda tf: (
            refuses(tf, lambda: tf.RaggedTensor.from_row_lengths([1, 2, 3], [1, 1])),
            listed(tf.RaggedTensor.from_row_lengths([1, 2, 3], [1, 1], validate=False).row_lengths()),
        ),
        lambda found: found == [True, [1, 1]],
        name="unchecked",
    ),
    argument_fact(
        "tf.RaggedTensor.from_row_splits",
        lambda tf: (
            refuses(tf, lambda: tf.RaggedTensor.from_row_splits([1, 2, 3], [0, 1, 2])),
            listed(tf.RaggedTensor.from_row_splits([1, 2, 3], [0, 1, 2], validate=False).row_splits),
        ),
        lambda found: found == [True, [0, 1, 2]],
        name="unchecked",
    ),
    argument_fact(
        "tf.RaggedTensorSpec",
        lambda tf: tf.RaggedTensorSpec(
            shape=None, dtype=tf.int32, ragged_rank=1, flat_values_spec=tf.TensorSpec([None, 2], tf.int32)
        ).flat_values_spec.shape.as_list(),
        lambda shape: shape == [None, 2],
        name="values",
    ),
    argument_fact(
        "tf.nest.flatten",
        lambda tf: (
            len(tf.nest.flatten(tf.ragged.constant([[1], [2, 3]]))),
            [listed(one) for one in tf.nest.flatten(tf.ragged.constant([[1], [2, 3]]), expand_composites=True)],
        ),
        lambda found: found == [1, [[1, 2, 3], [0, 1, 3]]],
        name="composites",
    ),
    argument_fact(
        "tf.nest.pack_sequence_as",
        lambda tf: tf.nest.pack_sequence_as(
            tf.ragged.constant([[1], [2, 3]]),
            [tf.constant([4, 5, 6]), tf.constant([0, 1, 3], "int64")],
            expand_composites=True,
        ).to_list(),
        lambda found: found == [[4], [5, 6]],
        name="composites",
    ),
    argument_fact(
        "tf.nest.assert_same_structure",
        lambda tf: [
            refuses(tf, lambda: tf.nest.assert_same_structure([tf.ragged.constant([[1]])], [tf.constant(1)])),
            nested(tf, expand=True),
        ],
        lambda found: found == [False, True],
        name="composites",
    ),
]


def nested(tf, expand):
    """Return whether a ragged tensor and a tensor are refused as equal structures with their parts."""
    try:
        tf.nest.assert_same_structure([tf.ragged.constant([[1]])], [tf.constant(1)], expand_composites=expand)
    except (TypeError, ValueError):
        return True
    return False


SPARSE = [
    argument(
        "tf.sparse.to_dense",
        lambda tf, x=tensor(2): tf.sparse.to_dense(tf.SparseTensor([[0, 1], [1, 0]], x, [2, 2]), default_value=7.0),
        lambda np, x: np.array([[7, x[0]], [x[1], 7]]),
        name="default",
    ),
    argument(
        "tf.sparse.transpose",
        lambda tf, x=tensor(2, 3, 4): tf.sparse.to_dense(tf.sparse.transpose(tf.sparse.from_dense(x), perm=[1, 0, 2])),
        lambda np, x: x.transpose(1, 0, 2),
        name="order",
    ),
    argument(
        "tf.sparse.add",
        lambda tf, x=tensor(2): (lambda made: [tf.sparse.to_dense(made), int(tf.size(made.values))])(
            tf.sparse.add(
                tf.SparseTensor([[0], [2]], x, [3]), tf.SparseTensor([[0], [2]], [0.0, 50.0] - x, [3]), threshold=1.0
            )
        ),
        lambda np, x: [np.array([0.0, 0, 50]), 1],
        name="threshold",
    ),
    argument(
        "tf.sparse.concat",
        lambda tf, x=tensor(2, 2), y=tensor(1, 3): tf.sparse.to_dense(
            tf.sparse.concat(0, [tf.sparse.from_dense(x), tf.sparse.from_dense(y)], expand_nonconcat_dims=True)
        ),
        lambda np, x, y: np.concatenate([np.pad(x, [(0, 0), (0, 1)]), y]),
        name="expanded",
    ),
    argument(
        "tf.sparse.reduce_sum",
        lambda tf, x=tensor(2, 3): tf.sparse.to_dense(
            tf.sparse.reduce_sum(tf.sparse.from_dense(x), axis=1, output_is_sparse=True)
        ),
        lambda np, x: x.sum(1),
        name="sparse",
    ),
    argument(
        "tf.sparse.reduce_max",
        lambda tf, x=tensor(2, 3): tf.sparse.to_dense(
            tf.sparse.reduce_max(tf.sparse.from_dense(x), axis=1, output_is_sparse=True)
        ),
        lambda np, x: x.max(1),
        name="sparse",
    ),
    argument_fact(
        "tf.sets.difference",
        lambda tf: listed(tf.sets.difference([[1, 2, 3]], [[2, 4, 5]], aminusb=False).values),
        lambda found: found == [4, 5],
        name="second",
    ),
]

RECORDS = [
    argument_fact(
        "tf.io.decode_csv",
        lambda tf: [
            listed(one)
            for one in tf.io.decode_csv(
                ['1;"a";n', "n;b;2"],
                [[7], [""]],
                field_delim=";",
                use_quote_delim=False,
                na_value="n",
                select_cols=[0, 1],
            )
        ],
        lambda found: found == [[1, 7], [b'"a"', b"b"]],
        name="options",
    ),
    argument_fact(
        "tf.io.decode_raw",
        lambda tf: (
            listed(tf.io.decode_raw(b"\x00\x01", tf.int16, little_endian=False)),
            listed(tf.io.decode_raw([b"\x01\x02\x03", b"\x04"], tf.uint8, fixed_length=2)),
        ),
        lambda found: found == [[1], [[1, 2], [4, 0]]],
        name="order",
    ),
    argument_fact(
        "tf.compat.v1.FixedLenFeature",
        lambda tf: listed(
            tf.io.parse_single_example(
                tf.train.Example().SerializeToString(),
                {"x": tf.compat.v1.FixedLenFeature([2], tf.float32, default_value=[1.5, 2.5])},
            )["x"]
        ),
        lambda found: found == [1.5, 2.5],
        name="default",
    ),
    argument_fact(
        "tf.io.parse_example",
        lambda tf: message(
            tf,
            lambda: tf.io.parse_example([b""], {"x": tf.io.FixedLenFeature([], tf.float32)}, example_names=["mine"]),
        ),
        lambda text: "mine" in text,
        name="names",
    ),
]


def message(tf, call):
    try:
        call()
    except tf.errors.InvalidArgumentError as error:
        return str(error)
    return ""
