"""Ragged tensors, specifications of tensors, sources of data, and files."""

from monitor.suite.declare import case, fact

RAGGED = [
    fact(
        "tf.RaggedTensor.from_tensor",
        lambda tf: (
            tf.RaggedTensor.from_tensor([[1, 2, 0], [3, 0, 0]], padding=0).to_list(),
            tf.RaggedTensor.from_tensor([[1, 2, 3], [4, 5, 6]], lengths=[1, 0]).to_list(),
        ),
        lambda found: found == [[[1, 2], [3]], [[1], []]],
    ),
    fact(
        "tf.RaggedTensor.from_row_lengths",
        lambda tf: tf.RaggedTensor.from_row_lengths([1, 2, 3, 4], [3, 0, 1]).to_list(),
        lambda found: found == [[1, 2, 3], [], [4]],
    ),
    fact(
        "tf.RaggedTensor.from_row_splits",
        lambda tf: tf.RaggedTensor.from_row_splits([1, 2, 3, 4], [0, 0, 3, 4]).to_list(),
        lambda found: found == [[], [1, 2, 3], [4]],
    ),
    fact(
        "tf.ragged.boolean_mask",
        lambda tf: tf.ragged.boolean_mask(
            [[1, 2, 3], [4, 5, 6]], [[True, False, True], [False, True, False]]
        ).to_list(),
        lambda found: found == [[1, 3], [5]],
    ),
    fact(
        "tf.ragged.map_flat_values",
        lambda tf: tf.ragged.map_flat_values(lambda x: x * x, tf.ragged.constant([[1, 2], [], [3]])).to_list(),
        lambda found: found == [[1, 4], [], [9]],
    ),
    fact(
        "tf.RaggedTensorSpec",
        lambda tf: (
            lambda spec: [spec.is_compatible_with(tf.ragged.constant(x)) for x in ([[1], [2, 3]], [[[1]]], [[1.5]])]
        )(tf.RaggedTensorSpec([2, None], tf.int32)),
        lambda found: found == [True, False, False],
    ),
    fact(
        "tf.SparseTensorSpec",
        lambda tf: (
            lambda spec: (
                spec.shape.as_list(),
                spec.dtype.name,
                spec.is_compatible_with(tf.sparse.eye(3)),
                spec.is_compatible_with(tf.sparse.eye(4)),
            )
        )(tf.SparseTensorSpec([3, None], tf.float32)),
        lambda found: found == [[3, None], "float32", True, False],
    ),
    fact(
        "tf.type_spec_from_value",
        lambda tf: (
            tf.type_spec_from_value(tf.ones((2, 3))) == tf.TensorSpec((2, 3), tf.float32),
            tf.type_spec_from_value(tf.ragged.constant([[1], []])) == tf.RaggedTensorSpec([2, None], tf.int32),
            tf.type_spec_from_value(tf.ones((2, 3))) == tf.TensorSpec((3, 2), tf.float32),
        ),
        lambda found: found == [True, True, False],
    ),
    fact(
        "tf.TensorSpec.from_tensor",
        lambda tf: (lambda spec: (spec.shape.as_list(), spec.dtype.name, spec.name))(
            tf.TensorSpec.from_tensor(tf.ones((2, 0), tf.float16), name="made")
        ),
        lambda found: found == [[2, 0], "float16", "made"],
    ),
    fact(
        "tf.py_function",
        lambda tf: _in_python(tf),
        lambda found: found == [[2.0, 6.0], 12.0],
    ),
    fact(
        "tf.make_ndarray",
        lambda tf: tf.make_ndarray(tf.make_tensor_proto([[1, 2], [3, 4]], dtype=tf.int16)).tolist(),
        lambda found: found == [[1, 2], [3, 4]],
    ),
    fact(
        "tf.complex",
        lambda tf: tf.complex([1.0, 2.0], [0.5, -1.0]).numpy().tolist(),
        lambda found: found == [1 + 0.5j, 2 - 1j],
    ),
]


