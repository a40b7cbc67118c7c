"""TensorFlow 1's collections of variables, and their initialization."""

from monitor.suite.declare import DTYPE, EVERY, FLOATING, case, tensor
from monitor.suite.limits import NOT_EMPTY, SESSION


@case("tf.compat.v1.get_collection")
def get_collection(tf):
    with tf.Graph().as_default():
        for number in (1, 2, 3):
            tf.compat.v1.add_to_collection("numbers", number)
        taken = tf.compat.v1.get_collection("numbers")
        taken.append(4)  # a copy
        return taken, tf.compat.v1.get_collection("numbers"), tf.compat.v1.get_collection("nothing")


@get_collection.promise
def _(result):
    return result == [[1, 2, 3, 4], [1, 2, 3], []]


@case("tf.compat.v1.get_collection", name="of-variables", dtypes=FLOATING)
def get_collection_of_variables(tf, dtype=DTYPE):
    keys = tf.compat.v1.GraphKeys
    with tf.Graph().as_default():
        tf.compat.v1.get_variable("weight", [2], dtype)
        tf.compat.v1.get_variable("count", [], dtype, trainable=False)
        tf.compat.v1.get_variable("cache", [], dtype, trainable=False, collections=[keys.LOCAL_VARIABLES])
        return [
            [variable.name for variable in tf.compat.v1.get_collection(key)]
            for key in (keys.TRAINABLE_VARIABLES, keys.GLOBAL_VARIABLES, keys.LOCAL_VARIABLES)
        ]


@get_collection_of_variables.promise
def _(names):
    return names == [["weight:0"], ["weight:0", "count:0"], ["cache:0"]]


@case("tf.compat.v1.get_collection", name="scoped")
def get_collection_scoped(tf):
    with tf.Graph().as_default():
        for scope in ("first", "second"):
            with tf.compat.v1.variable_scope(scope):
                tf.compat.v1.get_variable("weight", [2])
        variables = tf.compat.v1.get_collection(tf.compat.v1.GraphKeys.GLOBAL_VARIABLES, scope="second")
        return [variable.name for variable in variables]


@get_collection_scoped.promise
def _(names):
    return names == ["second/weight:0"]


@case("tf.compat.v1.global_variables_initializer", dtypes=EVERY, limits=SESSION)
def global_variables_initializer(tf, x=tensor(3, 4), y=tensor(2)):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        variables = [tf.compat.v1.Variable(x.numpy()), tf.compat.v1.Variable(y.numpy(), trainable=False)]
        session.run(tf.compat.v1.global_variables_initializer())
        return session.run(variables)


@global_variables_initializer.reference
def _(np, x, y):
    return [x, y]


@case("tf.compat.v1.global_variables_initializer", name="again", dtypes=("float32", "int32"), limits=SESSION)
def global_variables_initializer_again(tf, x=tensor(3)):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        variable = tf.compat.v1.Variable(x.numpy())
        initializer = tf.compat.v1.global_variables_initializer()
        session.run(initializer)
        changed = session.run(variable.assign_add(variable))
        session.run(initializer)
        return changed, session.run(variable)


@global_variables_initializer_again.reference
def _(np, x):
    return [2 * x, x]


@case("tf.compat.v1.global_variables_initializer", name="not-local")
def global_variables_initializer_not_local(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        local = tf.compat.v1.Variable(1.0, collections=[tf.compat.v1.GraphKeys.LOCAL_VARIABLES])
        session.run(tf.compat.v1.global_variables_initializer())
        try:
            session.run(local)
        except tf.errors.FailedPreconditionError:
            session.run(tf.compat.v1.local_variables_initializer())
            return float(session.run(local))
        return None


@global_variables_initializer_not_local.promise
def _(value):
    return value == 1


@case("tf.compat.v1.is_variable_initialized", dtypes=("float32", "bfloat16", "int32", "bool"), limits=SESSION)
def is_variable_initialized(tf, x=tensor(3)):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        variable = tf.compat.v1.Variable(x.numpy())
        initialized = tf.compat.v1.is_variable_initialized(variable)
        before = session.run(initialized)
        session.run(variable.initializer)
        return before, session.run(initialized)


@is_variable_initialized.reference
def _(np):
    return [np.array(False), np.array(True)]


@case("tf.compat.v1.is_variable_initialized", name="reference", dtypes=("float32", "int32"), limits=NOT_EMPTY | SESSION)
def is_variable_initialized_reference(tf, x=tensor(3)):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        variable = tf.compat.v1.Variable(x.numpy(), use_resource=False)  # as TensorFlow 1 made them by default
        initialized = tf.compat.v1.is_variable_initialized(variable)
        before = session.run(initialized)
        session.run(variable.initializer)
        return before, session.run(initialized)


@is_variable_initialized_reference.reference
def _(np):
    return [np.array(False), np.array(True)]
