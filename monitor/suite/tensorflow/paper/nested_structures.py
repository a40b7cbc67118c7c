"""Nested structures of tensors, and a batch divided among replicas."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, built, case, tensor
from monitor.suite.limits import ASSERTED, DATASET, FIXED_SHAPES, NOT_EMPTY, SESSION

ALL_MODES = (EAGER, COMPILED, GRADIENT)


@case("tf.nest.map_structure", dtypes=("float32", "int32"), modes=ALL_MODES)
def map_structure(tf, x=tensor(3), y=tensor(2, 2)):
    return tf.nest.map_structure(lambda leaf: leaf + leaf, {"a": x, "b": [y, (x,)]})


@map_structure.reference
def _(np, x, y):
    return {"a": 2 * x, "b": [2 * y, (2 * x,)]}


@case("tf.nest.map_structure", name="of-two", dtypes=("float32", "int32"), modes=ALL_MODES)
def map_structure_of_two(tf, x=tensor(3), y=tensor(3)):
    return tf.nest.map_structure(tf.subtract, (x, [y]), (y, [x]))


@map_structure_of_two.reference
def _(np, x, y):
    return x - y, [y - x]


@case("tf.nest.map_structure", name="keeps-types")
def map_structure_keeps_types(tf):
    from collections import OrderedDict, namedtuple

    Point = namedtuple("Point", ["x", "y"])
    mapped = tf.nest.map_structure(lambda number: number * 10, OrderedDict(b=Point(1, 2), a=[3, (4,)]))
    return type(mapped).__name__, list(mapped), type(mapped["b"]).__name__, [*mapped["b"]], mapped["a"]


@map_structure_keeps_types.promise
def _(result):
    return result == ["OrderedDict", ["b", "a"], "Point", [10, 20], [30, [40]]]


@case("tf.nest.map_structure", name="of-composites", dtypes=FLOATING, limits=FIXED_SHAPES | ASSERTED)
def map_structure_of_composites(tf, x=tensor(4)):
    ragged = tf.RaggedTensor.from_row_lengths(x, [1, 3])
    doubled = tf.nest.map_structure(lambda values: 2 * values, {"ragged": ragged}, expand_composites=False)
    return doubled["ragged"].values


@map_structure_of_composites.reference
def _(np, x):
    return 2 * x


@case("tf.nest.map_structure", name="empty")
def map_structure_empty(tf):
    structures: list[object] = [[], (), {}, {"a": []}]
    return [tf.nest.map_structure(str, structure) for structure in structures]


@map_structure_empty.promise
def _(result):
    return result == [[], [], {}, {"a": []}]


@case("tf.nest.map_structure", name="refuses")
def map_structure_refuses(tf):
    refused = []
    for left, right in (([1, 2], [1]), ([1], (1,)), ({"a": 1}, {"b": 1}), ([1, [2]], [1, 2])):
        try:
            tf.nest.map_structure(lambda a, b: a + b, left, right)
        except (TypeError, ValueError) as error:
            refused.append(type(error).__name__)
    return refused


@map_structure_refuses.promise
def _(refused):
    return refused == ["ValueError", "TypeError", "ValueError", "ValueError"]


@case("tf.__internal__.nest.map_structure_up_to", dtypes=("float32", "int32"), modes=ALL_MODES)
def map_structure_up_to(tf, x=tensor(3), y=tensor(3)):
    pairs = {"a": [x, y], "b": (y, x)}
    return tf.__internal__.nest.map_structure_up_to({"a": 0, "b": 0}, lambda pair: pair[0] - pair[1], pairs)


@map_structure_up_to.reference
def _(np, x, y):
    return {"a": x - y, "b": y - x}


@case("tf.__internal__.nest.map_structure_up_to", name="of-two")
def map_structure_up_to_of_two(tf):
    shallow, names = [None, None], ["first", "second"]
    return tf.__internal__.nest.map_structure_up_to(
        shallow, lambda name, values: f"{name} {sum(values)}", names, [[1, 2], [3, 4, 5]]
    )


@map_structure_up_to_of_two.promise
def _(result):
    return result == ["first 3", "second 12"]


@case("tf.__internal__.nest.map_structure_up_to", name="leaf")
def map_structure_up_to_leaf(tf):
    return tf.__internal__.nest.map_structure_up_to(None, lambda whole: len(whole), [1, [2, 3], 4])


@map_structure_up_to_leaf.promise
def _(result):
    return result == 3


@case("tf.__internal__.nest.map_structure_up_to", name="refuses")
def map_structure_up_to_refuses(tf):
    refused = []
    for shallow, deep in (([1, 2], [1]), ([1], {"a": 1})):
        try:
            tf.__internal__.nest.map_structure_up_to(shallow, lambda part: part, deep)
        except (TypeError, ValueError) as error:
            refused.append(type(error).__name__)
    return refused


@map_structure_up_to_refuses.promise
def _(refused):
    return refused == ["ValueError", "TypeError"]


@case("tf.__internal__.smart_cond.smart_cond", dtypes=("float32", "int32"), modes=ALL_MODES)
def smart_cond(tf, x=tensor(3), y=tensor(3)):
    smart_cond = tf.__internal__.smart_cond.smart_cond
    return smart_cond(True, lambda: x, lambda: y), smart_cond(False, lambda: x, lambda: x - y)


@smart_cond.reference
def _(np, x, y):
    return x, x - y


@case("tf.__internal__.smart_cond.smart_cond", name="of-a-tensor", dtypes=FLOATING, modes=ALL_MODES, limits=NOT_EMPTY)
def smart_cond_of_a_tensor(tf, x=tensor(3), y=tensor(3)):
    smart_cond = tf.__internal__.smart_cond.smart_cond
    larger = tf.reduce_max(x) > tf.reduce_max(y)
    return smart_cond(larger, lambda: x - y, lambda: y - x)


@smart_cond_of_a_tensor.reference
def _(np, x, y):
    return x - y if x.max() > y.max() else y - x


@case("tf.__internal__.smart_cond.smart_cond", name="in-a-graph", dtypes=("float32", "int32"), limits=SESSION)
def smart_cond_in_a_graph(tf, x=tensor(3)):
    with tf.Graph().as_default() as graph, tf.compat.v1.Session() as session:
        values, given = tf.constant(x.numpy()), tf.compat.v1.placeholder(tf.bool, [])
        known = tf.__internal__.smart_cond.smart_cond(tf.constant(True), lambda: values, lambda: 1 // 0)
        operations = {operation.type for operation in graph.get_operations()}
        unknown = tf.__internal__.smart_cond.smart_cond(given, lambda: values, lambda: -values)
        return (
            session.run([known, unknown], {given: False}),
            operations.isdisjoint({"If", "StatelessIf", "Switch"}),
        )


@smart_cond_in_a_graph.reference
def _(np, x):
    return [x, -x], True


@case("tf.__internal__.smart_cond.smart_cond", name="one-branch")
def smart_cond_one_branch(tf):
    called = []
    tf.__internal__.smart_cond.smart_cond(True, lambda: called.append("true"), lambda: called.append("false"))
    tf.__internal__.smart_cond.smart_cond(0, lambda: called.append("true"), lambda: called.append("false"))
    return called


@smart_cond_one_branch.promise
def _(called):
    return called == ["true", "false"]


@case("tf.distribute.InputContext.get_per_replica_batch_size")
def get_per_replica_batch_size(tf, context=built(lambda tf: tf.distribute.InputContext(2, 1, 4))):
    return [context.get_per_replica_batch_size(size) for size in (4, 12, 1024, 0)]


@get_per_replica_batch_size.promise
def _(sizes):
    return sizes == [1, 3, 256, 0]


@case("tf.distribute.InputContext.get_per_replica_batch_size", name="refuses")
def get_per_replica_batch_size_refuses(tf, context=built(lambda tf: tf.distribute.InputContext(2, 1, 4))):
    try:
        context.get_per_replica_batch_size(13)
    except ValueError as error:
        return str(error)
    return ""


@get_per_replica_batch_size_refuses.promise
def _(message):
    return "13" in message and "4" in message


@case(
    "tf.distribute.InputContext.get_per_replica_batch_size",
    name="of-a-strategy",
    dtypes=("float32",),
    limits=FIXED_SHAPES | DATASET,
)
def get_per_replica_batch_size_of_a_strategy(tf, x=tensor(6, 2)):
    def dataset_of(context):
        batch = context.get_per_replica_batch_size(3)
        return tf.data.Dataset.from_tensor_slices(x).batch(batch)

    strategy = tf.distribute.get_strategy()
    return [*strategy.distribute_datasets_from_function(dataset_of)]


@get_per_replica_batch_size_of_a_strategy.reference
def _(np, x):
    return [x[:3], x[3:]]
