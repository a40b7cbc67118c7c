"""Objects that are written to files and read back: checkpoints, whole models, summaries."""

from monitor.suite.declare import FLOATING, case, tensor
from monitor.suite.limits import FIXED_SHAPES, NOT_EMPTY, SESSION, STATEFUL


@case("tf.train.list_variables")
def list_variables(tf):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        checkpoint = tf.train.Checkpoint(weight=tf.Variable(tf.zeros([2, 3])), parts=[tf.Variable(1)])
        return tf.train.list_variables(checkpoint.write(f"{folder}/model"))


@list_variables.promise
def _(listed):
    value = ".ATTRIBUTES/VARIABLE_VALUE"
    return listed == [["_CHECKPOINTABLE_OBJECT_GRAPH", []], [f"parts/0/{value}", []], [f"weight/{value}", [2, 3]]]


@case("tf.train.list_variables", name="by-name", dtypes=("float32", "bfloat16", "complex64", "int32", "bool"))
def list_variables_by_name(tf, x=tensor(2, 3)):
    import tempfile

    with tempfile.TemporaryDirectory() as folder, tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.compat.v1.get_variable("layer/weight", initializer=x.numpy())
        tf.compat.v1.get_variable("bias", initializer=x.numpy()[0, 0])
        session.run(tf.compat.v1.global_variables_initializer())
        return tf.train.list_variables(tf.compat.v1.train.Saver().save(session, f"{folder}/model"))


@list_variables_by_name.promise
def _(listed):
    return listed == [["bias", []], ["layer/weight", [2, 3]]]


@case("tf.train.list_variables", name="of-a-folder")
def list_variables_of_a_folder(tf):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        for size in (1, 2):
            tf.train.Checkpoint(weight=tf.Variable(tf.zeros([size]))).save(f"{folder}/model")
        return dict(tf.train.list_variables(folder))["weight/.ATTRIBUTES/VARIABLE_VALUE"]  # of the latest


@list_variables_of_a_folder.promise
def _(shape):
    return shape == [2]


@case("tf.train.list_variables", name="missing")
def list_variables_missing(tf):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        try:
            tf.train.list_variables(folder)
        except ValueError as error:
            return str(error)
        return ""


@list_variables_missing.promise
def _(message):
    return "Couldn't find 'checkpoint' file or checkpoints in given directory" in message


@case("tf.compat.v1.saved_model.simple_save", dtypes=FLOATING + ("int32", "int64"), limits=FIXED_SHAPES | SESSION)
def simple_save(tf, x=tensor(2, 3), y=tensor(2, 3)):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        with tf.Graph().as_default(), tf.compat.v1.Session() as session:
            given = tf.compat.v1.placeholder(x.dtype, [None, 3])
            total = given + tf.compat.v1.Variable(y.numpy())
            session.run(tf.compat.v1.global_variables_initializer())
            tf.compat.v1.saved_model.simple_save(session, f"{folder}/model", {"x": given}, {"total": total})
        with tf.Graph().as_default(), tf.compat.v1.Session() as session:
            model = tf.compat.v1.saved_model.load(session, ["serve"], f"{folder}/model")
            signature = model.signature_def["serving_default"]
            return session.run(signature.outputs["total"].name, {signature.inputs["x"].name: x.numpy()})


@simple_save.reference
def _(np, x, y):
    return x + y


@case(
    "tf.compat.v1.saved_model.simple_save",
    name="for-tensorflow-2",
    dtypes=("float32", "float64"),
    limits=NOT_EMPTY | SESSION,
)
def simple_save_for_tensorflow_2(tf, x=tensor(2, 3), y=tensor(2, 3)):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        with tf.Graph().as_default(), tf.compat.v1.Session() as session:
            given = tf.compat.v1.placeholder(x.dtype, x.shape)
            product = given * tf.compat.v1.Variable(y.numpy())
            session.run(tf.compat.v1.global_variables_initializer())
            tf.compat.v1.saved_model.simple_save(session, f"{folder}/model", {"x": given}, {"product": product})
        return tf.saved_model.load(f"{folder}/model").signatures["serving_default"](x=x)["product"]


@simple_save_for_tensorflow_2.reference
def _(np, x, y):
    return x * y


