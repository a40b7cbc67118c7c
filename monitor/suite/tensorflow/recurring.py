"""Arguments that many functions of TensorFlow take alike.

Each function below returns one that passes the argument, checks its effect, and returns a result with the values, the
shape and the dtype of a plain call, for the reference of the case.
"""

from monitor.suite.declare import Rule


def with_name(tf, function):
    """Give a name, which the object or a node of the graph must have."""

    def named(*args, **options):
        result = function(*args, name="given", **options)
        if isinstance(function, type) or hasattr(result, "name"):
            name = result.get_name() if hasattr(result, "get_name") else result.name
            assert name.startswith("given"), f"the object has the name {name}"
            return result

        def traced():
            function(*args, name="given", **options)
            return tf.constant(0)

        nodes = [operation.node_def for operation in tf.function(traced).get_concrete_function().graph.get_operations()]
        assert any("given" in str(node) for node in nodes), f"no node has the name: {[node.name for node in nodes]}"
        return result

    return named


def with_keepdims(tf, function):
    """Keep the dimensions that are reduced, with size one."""

    def kept(*args, **options):
        plain = function(*args, **options)
        result = function(*args, **options, keepdims=True)
        for one, flat in zip(tf.nest.flatten(result), tf.nest.flatten(plain), strict=True):
            assert one.shape.rank > flat.shape.rank, f"the shape is {one.shape}"
        return tf.nest.map_structure(lambda one, flat: tf.reshape(one, flat.shape), result, plain)

    return kept


def with_dtype(tf, function):
    """Request double precision, or 64-bit integers."""

    def doubled(*args, **options):
        plain = function(*args, **options)
        if isinstance(plain.dtype, str):  # an object of Keras
            name = function(*args, **options, dtype="float64").dtype
            assert name == "float64", f"the dtype is {name}"
            return plain
        dtype = tf.float64 if plain.dtype.is_floating else tf.int64
        double = function(*args, **options, dtype=dtype)
        assert double.dtype == dtype, f"the dtype is {double.dtype}"
        return tf.cast(double, plain.dtype)

    return doubled


RULES = {
    "dtype": Rule("dtype", "tf.float64", with_dtype),
    "keepdims": Rule("keepdims", "True", with_keepdims),
    "name": Rule("name", '"given"', with_name),
}
