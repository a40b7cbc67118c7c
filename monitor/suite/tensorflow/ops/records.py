"""Checkpoints, saved models, summaries and the records of `tf.train`."""

from monitor.suite.declare import case, fact

RECORDS = [
    fact(
        "tf.train.BytesList",
        lambda tf: list(tf.train.BytesList(value=[b"a", b""]).value),
        lambda found: len(found) == 2,
    ),
    fact(
        "tf.train.Int64List",
        lambda tf: list(tf.train.Int64List(value=[-(2**63), 2**63 - 1]).value),
        lambda found: found == [-(2**63), 2**63 - 1],
    ),
    fact(
        "tf.train.FloatList",
        lambda tf: list(tf.train.FloatList(value=[0.5, -2.0]).value),
        lambda found: found == [0.5, -2.0],
    ),
    fact(
        "tf.train.Feature",
        lambda tf: (lambda f: (f.WhichOneof("kind"), list(f.int64_list.value)))(
            tf.train.Feature(int64_list=tf.train.Int64List(value=[3]))
        ),
        lambda found: found == ["int64_list", [3]],
    ),
    fact(
        "tf.train.Features",
        lambda tf: sorted(tf.train.Features(feature={"b": tf.train.Feature(), "a": tf.train.Feature()}).feature),
        lambda names: names == ["a", "b"],
    ),
    fact(
        "tf.train.Example",
        lambda tf: _example(tf, tf.train.Example, tf.train.Features),
        lambda found: found == [[1.5, 2.5]],
    ),
    fact(
        "tf.compat.v1.train.Example",
        lambda tf: _example(tf, tf.compat.v1.train.Example, tf.compat.v1.train.Features),
        lambda found: found == [[1.5, 2.5]],
    ),
    fact(
        "tf.compat.v1.train.Feature",
        lambda tf: list(tf.compat.v1.train.Feature(float_list=tf.train.FloatList(value=[2.0])).float_list.value),
        lambda found: found == [2.0],
    ),
    fact(
        "tf.compat.v1.train.Features",
        lambda tf: sorted(tf.compat.v1.train.Features(feature={"a": tf.train.Feature()}).feature),
        lambda names: names == ["a"],
    ),
]

PARSED = [
    fact(
        "tf.io.FixedLenFeature",
        lambda tf: _parsed(tf, {"x": tf.io.FixedLenFeature([2], tf.float32)})["x"].numpy().tolist(),
        lambda found: found == [1.5, 2.5],
    ),
    fact(
        "tf.io.FixedLenFeature",
        lambda tf: _parsed(tf, {"y": tf.io.FixedLenFeature([1], tf.int64, [4])})["y"].numpy().tolist(),
        lambda found: found == [4],
        name="default",
    ),
    fact(
        "tf.compat.v1.FixedLenFeature",
        lambda tf: _parsed(tf, {"x": tf.compat.v1.FixedLenFeature([2], tf.float32)})["x"].numpy().tolist(),
        lambda found: found == [1.5, 2.5],
    ),
    fact(
        "tf.io.VarLenFeature",
        lambda tf: (lambda x: (x.values.numpy().tolist(), x.dense_shape.numpy().tolist()))(
            _parsed(tf, {"x": tf.io.VarLenFeature(tf.float32)})["x"]
        ),
        lambda found: found == [[1.5, 2.5], [2]],
    ),
    fact(
        "tf.compat.v1.VarLenFeature",
        lambda tf: _parsed(tf, {"x": tf.compat.v1.VarLenFeature(tf.float32)})["x"].values.numpy().tolist(),
        lambda found: found == [1.5, 2.5],
    ),
]


def _example(tf, example, features):
    feature = tf.train.Feature(float_list=tf.train.FloatList(value=[1.5, 2.5]))
    written = example(features=features(feature={"x": feature})).SerializeToString()
    return [list(example.FromString(written).features.feature["x"].float_list.value)]


def _parsed(tf, features):
    feature = tf.train.Feature(float_list=tf.train.FloatList(value=[1.5, 2.5]))
    example = tf.train.Example(features=tf.train.Features(feature={"x": feature}))
    return tf.io.parse_single_example(example.SerializeToString(), features)


@case("tf.train.Checkpoint")
def checkpoint(tf):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        weight, step = tf.Variable([1.0, 2.0]), tf.Variable(3)
        path = tf.train.Checkpoint(weight=weight, step=step).write(f"{folder}/model")
        weight.assign([0.0, 0.0])
        status = tf.train.Checkpoint(weight=weight, step=step).read(path)
        status.assert_consumed()
        return weight.numpy().tolist(), int(step)


@checkpoint.promise
def _(found):
    return found == [[1.0, 2.0], 3]


@case("tf.train.Checkpoint", name="delayed")
def checkpoint_delayed(tf):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = tf.train.Checkpoint(weight=tf.Variable(5.0)).write(f"{folder}/model")
        later = tf.train.Checkpoint()
        later.read(path)
        later.weight = tf.Variable(0.0)
        return float(later.weight)


@checkpoint_delayed.promise
def _(value):
    return value == 5.0


@case("tf.train.CheckpointManager")
def checkpoint_manager(tf):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        step = tf.Variable(0)
        manager = tf.train.CheckpointManager(tf.train.Checkpoint(step=step), folder, max_to_keep=2)
        for number in (1, 2, 3):
            step.assign(number)
            manager.save()
        step.assign(0)
        manager.restore_or_initialize()
        return [path.rpartition("/")[2] for path in manager.checkpoints], int(step)


@checkpoint_manager.promise
def _(found):
    return found == [["ckpt-2", "ckpt-3"], 3]


@case("tf.train.latest_checkpoint")
def latest_checkpoint(tf):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        before = tf.train.latest_checkpoint(folder)
        saved = [tf.train.Checkpoint(x=tf.Variable(1.0)).save(f"{folder}/model") for _ in range(2)]
        return before, tf.train.latest_checkpoint(folder) == saved[-1]


@latest_checkpoint.promise
def _(found):
    return found == [None, True]


@case("tf.saved_model.save")
def saved_model_save(tf):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        module = tf.Module()
        module.weight = tf.Variable(2.0)
        tf.saved_model.save(module, folder)
        return sorted(path.name for path in Path(folder).iterdir() if path.name != "fingerprint.pb")


@saved_model_save.promise
def _(names):
    return names == ["assets", "saved_model.pb", "variables"]


@case("tf.saved_model.load")
def saved_model_load(tf):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        module = tf.Module()
        module.weight = tf.Variable([2.0, 3.0])
        module.scaled = tf.function(lambda x: x * module.weight, input_signature=[tf.TensorSpec([None, 2])])
        tf.saved_model.save(module, folder)
        loaded = tf.saved_model.load(folder)
        return loaded.scaled(tf.constant([[1.0, 2.0]])).numpy().tolist(), loaded.weight.numpy().tolist()


@saved_model_load.promise
def _(found):
    return found == [[[2.0, 6.0]], [2.0, 3.0]]


@case("tf.summary.create_file_writer")
def create_file_writer(tf):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        writer = tf.summary.create_file_writer(folder, filename_suffix=".portability")
        writer.flush()
        writer.close()
        return [
            path.name.startswith("events.out.tfevents.") and path.suffix == ".portability"
            for path in Path(folder).iterdir()
        ]


@create_file_writer.promise
def _(found):
    return found == [True]