def _in_python(tf):
    x = tf.constant([1.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.py_function(lambda x: x * float(len(x.numpy())), [x], tf.float32)
        loss = tf.reduce_sum(y * y / 2)
    return y.numpy().tolist(), float(tape.gradient(loss, x)[1])


SOURCES = [
    fact(
        "tf.data.Options",
        lambda tf: _options(tf),
        lambda found: found == [True, False, 3],
    ),
    fact(
        "tf.compat.v1.data.Dataset.from_tensor_slices",
        lambda tf: [x.numpy().tolist() for x in tf.compat.v1.data.Dataset.from_tensor_slices([[1, 2], [3, 4]])],
        lambda found: found == [[1, 2], [3, 4]],
    ),
    fact(
        "tf.compat.v1.data.Dataset.from_tensors",
        lambda tf: [x.numpy().tolist() for x in tf.compat.v1.data.Dataset.from_tensors([[1, 2], [3, 4]]).repeat(2)],
        lambda found: found == [[[1, 2], [3, 4]]] * 2,
    ),
    fact(
        "tf.compat.v1.data.Dataset.zip",
        lambda tf: [
            (int(a), int(b))
            for a, b in tf.compat.v1.data.Dataset.zip((tf.data.Dataset.range(3), tf.data.Dataset.range(5, 7)))
        ],
        lambda found: found == [[0, 5], [1, 6]],
    ),
    fact(
        "tf.data.experimental.Counter",
        lambda tf: [int(x) for x in tf.data.experimental.Counter(4, -2).take(3)],
        lambda found: found == [4, 2, 0],
    ),
    fact(
        "tf.io.FixedLenSequenceFeature",
        lambda tf: (lambda x: (list(x.shape), x.dtype.name, x.allow_missing, x.default_value))(
            tf.io.FixedLenSequenceFeature([2], tf.float32, allow_missing=True, default_value=0.5)
        ),
        lambda found: found == [[2], "float32", True, 0.5],
    ),
]


def _options(tf):
    options = tf.data.Options()
    options.deterministic = True
    options.threading.private_threadpool_size = 3
    given = tf.data.Dataset.range(2).with_options(options).options()
    return given.deterministic, tf.data.Options().deterministic is True, given.threading.private_threadpool_size


def _in_folder(use):
    """Return `use(folder)` of a folder with the files "a" and "b", which have their names as text."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        for name in "ab":
            Path(folder, name).write_text(name)
        return use(Path(folder))


def _listing(folder):
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


FILES = [
    fact(
        "tf.io.gfile.copy",
        lambda tf: _in_folder(lambda folder: (_copied(tf, folder, tf.io.gfile.copy), _listing(folder))),
        lambda found: found == ["refused", {"a": "a", "b": "a"}],
    ),
    fact(
        "tf.compat.v1.gfile.Copy",
        lambda tf: _in_folder(lambda folder: (_copied(tf, folder, tf.compat.v1.gfile.Copy), _listing(folder))),
        lambda found: found == ["refused", {"a": "a", "b": "a"}],
    ),
    fact(
        "tf.io.gfile.rename",
        lambda tf: _in_folder(lambda folder: (_copied(tf, folder, tf.io.gfile.rename), _listing(folder))),
        lambda found: found == ["refused", {"b": "a"}],
    ),
    fact(
        "tf.compat.v1.gfile.Rename",
        lambda tf: _in_folder(lambda folder: (_copied(tf, folder, tf.compat.v1.gfile.Rename), _listing(folder))),
        lambda found: found == ["refused", {"b": "a"}],
    ),
    fact(
        "tf.io.gfile.remove",
        lambda tf: _in_folder(lambda folder: (tf.io.gfile.remove(str(folder / "a")), _listing(folder))[1]),
        lambda found: found == {"b": "b"},
    ),
    fact(
        "tf.compat.v1.gfile.Remove",
        lambda tf: _in_folder(lambda folder: (tf.compat.v1.gfile.Remove(str(folder / "a")), _listing(folder))[1]),
        lambda found: found == {"b": "b"},
    ),
    fact(
        "tf.io.gfile.mkdir",
        lambda tf: _in_folder(
            lambda folder: (
                tf.io.gfile.mkdir(str(folder / "new")),
                sorted(p.name for p in folder.iterdir() if p.is_dir()),
            )
        )[1],
        lambda found: found == ["new"],
    ),
    fact(
        "tf.data.Dataset.list_files",
        lambda tf: _in_folder(
            lambda folder: [
                path.numpy().decode()[-1] for path in tf.data.Dataset.list_files(f"{folder}/*", shuffle=False)
            ]
        ),
        lambda found: found == ["a", "b"],
    ),
    fact(
        "tf.data.TextLineDataset",
        lambda tf: _in_folder(
            lambda folder: [
                line.numpy().decode() for line in tf.data.TextLineDataset([str(folder / "b"), str(folder / "a")])
            ]
        ),
        lambda found: found == ["b", "a"],
    ),
    fact(
        "tf.data.TFRecordDataset",
        lambda tf: _in_folder(
            lambda folder: [x.numpy() == b"one" for x in tf.data.TFRecordDataset(_records(tf, folder))]
        ),
        lambda found: found == [True, False],
    ),
    fact(
        "tf.compat.v1.data.TFRecordDataset",
        lambda tf: _in_folder(
            lambda folder: [x.numpy() == b"one" for x in tf.compat.v1.data.TFRecordDataset(_records(tf, folder))]
        ),
        lambda found: found == [True, False],
    ),
    fact(
        "tf.compat.v1.python_io.tf_record_iterator",
        lambda tf: _in_folder(
            lambda folder: [x == b"one" for x in tf.compat.v1.python_io.tf_record_iterator(_records(tf, folder))]
        ),
        lambda found: found == [True, False],
    ),
]


def _copied(tf, folder, copy):
    try:
        copy(str(folder / "a"), str(folder / "b"))
        kept = "written"
    except tf.errors.AlreadyExistsError:
        kept = "refused"
    copy(str(folder / "a"), str(folder / "b"), overwrite=True)
    return kept


def _records(tf, folder):
    path = str(folder / "records")
    with tf.io.TFRecordWriter(path) as writer:
        for record in (b"one", b""):
            writer.write(record)
    return path


@case("tf.train.load_checkpoint")
def load_checkpoint(tf):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = tf.train.Checkpoint(kept=tf.Variable([1.0, 2.0])).save(f"{folder}/model")
        reader = tf.train.load_checkpoint(path)
        shapes = reader.get_variable_to_shape_map()
        (name,) = [name for name in shapes if name.startswith("kept/")]
        return reader.get_tensor(name).tolist(), shapes[name]


@load_checkpoint.promise
def _(found):
    return found == [[1.0, 2.0], [2]]


@case("tf.Module")
def module(tf):
    class Part(tf.Module):
        def __init__(self, start):
            super().__init__(name="part")
            self.weight = tf.Variable(start, name="weight")
            self.kept = tf.Variable(0.0, trainable=False)

    whole = tf.Module(name="whole")
    whole.first, whole.parts = Part(1.0), [Part(2.0), Part(3.0)]
    weights = sorted(float(variable) for variable in whole.trainable_variables)
    return weights, len(whole.variables), len(whole.submodules), whole.first.name


@module.promise
def _(found):
    return found == [[1.0, 2.0, 3.0], 6, 3, "part"]
