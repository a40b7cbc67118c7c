"""Functions over nested containers."""

from functools import partial

from monitor.suite.declare import COMPILED, EAGER, GRADIENT, built, case, fact, formula, tensor

ALL = (EAGER, COMPILED, GRADIENT)

mapped = partial(formula, dtypes=("float32", "bfloat16"), modes=ALL)


def pair(jax):
    """Return a container of two children and a label, with keys, registered for one case."""

    class Pair:
        def __init__(self, left, right, label):
            self.left, self.right, self.label = left, right, label

    jax.tree_util.register_pytree_with_keys(
        Pair,
        lambda p: (
            [(jax.tree_util.GetAttrKey("left"), p.left), (jax.tree_util.GetAttrKey("right"), p.right)],
            p.label,
        ),
        lambda label, children: Pair(children[0], children[1], label),
    )
    return Pair


MAPS = [
    mapped(
        "jax.tree_util.tree_map",
        lambda jax, a=tensor(3), b=tensor(2, 2): jax.tree_util.tree_map(lambda x: 2 * x, {"b": [b, None], "a": (a,)}),
        lambda np, a, b: {"a": 2 * a, "b": [2 * b, None]},
        dtypes=("float32", "float64"),
        modes=(EAGER,),
    ),
    mapped(
        "jax.tree_util.tree_map",
        lambda jax, a=tensor(3), b=tensor(3): jax.tree_util.tree_map(lambda x, y: x - y, {"k": (a, b)}, {"k": (b, a)}),
        lambda np, a, b: [a - b, b - a],
        name="two-trees",
    ),
    fact(
        "jax.tree_util.tree_map",
        lambda jax: jax.tree_util.tree_map(len, {"a": [1, 2], "b": [[3]]}, is_leaf=lambda x: isinstance(x, list)),
        lambda tree: tree == {"a": 2, "b": 1},
        name="is-leaf",
    ),
    mapped(
        "jax.tree_util.tree_reduce",
        lambda jax, a=tensor(3), b=tensor(3): jax.tree_util.tree_reduce(lambda x, y: x * y, {"a": a, "b": [b, a]}),
        lambda np, a, b: a * b * a,
    ),
    mapped(
        "jax.tree.reduce",
        lambda jax, a=tensor(3), b=tensor(3): jax.tree.reduce(lambda x, y: x * y, {"a": a, "b": [b, a]}, 2),
        lambda np, a, b: 2 * a * b * a,
    ),
    fact(
        "jax.tree_util.tree_all",
        lambda jax: [jax.tree_util.tree_all(tree) for tree in ({"a": True, "b": [1, ()]}, {"a": True, "b": [0]}, ())],
        lambda verdicts: verdicts == [True, False, True],
    ),
    fact(
        "jax.tree.map_with_path",
        lambda jax: jax.tree.map_with_path(lambda path, leaf: f"{jax.tree_util.keystr(path)}={leaf}", {"b": (1, 2)}),
        lambda tree: tree == {"b": ["['b'][0]=1", "['b'][1]=2"]},
    ),
    fact(
        "jax.tree_util.tree_map_with_path",
        lambda jax: jax.tree_util.tree_map_with_path(
            lambda path, x, y: (len(path), x + y), {"b": (1, 2)}, {"b": (3, 4)}
        ),
        lambda tree: tree == {"b": [[2, 4], [2, 6]]},
    ),
    fact(
        "jax.tree_util.tree_transpose",
        lambda jax: jax.tree_util.tree_transpose(
            jax.tree_util.tree_structure([0, 0]),
            jax.tree_util.tree_structure({"a": 0, "b": 0}),
            [{"a": 1, "b": 2}, {"a": 3, "b": 4}],
        ),
        lambda tree: tree == {"a": [1, 3], "b": [2, 4]},
    ),
    fact(
        "jax.tree.transpose",
        lambda jax: jax.tree.transpose(jax.tree.structure([0, 0]), None, [(1, 2), (3, 4)]),
        lambda tree: tree == [[1, 3], [2, 4]],
    ),
]

LEAVES = [
    mapped(
        "jax.tree_util.tree_leaves",
        lambda jax, a=tensor(3), b=tensor(2, 2): jax.tree_util.tree_leaves({"b": [b, None], "a": (a, {})}),
        lambda np, a, b: [a, b],
    ),
    mapped(
        "jax.tree.leaves",
        lambda jax, a=tensor(3), b=tensor(2, 2): jax.tree.leaves({"b": [b, None], "a": (a, {})}),
        lambda np, a, b: [a, b],
    ),
    fact(
        "jax.tree.leaves",
        lambda jax: jax.tree.leaves({"b": None, "a": [1, (2,)]}, is_leaf=lambda x: x is None or isinstance(x, tuple)),
        lambda leaves: leaves == [1, [2], None],
        name="is-leaf",
    ),
    fact(
        "jax.tree.leaves_with_path",
        lambda jax: [
            (jax.tree_util.keystr(path), leaf) for path, leaf in jax.tree.leaves_with_path({"b": [5], "a": 4})
        ],
        lambda leaves: leaves == [["['a']", 4], ["['b'][0]", 5]],
    ),
    fact(
        "jax.tree_util.tree_leaves_with_path",
        lambda jax: [
            (jax.tree_util.keystr(path), leaf) for path, leaf in jax.tree_util.tree_leaves_with_path({"b": [5], "a": 4})
        ],
        lambda leaves: leaves == [["['a']", 4], ["['b'][0]", 5]],
    ),
]


