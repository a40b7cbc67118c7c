"""Arguments that many functions of TensorFlow take alike."""

from monitor.suite.declare import Rule


def with_name(tf, function):
    """Return the function with a name, which its object or a node of its graph must have."""

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


RULES = {"name": Rule("name", '"given"', with_name)}
