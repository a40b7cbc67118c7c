"""Summaries for TensorBoard, by `tf.summary` and `tf.compat.v1.summary`."""

from monitor.suite.declare import case, fact


def _events(tf, write):
    """Return the values of the event file that `write()` writes, each with its step."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        with tf.summary.create_file_writer(folder).as_default():
            write()
        (path,) = tf.io.gfile.glob(f"{folder}/*")
        events = [*tf.compat.v1.train.summary_iterator(path)]
        return [(event.step, value) for event in events for value in event.summary.value]


def _numbers(tf, write):
    return [(step, value.tag, tf.make_ndarray(value.tensor).tolist()) for step, value in _events(tf, write)]


WRITTEN = [
    fact(
        "tf.summary.scalar",
        lambda tf: _numbers(tf, lambda: [tf.summary.scalar("loss", x, step=k) for k, x in ((3, 0.5), (2**40, -2))]),
        lambda found: found == [[3, "loss", 0.5], [2**40, "loss", -2.0]],
    ),
    fact(
        "tf.summary.scalar",
        lambda tf: [
            value.metadata.plugin_data.plugin_name
            for _, value in _events(tf, lambda: tf.summary.scalar("loss", 0.5, step=1, description="text"))
        ],
        lambda names: names == ["scalars"],
        name="plugin",
    ),
    fact(
        "tf.summary.histogram",
        lambda tf: _numbers(tf, lambda: tf.summary.histogram("weights", [0.0, 1.0, 2.0, 4.0], step=1, buckets=2)),
        lambda found: found == [[1, "weights", [[0.0, 2.0, 2.0], [2.0, 4.0, 2.0]]]],
    ),
    fact("tf.summary.image", lambda tf: _image(tf), lambda found: found == [["3", "2"], [[[9, 0, 255]] * 3] * 2]),
    fact(
        "tf.summary.write",
        lambda tf: _numbers(tf, lambda: tf.summary.write("kept", tf.constant([1, 2]), step=7)),
        lambda found: found == [[7, "kept", [1, 2]]],
    ),
    fact(
        "tf.summary.record_if",
        lambda tf: _numbers(tf, lambda: _in_turn(tf, lambda on: tf.summary.scalar(f"{on}", 2.0, step=1))),
        lambda found: found == [[1, "True", 2.0]],
    ),
    fact(
        "tf.summary.should_record_summaries",
        lambda tf: (bool(tf.summary.should_record_summaries()), _recorded(tf)),
        lambda found: found == [False, [False, True]],
    ),
    fact(
        "tf.summary.create_noop_writer",
        lambda tf: [bool(written) for written in _with_each_writer(tf)],
        lambda found: found == [False, True],
    ),
    fact(
        "tf.summary.experimental.get_step",
        lambda tf: (lambda before: (_stepped(tf, 5), _stepped(tf, 6), tf.summary.experimental.get_step() == before))(
            tf.summary.experimental.get_step()
        ),
        lambda found: found == [5, 6, True],
    ),
    fact(
        "tf.summary.experimental.summary_scope",
        lambda tf: _scopes(tf),
        lambda found: found == [["loss", "loss"], ["outer/loss", "outer/loss"]],
    ),
]


def _image(tf):
    picture = tf.constant([[[[9, 0, 255]] * 3] * 2], tf.uint8)
    ((_, value),) = _events(tf, lambda: tf.summary.image("picture", picture, step=1))
    width, height, png = tf.make_ndarray(value.tensor).tolist()
    return [width.decode(), height.decode()], tf.io.decode_png(png).numpy().tolist()


def _in_turn(tf, call):
    found = []
    for on in (False, True):
        with tf.summary.record_if(on):
            found.append(call(on))
    return found


def _recorded(tf):
    found = []
    _events(tf, lambda: found.extend(_in_turn(tf, lambda _: bool(tf.summary.should_record_summaries()))))
    return found


def _with_each_writer(tf):
    """Yield whether a number is written, with the writer that does nothing and with a file."""
    with tf.summary.create_noop_writer().as_default():
        yield tf.summary.scalar("loss", 1.0, step=1)
    found = []
    _events(tf, lambda: found.append(tf.summary.scalar("loss", 1.0, step=1)))
    yield from found


def _stepped(tf, step):
    before = tf.summary.experimental.get_step()
    tf.summary.experimental.set_step(step)
    try:
        return tf.summary.experimental.get_step()
    finally:
        tf.summary.experimental.set_step(before)


def _scopes(tf):
    found = []
    with tf.Graph().as_default():
        with tf.summary.experimental.summary_scope("loss") as (tag, scope):
            found.append((tag, scope.rstrip("/")))
        with tf.name_scope("outer"), tf.summary.experimental.summary_scope("loss") as (tag, scope):
            found.append((tag, scope.rstrip("/")))
    return found


def _summary(tf, make):
    """Return the values of the summary of a graph that `make()` builds."""
    with tf.Graph().as_default(), tf.compat.v1.Session() as running:
        return list(tf.compat.v1.Summary.FromString(running.run(make())).value)


OLD = [
    fact(
        "tf.compat.v1.summary.scalar",
        lambda tf: [
            (value.tag, value.simple_value)
            for value in _summary(tf, lambda: tf.compat.v1.summary.scalar("loss", tf.constant(2.0) * 3))
        ],
        lambda found: found == [["loss", 6.0]],
    ),
    fact(
        "tf.compat.v1.summary.histogram",
        lambda tf: [
            (value.tag, value.histo.num, value.histo.min, value.histo.max, value.histo.sum, sum(value.histo.bucket))
            for value in _summary(tf, lambda: tf.compat.v1.summary.histogram("w", tf.constant([1.0, 2.0, 5.0])))
        ],
        lambda found: found == [["w", 3.0, 1.0, 5.0, 8.0, 3.0]],
    ),
    fact(
        "tf.compat.v1.summary.image",
        lambda tf: [
            (
                value.tag,
                value.image.height,
                value.image.width,
                tf.io.decode_png(value.image.encoded_image_string).numpy().tolist(),
            )
            for value in _summary(
                tf, lambda: tf.compat.v1.summary.image("p", tf.constant([[[[9, 0, 255]] * 3] * 2], tf.uint8))
            )
        ],
        lambda found: found == [["p/image/0", 2, 3, [[[9, 0, 255]] * 3] * 2]],
    ),
    fact(
        "tf.compat.v1.summary.merge",
        lambda tf: [
            (value.tag, value.simple_value)
            for value in _summary(
                tf,
                lambda: tf.compat.v1.summary.merge(
                    [tf.compat.v1.summary.scalar("a", 1.0), tf.compat.v1.summary.scalar("b", 2.0)]
                ),
            )
        ],
        lambda found: sorted(found) == [["a", 1.0], ["b", 2.0]],
    ),
    fact(
        "tf.compat.v1.summary.merge_all",
        lambda tf: sorted(value.tag for value in _summary(tf, lambda: _merged(tf))),
        lambda tags: tags == ["a", "b"],
    ),
    fact(
        "tf.compat.v1.Summary.Value",
        lambda tf: (lambda value: (value.tag, value.simple_value, value.WhichOneof("value")))(
            tf.compat.v1.Summary.Value.FromString(
                tf.compat.v1.Summary.Value(tag="loss", simple_value=0.5).SerializeToString()
            )
        ),
        lambda found: found == ["loss", 0.5, "simple_value"],
    ),
    fact(
        "tf.compat.v1.Summary",
        lambda tf: [
            (value.tag, value.simple_value)
            for value in tf.compat.v1.Summary.FromString(
                tf.compat.v1.Summary(
                    value=[tf.compat.v1.Summary.Value(tag=tag, simple_value=x) for tag, x in (("a", 1.0), ("b", -0.5))]
                ).SerializeToString()
            ).value
        ],
        lambda found: found == [["a", 1.0], ["b", -0.5]],
    ),
    fact(
        "tf.compat.v1.Summary.Image",
        lambda tf: (lambda image: (image.height, image.width, image.encoded_image_string == b"png"))(
            tf.compat.v1.Summary.Image.FromString(
                tf.compat.v1.Summary.Image(height=2, width=3, encoded_image_string=b"png").SerializeToString()
            )
        ),
        lambda found: found == [2, 3, True],
    ),
    fact(
        "tf.compat.v1.SummaryMetadata",
        lambda tf: (lambda made: (made.plugin_data.plugin_name, made.plugin_data.content == b"x"))(
            tf.compat.v1.SummaryMetadata.FromString(
                tf.compat.v1.SummaryMetadata(
                    plugin_data=tf.compat.v1.SummaryMetadata.PluginData(plugin_name="own", content=b"x")
                ).SerializeToString()
            )
        ),
        lambda found: found == ["own", True],
    ),
]


def _merged(tf):
    for tag in ("a", "b"):
        tf.compat.v1.summary.scalar(tag, 1.0)
    return tf.compat.v1.summary.merge_all()


def _old_events(tf):
    """Return step and numbers of the events that a FileWriter writes, as `summary_iterator` reads them."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder, tf.Graph().as_default():
        writer = tf.compat.v1.summary.FileWriter(folder)
        for step, number in ((1, 0.5), (2, 0.25)):
            value = tf.compat.v1.Summary.Value(tag="loss", simple_value=number)
            writer.add_summary(tf.compat.v1.Summary(value=[value]), step)
        writer.close()
        (path,) = tf.io.gfile.glob(f"{folder}/*")
        return [
            (event.step, [value.simple_value for value in event.summary.value])
            for event in tf.compat.v1.train.summary_iterator(path)
        ]


@case("tf.compat.v1.summary.FileWriter")
def file_writer(tf):
    return [found for found in _old_events(tf) if found[1]]


@file_writer.promise
def _(events):
    return events == [[1, [0.5]], [2, [0.25]]]


@case("tf.compat.v1.train.summary_iterator")
def summary_iterator(tf):
    return _old_events(tf)


@summary_iterator.promise
def _(events):
    return [event for event in events if event[1]] == [[1, [0.5]], [2, [0.25]]] and events[0] == [0, []]
