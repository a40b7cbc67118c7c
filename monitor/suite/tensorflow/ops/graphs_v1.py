"""Graphs, sessions, variables and optimizers of `tf.compat.v1`."""

from monitor.suite.declare import case


@case("tf.compat.v1.Session")
def session(tf):
    graph = tf.compat.v1.Graph()
    with graph.as_default():
        x = tf.compat.v1.placeholder(tf.float32, [None])
        total = tf.reduce_sum(x * 2)
    with tf.compat.v1.Session(graph=graph) as running:
        return [float(running.run(total, {x: given})) for given in ([1, 2], [], [5])]


@session.promise
def _(totals):
    return totals == [6.0, 0.0, 10.0]


@case("tf.compat.v1.Graph")
def graph(tf):
    made = tf.compat.v1.Graph()
    with made.as_default():
        tf.constant(1.0, name="one")
        same = tf.compat.v1.get_default_graph() is made
    return same, [op.name for op in made.get_operations()], made.get_tensor_by_name("one:0").dtype.name


@graph.promise
def _(found):
    return found == [True, ["one"], "float32"]


@case("tf.compat.v1.get_default_graph")
def get_default_graph(tf):
    with tf.Graph().as_default() as outer, tf.Graph().as_default() as inner:
        return tf.compat.v1.get_default_graph() is inner, tf.compat.v1.get_default_graph() is outer


@get_default_graph.promise
def _(found):
    return found == [True, False]