@case("jax.tree_util.tree_flatten", dtypes=("float32", "bfloat16"), modes=ALL)
def tree_flatten(jax, a=tensor(3), b=tensor(2, 2)):
    leaves, structure = jax.tree_util.tree_flatten({"b": [b, None], "a": (a,)})
    return jax.tree_util.tree_unflatten(structure, [2 * leaf for leaf in leaves])["b"][0], leaves


@tree_flatten.reference
def _(np, a, b):
    return 2 * b, [a, b]


@case("jax.tree.flatten", dtypes=("float32", "bfloat16"), modes=ALL)
def flatten(jax, a=tensor(3), b=tensor(2, 2)):
    leaves, structure = jax.tree.flatten({"b": [b, None], "a": (a,)})
    return jax.tree.unflatten(structure, [2 * leaf for leaf in leaves])["b"][0], leaves


@flatten.reference
def _(np, a, b):
    return 2 * b, [a, b]


@case("jax.tree_util.tree_flatten_with_path")
def tree_flatten_with_path(jax):
    leaves, structure = jax.tree_util.tree_flatten_with_path({"b": [5, (6,)], "a": 4})
    paths = [[getattr(key, "key", getattr(key, "idx", None)) for key in path] for path, _ in leaves]
    return paths, [leaf for _, leaf in leaves], structure.num_leaves


@tree_flatten_with_path.promise
def _(result):
    return result == [[["a"], ["b", 0], ["b", 1, 0]], [4, 5, 6], 3]


@case("jax.flatten_util.ravel_pytree", dtypes=("float32", "bfloat16"), modes=ALL)
def ravel_pytree(jax, a=tensor(3), b=tensor(2, 2)):
    from jax.flatten_util import ravel_pytree

    flat, restore = ravel_pytree({"b": b, "a": [a]})
    return flat, restore(2 * flat)


@ravel_pytree.reference
def _(np, a, b):
    return np.concatenate([a.reshape(-1), b.reshape(-1)]), {"a": [2 * a], "b": 2 * b}


@case("jax.flatten_util.ravel_pytree", name="mixed")
def ravel_pytree_mixed(jax):
    from jax.flatten_util import ravel_pytree

    flat, restore = ravel_pytree({"n": jax.numpy.arange(2), "x": jax.numpy.ones(2, "float32"), "none": ()})
    again = restore(flat)
    return str(flat.dtype), flat.tolist(), {name: str(leaf.dtype) for name, leaf in again.items() if name != "none"}


@ravel_pytree_mixed.promise
def _(result):
    return result == ["float32", [0, 1, 1, 1], {"n": "int64", "x": "float32"}]


STRUCTURE = [
    fact(
        "jax.tree_util.tree_structure",
        lambda jax: [
            jax.tree_util.tree_structure({"a": 1, "b": (2,)}) == jax.tree_util.tree_structure({"b": (3,), "a": None}),
            jax.tree_util.tree_structure({"a": 1, "b": (2,)}) == jax.tree_util.tree_structure({"b": ([],), "a": 4}),
            jax.tree_util.tree_structure({"a": 1, "b": (2,)}) == jax.tree_util.tree_structure({"b": (3,), "a": 4}),
            jax.tree_util.tree_structure([(1, 2), 3]).num_leaves,
        ],
        lambda result: result == [False, False, True, 3],
    ),
    fact(
        "jax.tree.structure",
        lambda jax: [
            jax.tree.structure([1, None]) == jax.tree.structure([2, None]),
            jax.tree.structure([1, 2]) == jax.tree.structure((1, 2)),
            jax.tree.structure([1, None], is_leaf=lambda x: x is None).num_leaves,
            hash(jax.tree.structure({"a": 1})) == hash(jax.tree.structure({"a": 2})),
        ],
        lambda result: result == [True, False, 2, True],
    ),
    fact(
        "jax.tree.unflatten",
        lambda jax: jax.tree.unflatten(jax.tree.structure({"b": [0], "a": (0, None)}), [1, 2]),
        lambda tree: tree == {"a": [1, None], "b": [2]},
    ),
    fact(
        "jax.tree_util.treedef_is_leaf",
        lambda jax: [jax.tree_util.treedef_is_leaf(jax.tree.structure(tree)) for tree in (1, [1], (1, 2))],
        lambda verdicts: verdicts == [True, False, False],
    ),
]

