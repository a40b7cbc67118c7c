"""TensorFlow 1's graphs and sessions, by `tf.compat.v1`."""

from monitor.suite.declare import DTYPE, EVERY, FLOATING, case, tensor
from monitor.suite.equality import same_values
from monitor.suite.limits import FIXED_SHAPES, SESSION


@case("tf.compat.v1.placeholder", dtypes=EVERY, limits=FIXED_SHAPES | SESSION)
def placeholder(tf, x=tensor(3, 4), dtype=DTYPE):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        given = tf.compat.v1.placeholder(dtype, shape=[None, 4])
        return session.run(tf.identity(given), {given: x.numpy()})


@placeholder.reference
def _(np, x):
    return x


@case("tf.compat.v1.Session.run", dtypes=FLOATING, limits=SESSION)
def run(tf, a=tensor(3, 4), b=tensor(4, 2)):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        left, right = tf.constant(a.numpy()), tf.constant(b.numpy())
        return session.run([left @ right, {"sum": tf.reduce_sum(left)}])


@run.reference
def _(np, a, b):
    return [a @ b, np.sum(a)]


@case("tf.Tensor.eval", dtypes=FLOATING, limits=SESSION)
def eval(tf, x=tensor(3, 4)):
    with tf.Graph().as_default(), tf.compat.v1.Session():
        return (2 * tf.constant(x.numpy())).eval()


@eval.reference
def _(np, x):
    return 2 * x


@case("tf.compat.v1.variable_scope", dtypes=FLOATING)
def variable_scope(tf, x=tensor(3, 4), dtype=DTYPE):
    zeros = tf.compat.v1.zeros_initializer()
    with tf.Graph().as_default():
        with tf.compat.v1.variable_scope("layer"):
            first = tf.compat.v1.get_variable("weight", [3, 4], dtype, initializer=zeros)
        with tf.compat.v1.variable_scope("layer", reuse=True):
            again = tf.compat.v1.get_variable("weight", [3, 4], dtype)
        return first.name, again.name, first is again


@variable_scope.promise
def _(result):
    return result == ["layer/weight:0", "layer/weight:0", True]


@case("tf.compat.v1.placeholder", name="unfed", dtypes=("float32", "int32", "bool"))
def placeholder_unfed(tf, dtype=DTYPE):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        given = tf.compat.v1.placeholder(dtype, shape=[2], name="given")
        try:
            session.run(tf.identity(given))
        except tf.errors.InvalidArgumentError as error:
            return str(error)
        return ""


@placeholder_unfed.promise
def _(message):
    return "You must feed a value for placeholder tensor 'given'" in message


@case("tf.compat.v1.placeholder", name="of-any-shape", dtypes=("float32", "int64"), limits=SESSION)
def placeholder_of_any_shape(tf, x=tensor(3, 4), y=tensor(5)):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        given = tf.compat.v1.placeholder(x.dtype)
        doubled = given + given
        return [session.run(doubled, {given: values.numpy()}) for values in (x, y)]


@placeholder_of_any_shape.reference
def _(np, x, y):
    return [2 * x, 2 * y]


@case("tf.compat.v1.Session.run", name="gradients", dtypes=FLOATING, limits=SESSION)
def run_gradients(tf, x=tensor(3, 4)):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        given = tf.constant(x.numpy())
        return session.run(tf.compat.v1.gradients(tf.reduce_sum(tf.square(given)), given)[0])


@run_gradients.reference
def _(np, x):
    return 2 * x


@case("tf.compat.v1.Session.run", name="assigns", dtypes=FLOATING)
def run_assigns(tf, x=tensor(3)):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        variable = tf.compat.v1.Variable(x.numpy())
        rolled = variable.assign(tf.roll(variable, 1, 0))
        session.run(variable.initializer)
        session.run(rolled)
        return session.run([rolled.op, variable])[1:], session.run(variable)


@run_assigns.promise
def _(result, x):
    import numpy as np

    # Nothing says whether `variable` is read before or after `rolled` in one run, but after it is.
    (during,), after = result
    return same_values(after, np.roll(x, 2, 0)) and during.shape == x.shape


@case("tf.Tensor.eval", name="fed", dtypes=FLOATING, limits=SESSION)
def eval_fed(tf, x=tensor(3, 4)):
    with tf.Graph().as_default():
        given = tf.compat.v1.placeholder(x.dtype)
        with tf.compat.v1.Session() as session:
            return tf.transpose(given).eval({given: x.numpy()}, session=session)


@eval_fed.reference
def _(np, x):
    return x.T


@case("tf.compat.v1.variable_scope", name="nested")
def variable_scope_nested(tf):
    with tf.Graph().as_default():
        with tf.compat.v1.variable_scope("outer"), tf.compat.v1.variable_scope("inner"):
            name = tf.compat.v1.get_variable("weight", [2]).name
        try:
            with tf.compat.v1.variable_scope("outer"):
                tf.compat.v1.get_variable("inner/weight", [2])
        except ValueError as error:
            return name, "already exists" in str(error)
        return name, False


@variable_scope_nested.promise
def _(result):
    return result == ["outer/inner/weight:0", True]


@case("tf.compat.v1.variable_scope", name="defaults", dtypes=FLOATING)
def variable_scope_defaults(tf, dtype=DTYPE):
    ones = tf.compat.v1.ones_initializer()
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        with tf.compat.v1.variable_scope("layer", initializer=ones, dtype=dtype):
            weight = tf.compat.v1.get_variable("weight", [2, 3])
        session.run(weight.initializer)
        return session.run(weight)


@variable_scope_defaults.reference
def _(np):
    return np.ones((2, 3))


@case("tf.Graph.as_default", dtypes=FLOATING, limits=SESSION)
def as_default(tf, x=tensor(3)):
    graph = tf.Graph()
    with graph.as_default():
        doubled = 2 * tf.constant(x.numpy())
    with tf.compat.v1.Session(graph=graph) as session:
        return session.run(doubled), doubled.graph is graph


@as_default.reference
def _(np, x):
    return 2 * x, True


@case("tf.Graph.as_default", name="nested")
def as_default_nested(tf):
    outer, inner = tf.Graph(), tf.Graph()
    with outer.as_default():
        with inner.as_default() as entered:
            within = tf.compat.v1.get_default_graph()
        after = tf.compat.v1.get_default_graph()
    return entered is inner, within is inner, after is outer, tf.executing_eagerly()


@as_default_nested.promise
def _(result):
    return result == [True, True, True, True]


@case("tf.Graph.as_default", name="left-by-an-error")
def as_default_left_by_an_error(tf):
    graph = tf.Graph()
    try:
        with graph.as_default():
            tf.reshape(tf.zeros([3]), [2, 2])
    except ValueError:
        return tf.executing_eagerly(), tf.constant(1).numpy().item()
    return None


@as_default_left_by_an_error.promise
def _(result):
    return result == [True, 1]


@case("tf.Graph.as_default", name="of-a-thread")
def as_default_of_a_thread(tf):
    import threading

    seen = []
    graph = tf.Graph()

    def look():
        seen.append(tf.compat.v1.get_default_graph() is graph)
        with graph.as_default():
            seen.append(tf.compat.v1.get_default_graph() is graph)

    with graph.as_default():
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    return seen


@as_default_of_a_thread.promise
def _(seen):
    return seen == [False, True]