@case("tf.compat.v1.saved_model.simple_save", name="refuses")
def simple_save_refuses(tf):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder, tf.Graph().as_default(), tf.compat.v1.Session() as session:
        given = tf.compat.v1.placeholder(tf.float32, [2])
        try:
            # The folder is there, and not empty.
            Path(folder, "in-the-way").touch()
            tf.compat.v1.saved_model.simple_save(session, folder, {"x": given}, {"y": given})
        except AssertionError as error:
            return "already exists" in str(error)
        return False


@simple_save_refuses.promise
def _(refused):
    return refused


@case("tf.summary.SummaryWriter.flush", dtypes=FLOATING + ("int32",), limits=FIXED_SHAPES | STATEFUL)
def flush(tf, x=tensor(3)):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        writer = tf.summary.create_file_writer(folder, max_queue=1000, flush_millis=600_000)
        with writer.as_default():
            for step in range(3):
                tf.summary.write("loss", x[step], step=step)
            writer.flush()
        (path,) = Path(folder).iterdir()
        records = [*tf.compat.v1.io.tf_record_iterator(str(path))]
        events = [tf.compat.v1.Event.FromString(record) for record in records][1:]  # the first names the version
        values = [tf.constant(tf.make_ndarray(event.summary.value[0].tensor)) for event in events]
        return values, [event.step for event in events]


@flush.reference
def _(np, x):
    return [np.array(value) for value in x], [0, 1, 2]


@case("tf.summary.SummaryWriter.flush", name="only-then")
def flush_only_then(tf):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        writer = tf.summary.create_file_writer(folder, max_queue=1000, flush_millis=600_000)
        writer.flush()
        (path,) = Path(folder).iterdir()
        sizes = [path.stat().st_size]
        with writer.as_default(step=1):
            tf.summary.write("words", "many")
            for _ in range(2):
                sizes.append(path.stat().st_size)
                writer.flush()
            return [*sizes, path.stat().st_size]


@flush_only_then.promise
def _(sizes):
    empty, before, once, twice = sizes
    return empty == before < once == twice


@case("tf.summary.SummaryWriter.flush", name="closed")
def flush_closed(tf):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        writer = tf.summary.create_file_writer(folder)
        writer.close()
        writer.flush()  # nothing to do, and no error
        return True


@flush_closed.promise
def _(done):
    return done


@case("tf.compat.v1.IdentityReader.restore_state")
def restore_state(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        reader, works = tf.compat.v1.IdentityReader(), tf.queue.FIFOQueue(9, [tf.string], shapes=[[]])
        produced, (key, _) = reader.num_records_produced(), reader.read(works)
        session.run(works.enqueue_many([["a", "b", "c"]]))
        first, state = session.run(key), session.run(reader.serialize_state())
        second, before = session.run(key), int(session.run(produced))
        session.run(reader.restore_state(state))
        after = int(session.run(produced))
        return first, second, before, after, session.run(key), int(session.run(produced))


@restore_state.promise
def _(result):
    return result == [b"a", b"b", 2, 1, b"c", 2]  # the count goes back, the queue of work does not


@case("tf.compat.v1.IdentityReader.restore_state", name="refuses")
def restore_state_refuses(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        reader, works = tf.compat.v1.IdentityReader(), tf.queue.FIFOQueue(9, [tf.string], shapes=[[]])
        session.run(works.enqueue("a"))
        session.run(reader.read(works))
        state = session.run(reader.serialize_state())
        refused = []
        for wrong in (state[1:], state[:-1], b"BOGUS" + state, state + b"more"):
            try:
                session.run(reader.restore_state(wrong))
            except tf.errors.InvalidArgumentError:
                refused.append(True)
        return refused


@restore_state_refuses.promise
def _(refused):
    return refused == [True] * 4


@case("tf.compat.v1.IdentityReader.restore_state", name="elsewhere")
def restore_state_elsewhere(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        works = tf.queue.FIFOQueue(9, [tf.string], shapes=[[]])
        first, second = tf.compat.v1.IdentityReader(), tf.compat.v1.IdentityReader()
        session.run(works.enqueue_many([["a", "b"]]))
        for _ in range(2):
            session.run(first.read(works))
        session.run(second.restore_state(first.serialize_state()))
        return int(session.run(second.num_records_produced())), int(session.run(second.num_work_units_completed()))


@restore_state_elsewhere.promise
def _(counts):
    return counts == [2, 2]