KEYS = [
    fact(
        "jax.tree_util.keystr",
        lambda jax: [
            jax.tree_util.keystr(path) for path, _ in jax.tree_util.tree_leaves_with_path({"a": [1, {"b": 2}], "c": 3})
        ],
        lambda paths: paths == ["['a'][0]", "['a'][1]['b']", "['c']"],
    ),
    fact(
        "jax.tree_util.keystr",
        lambda jax: [
            jax.tree_util.keystr(path, simple=True, separator="/")
            for path, _ in jax.tree_util.tree_leaves_with_path({"a": [1, {"b": 2}]})
        ],
        lambda paths: paths == ["a/0", "a/1/b"],
        name="simple",
    ),
    fact(
        "jax.tree_util.DictKey",
        lambda jax: [
            jax.tree_util.DictKey("a") == jax.tree_util.tree_leaves_with_path({"a": 1})[0][0][0],
            jax.tree_util.DictKey("a").key,
            str(jax.tree_util.DictKey("a")),
        ],
        lambda result: result == [True, "a", "['a']"],
    ),
    fact(
        "jax.tree_util.SequenceKey",
        lambda jax: [
            jax.tree_util.SequenceKey(1) == jax.tree_util.tree_leaves_with_path([5, 6])[1][0][0],
            jax.tree_util.SequenceKey(1).idx,
            str(jax.tree_util.SequenceKey(1)),
        ],
        lambda result: result == [True, 1, "[1]"],
    ),
    fact(
        "jax.tree_util.GetAttrKey",
        lambda jax: [jax.tree_util.GetAttrKey("left").name, str(jax.tree_util.GetAttrKey("left"))],
        lambda result: result == ["left", ".left"],
    ),
    fact(
        "jax.tree_util.register_pytree_with_keys",
        lambda jax, kind=built(pair): [
            [(jax.tree_util.keystr(path), leaf) for path, leaf in jax.tree.leaves_with_path(kind(1, (2,), "kept"))],
            jax.tree.map(lambda x: 10 * x, kind(1, (2,), "kept")).label,
        ],
        lambda result: result == [[[".left", 1], [".right[0]", 2]], "kept"],
    ),
]


def scaled(jax):
    """Return a container whose children are an array and a number, and whose unit is no leaf."""

    class Scaled:
        def __init__(self, value, factor, unit):
            self.value, self.factor, self.unit = value, factor, unit

    jax.tree_util.register_pytree_node(
        Scaled, lambda s: ((s.value, s.factor), s.unit), lambda unit, children: Scaled(children[0], children[1], unit)
    )
    return Scaled


@case("jax.tree_util.register_pytree_node", dtypes=("float32", "bfloat16"), modes=ALL)
def register_pytree_node(jax, x=tensor(3), kind=built(scaled)):
    doubled = jax.jit(lambda s: jax.tree.map(lambda leaf: 2 * leaf, s))(kind(x, x[0], "m"))  # it crosses jit
    return doubled.value * len(doubled.unit), doubled.factor


@register_pytree_node.reference
def _(np, x):
    return 2 * x, np.asarray(2 * x[0])


@case("jax.tree_util.register_pytree_node_class")
def register_pytree_node_class(jax):
    @jax.tree_util.register_pytree_node_class
    class Point:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def tree_flatten(self):
            return (self.x,), self.y

        @classmethod
        def tree_unflatten(cls, y, children):
            return cls(children[0], y)

    moved = jax.jit(lambda p: jax.tree.map(lambda x: x + 1, p))(Point(jax.numpy.arange(3), "y"))
    return moved.x.tolist(), moved.y, jax.tree.leaves(Point(5, 6))


@register_pytree_node_class.promise
def _(result):
    return result == [[1, 2, 3], "y", [5]]


@case("jax.tree_util.register_dataclass")
def register_dataclass(jax):
    from dataclasses import dataclass, field

    @jax.tree_util.register_dataclass
    @dataclass
    class State:
        step: int
        name: str = field(metadata={"static": True})

    state = jax.jit(lambda s: jax.tree.map(lambda x: x + 1, s))(State(2, "run"))
    return int(state.step), state.name, jax.tree_util.keystr(jax.tree.leaves_with_path(state)[0][0])


@register_dataclass.promise
def _(result):
    return result == [3, "run", ".step"]


@case("jax.tree_util.register_static")
def register_static(jax):
    @jax.tree_util.register_static
    class Options:
        def __eq__(self, other):
            return isinstance(other, Options)

        def __hash__(self):
            return 1

    traces = []

    @jax.jit
    def run(x, options):
        traces.append(options)
        return 2 * x

    return [float(run(3.0, Options())), float(run(4.0, Options()))], len(traces), jax.tree.leaves(Options())


@register_static.promise
def _(result):
    return result == [[6, 8], 1, []]