@case("tf.compat.v1.get_variable")
def get_variable(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as running:
        with tf.compat.v1.variable_scope("layer"):
            made = tf.compat.v1.get_variable("weight", [2, 2], initializer=tf.compat.v1.constant_initializer(3.0))
        with tf.compat.v1.variable_scope("layer", reuse=True):
            again = tf.compat.v1.get_variable("weight")
        running.run(tf.compat.v1.global_variables_initializer())
        return made is again, made.name, running.run(made).tolist(), len(tf.compat.v1.trainable_variables())


@get_variable.promise
def _(found):
    return found == [True, "layer/weight:0", [[3.0, 3.0], [3.0, 3.0]], 1]


@case("tf.compat.v1.get_variable_scope")
def get_variable_scope(tf):
    with tf.Graph().as_default(), tf.compat.v1.variable_scope("outer"):
        outer = tf.compat.v1.get_variable_scope().name
        with tf.compat.v1.variable_scope("inner", reuse=tf.compat.v1.AUTO_REUSE):
            return outer, tf.compat.v1.get_variable_scope().name


@get_variable_scope.promise
def _(names):
    return names == ["outer", "outer/inner"]


@case("tf.compat.v1.trainable_variables")
def trainable_variables(tf):
    with tf.Graph().as_default():
        tf.compat.v1.get_variable("a", [1])
        tf.compat.v1.get_variable("b", [1], trainable=False)
        return [variable.name for variable in tf.compat.v1.trainable_variables()]


@trainable_variables.promise
def _(names):
    return names == ["a:0"]


@case("tf.compat.v1.global_variables")
def global_variables(tf):
    with tf.Graph().as_default():
        tf.compat.v1.get_variable("a", [1])
        tf.compat.v1.get_variable("b", [1], trainable=False)
        tf.compat.v1.get_variable("c", [1], collections=[tf.compat.v1.GraphKeys.LOCAL_VARIABLES])
        return [variable.name for variable in tf.compat.v1.global_variables()]


@global_variables.promise
def _(names):
    return names == ["a:0", "b:0"]


@case("tf.compat.v1.local_variables_initializer")
def local_variables_initializer(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as running:
        local = tf.compat.v1.get_variable("a", initializer=2.0, collections=[tf.compat.v1.GraphKeys.LOCAL_VARIABLES])
        running.run(tf.compat.v1.local_variables_initializer())
        return float(running.run(local))


@local_variables_initializer.promise
def _(value):
    return value == 2.0


@case("tf.compat.v1.Variable")
def variable(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as running:
        made = tf.compat.v1.Variable([1.0, 2.0], name="made", trainable=False)
        running.run(made.initializer)
        return running.run(made.assign_add([1.0, 1.0])).tolist(), made.name, made.trainable


@variable.promise
def _(found):
    return found == [[2.0, 3.0], "made:0", False]


@case("tf.compat.v1.assign")
def assign(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as running:
        made = tf.compat.v1.get_variable("made", initializer=1.0)
        running.run(tf.compat.v1.global_variables_initializer())
        return float(running.run(tf.compat.v1.assign(made, 5.0))), float(running.run(made))


@assign.promise
def _(values):
    return values == [5.0, 5.0]


@case("tf.compat.v1.assign_add")
def assign_add(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as running:
        made = tf.compat.v1.get_variable("made", initializer=1.0)
        running.run(tf.compat.v1.global_variables_initializer())
        step = tf.compat.v1.assign_add(made, 2.0)
        return [float(running.run(step)) for _ in range(3)]


@assign_add.promise
def _(values):
    return values == [3.0, 5.0, 7.0]


@case("tf.compat.v1.scatter_update")
def scatter_update(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as running:
        made = tf.compat.v1.get_variable("made", initializer=tf.zeros([4]))
        running.run(tf.compat.v1.global_variables_initializer())
        running.run(tf.compat.v1.scatter_update(made, [3, 1], [7.0, 8.0]))
        return running.run(made).tolist()


@scatter_update.promise
def _(values):
    return values == [0.0, 8.0, 0.0, 7.0]


@case("tf.compat.v1.gradients")
def gradients(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as running:
        x = tf.compat.v1.placeholder(tf.float32, [])
        (slope,) = tf.compat.v1.gradients(x**3 + 2 * x, x)
        return [float(running.run(slope, {x: given})) for given in (0.0, 1.0, 2.0)]


@gradients.promise
def _(slopes):
    return slopes == [2.0, 5.0, 14.0]


@case("tf.compat.v1.control_dependencies")
def control_dependencies(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as running:
        made = tf.compat.v1.get_variable("made", initializer=1.0)
        running.run(tf.compat.v1.global_variables_initializer())
        with tf.compat.v1.control_dependencies([made.assign_add(1.0)]):
            value = made.read_value()
        return [float(running.run(value)) for _ in range(2)]


@control_dependencies.promise
def _(values):
    return values == [2.0, 3.0]


@case("tf.compat.v1.py_func")
def py_func(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as running:
        doubled = tf.compat.v1.py_func(lambda x: 2 * x, [tf.constant([1.0, 3.0])], tf.float32)
        return running.run(doubled).tolist()


@py_func.promise
def _(values):
    return values == [2.0, 6.0]


@case("tf.compat.v1.set_random_seed")
def set_random_seed(tf):
    def drawn(seed):
        with tf.Graph().as_default(), tf.compat.v1.Session() as running:
            tf.compat.v1.set_random_seed(seed)
            return running.run(tf.random.uniform([4])).tolist()

    return drawn(1) == drawn(1), drawn(1) == drawn(2)


@set_random_seed.promise
def _(same):
    return same == [True, False]


@case("tf.compat.v1.train.get_or_create_global_step")
def get_or_create_global_step(tf):
    with tf.Graph().as_default():
        step = tf.compat.v1.train.get_or_create_global_step()
        again = tf.compat.v1.train.get_or_create_global_step()
        return step is again, step.dtype.base_dtype.name, step.shape.as_list()


@get_or_create_global_step.promise
def _(found):
    return found == [True, "int64", []]


@case("tf.compat.v1.train.GradientDescentOptimizer")
def gradient_descent_optimizer(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as running:
        x = tf.compat.v1.get_variable("x", initializer=4.0)
        step = tf.compat.v1.train.GradientDescentOptimizer(0.25).minimize(x * x)
        running.run(tf.compat.v1.global_variables_initializer())
        for _ in range(2):
            running.run(step)
        return float(running.run(x))


@gradient_descent_optimizer.promise
def _(value):
    return value == 1.0


@case("tf.compat.v1.train.AdamOptimizer")
def adam_optimizer(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as running:
        x = tf.compat.v1.get_variable("x", initializer=[4.0, -3.0])
        step = tf.compat.v1.train.AdamOptimizer(0.1).minimize(tf.reduce_sum(x * x))
        running.run(tf.compat.v1.global_variables_initializer())
        running.run(step)
        return running.run(x).tolist()


@adam_optimizer.promise
def _(values):
    # The first step of Adam has the size of the learning rate, against the sign of the gradient.
    return abs(values[0] - 3.9) < 1e-5 and abs(values[1] + 2.9) < 1e-5


@case("tf.compat.v1.train.Saver")
def saver(tf):
    import tempfile

    with tempfile.TemporaryDirectory() as folder, tf.Graph().as_default(), tf.compat.v1.Session() as running:
        made = tf.compat.v1.get_variable("made", initializer=1.0)
        keeper = tf.compat.v1.train.Saver(max_to_keep=1)
        running.run(made.initializer)
        path = keeper.save(running, f"{folder}/model", global_step=7)
        running.run(made.assign(9.0))
        keeper.restore(running, path)
        return float(running.run(made)), path.rpartition("/")[2]


@saver.promise
def _(found):
    return found == [1.0, "model-7"]
