"""Arguments of trees and transformations that no other case passes."""

from functools import partial

from monitor.suite.declare import COMPILED, EAGER, fact, formula, tensor
from monitor.suite.limits import ARGUMENT_ONLY

argument = partial(formula, dtypes=("float32",), modes=(EAGER, COMPILED), limits=ARGUMENT_ONLY)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def is_pair(one):
    return isinstance(one, tuple)


def is_under_a(path, one):
    return bool(path) and getattr(path[-1], "key", "") == "a"


TREES = [
    argument_fact(
        "jax.tree_util.tree_leaves",
        lambda jax: jax.tree_util.tree_leaves({"a": (1, 2), "b": 3}, is_leaf=is_pair),
        lambda found: [*map(repr, found)] == ["[1, 2]", "3"],
        name="is-leaf",
    ),
    argument_fact(
        "jax.tree_util.tree_structure",
        lambda jax: jax.tree_util.tree_structure({"a": (1, 2), "b": 3}, is_leaf=is_pair).num_leaves,
        lambda number: number == 2,
        name="is-leaf",
    ),
    argument_fact(
        "jax.tree.flatten",
        lambda jax: len(jax.tree.flatten({"a": (1, 2), "b": 3}, is_leaf=is_pair)[0]),
        lambda number: number == 2,
        name="is-leaf",
    ),
    argument_fact(
        "jax.tree_util.tree_flatten",
        lambda jax: len(jax.tree_util.tree_flatten({"a": (1, 2), "b": 3}, is_leaf=is_pair)[0]),
        lambda number: number == 2,
        name="is-leaf",
    ),
    argument_fact(
        "jax.tree_util.tree_flatten_with_path",
        lambda jax: [
            len(jax.tree_util.tree_flatten_with_path({"a": (1, 2), "b": (3, 4)}, is_leaf=is_pair)[0]),
            len(
                jax.tree_util.tree_flatten_with_path(
                    {"a": (1, 2), "b": (3, 4)}, is_leaf=is_under_a, is_leaf_takes_path=True
                )[0]
            ),
        ],
        lambda numbers: numbers == [2, 3],
        name="is-leaf",
    ),
    argument_fact(
        "jax.tree.map_with_path",
        lambda jax: [
            jax.tree.map_with_path(lambda path, one: 7, {"a": (1, 2), "b": (3, 4)}, is_leaf=is_pair),
            jax.tree.map_with_path(
                lambda path, one: 7, {"a": (1, 2), "b": (3, 4)}, is_leaf=is_under_a, is_leaf_takes_path=True
            ),
        ],
        lambda found: found == [{"a": 7, "b": 7}, {"a": 7, "b": [7, 7]}],
        name="is-leaf",
    ),
    argument_fact(
        "jax.tree_util.tree_map_with_path",
        lambda jax: [
            jax.tree_util.tree_map_with_path(lambda path, one: 7, {"a": (1, 2), "b": (3, 4)}, is_leaf=is_pair),
            jax.tree_util.tree_map_with_path(
                lambda path, one: 7, {"a": (1, 2), "b": (3, 4)}, is_leaf=is_under_a, is_leaf_takes_path=True
            ),
        ],
        lambda found: found == [{"a": 7, "b": 7}, {"a": 7, "b": [7, 7]}],
        name="is-leaf",
    ),
    argument_fact(
        "jax.tree.leaves_with_path",
        lambda jax: [
            len(jax.tree.leaves_with_path({"a": (1, 2), "b": (3, 4)}, is_leaf=is_pair)),
            len(jax.tree.leaves_with_path({"a": (1, 2), "b": (3, 4)}, is_leaf=is_under_a, is_leaf_takes_path=True)),
        ],
        lambda numbers: numbers == [2, 3],
        name="is-leaf",
    ),
    argument_fact(
        "jax.tree_util.tree_leaves_with_path",
        lambda jax: [
            len(jax.tree_util.tree_leaves_with_path({"a": (1, 2), "b": (3, 4)}, is_leaf=is_pair)),
            len(
                jax.tree_util.tree_leaves_with_path(
                    {"a": (1, 2), "b": (3, 4)}, is_leaf=is_under_a, is_leaf_takes_path=True
                )
            ),
        ],
        lambda numbers: numbers == [2, 3],
        name="is-leaf",
    ),
    argument_fact(
        "jax.tree.reduce",
        lambda jax: jax.tree.reduce(lambda total, one: total + len(one), {"a": (1, 2), "b": (3,)}, 10, is_leaf=is_pair),
        lambda total: total == 13,
        name="is-leaf",
    ),
    argument_fact(
        "jax.tree_util.tree_reduce",
        lambda jax: jax.tree_util.tree_reduce(
            lambda total, one: total + len(one), {"a": (1, 2), "b": (3,)}, initializer=10, is_leaf=is_pair
        ),
        lambda total: total == 13,
        name="is-leaf",
    ),
    argument_fact(
        "jax.tree_util.tree_all",
        lambda jax: [
            bool(jax.tree_util.tree_all({"a": (0, 1)}, is_leaf=is_pair)),
            bool(jax.tree_util.tree_all({"a": (0, 1)})),
        ],
        lambda found: found == [True, False],
        name="is-leaf",
    ),
]

DERIVATIVES = [
    argument(
        "jax.grad",
        lambda jax, x=tensor(3): jax.grad(lambda z: (z * z).sum(), holomorphic=True)(x.astype("complex64")).real,
        lambda np, x: 2 * x,
        name="holomorphic",
    ),
    argument_fact(
        "jax.grad",
        lambda jax: jax.grad(lambda n: n * 2.0, allow_int=True)(3).dtype == jax.dtypes.float0,
        lambda same: same,
        name="integer",
    ),
    argument(
        "jax.value_and_grad",
        lambda jax, x=tensor(3): (
            jax.value_and_grad(lambda z: (z * z).sum(), holomorphic=True)(x.astype("complex64"))[1].real
        ),
        lambda np, x: 2 * x,
        name="holomorphic",
    ),
    argument(
        "jax.jacfwd",
        lambda jax, x=tensor(3): (
            jax.jacfwd(lambda z: (z * z, z.sum()), has_aux=True)(x),
            jax.jacfwd(lambda z: z * z, holomorphic=True)(x.astype("complex64")).real,
        ),
        lambda np, x: [np.diag(2 * x), x.sum(), np.diag(2 * x)],
        name="auxiliary",
    ),
    argument(
        "jax.jacrev",
        lambda jax, x=tensor(3), y=tensor(3): (
            jax.jacrev(lambda a, b: a * b, argnums=1)(x, y),
            jax.jacrev(lambda z: z * z, holomorphic=True)(x.astype("complex64")).real,
        ),
        lambda np, x, y: [np.diag(x), np.diag(2 * x)],
        name="second",
    ),
    argument_fact(
        "jax.jacrev",
        lambda jax: jax.jacrev(lambda n: n * 2.0, allow_int=True)(3).dtype == jax.dtypes.float0,
        lambda same: same,
        name="integer",
    ),
    argument(
        "jax.jacobian",
        lambda jax, x=tensor(3), y=tensor(3): (
            jax.jacobian(lambda a, b: (a * b, b.sum()), argnums=1, has_aux=True)(x, y),
            jax.jacobian(lambda z: z * z, holomorphic=True)(x.astype("complex64")).real,
        ),
        lambda np, x, y: [np.diag(x), y.sum(), np.diag(2 * x)],
        name="second",
    ),
    argument_fact(
        "jax.jacobian",
        lambda jax: jax.jacobian(lambda n: n * 2.0, allow_int=True)(3).dtype == jax.dtypes.float0,
        lambda same: same,
        name="integer",
    ),
    argument(
        "jax.hessian",
        lambda jax, x=tensor(3), y=tensor(3): (
            jax.hessian(lambda a, b: ((a * b * b).sum(), a), argnums=1, has_aux=True)(x, y),
            jax.hessian(lambda z: (z * z * z).sum(), holomorphic=True)(x.astype("complex64")).real,
        ),
        lambda np, x, y: [np.diag(2 * x), x, np.diag(6 * x)],
        name="second",
    ),
    argument(
        "jax.linearize",
        lambda jax, x=tensor(3): (lambda out, push, aux: (out, push(x), aux))(
            *jax.linearize(lambda z: (z * z, z.sum()), x, has_aux=True)
        ),
        lambda np, x: [x * x, 2 * x * x, x.sum()],
        name="auxiliary",
    ),
    argument(
        "jax.checkpoint",
        lambda jax, x=tensor(3): jax.grad(
            lambda z: jax.checkpoint(lambda a, n: (a**n).sum(), static_argnums=(1,))(z, 3)
        )(x),
        lambda np, x: 3 * x**2,
        name="static",
    ),
    argument(
        "jax.remat",
        lambda jax, x=tensor(3): jax.grad(
            jax.remat(
                lambda z: jax.numpy.sin(z).sum(),
                prevent_cse=False,
                policy=jax.checkpoint_policies.everything_saveable,
            )
        )(x),
        lambda np, x: np.cos(x),
        name="policy",
    ),
    argument_fact(
        "jax.test_util.check_grads",
        lambda jax, x=tensor(3): jax.test_util.check_grads(
            jax.numpy.sin, (x,), 1, modes=("rev",), atol=0.02, rtol=0.02, eps=1e-2
        ),
        lambda found, x: found is None,
        name="modes",
        dtypes=("float32",),
    ),
]

PROGRAMS = [
    argument_fact(
        "jax.ShapeDtypeStruct",
        lambda jax: (
            lambda place: [
                jax.ShapeDtypeStruct((2,), "float32", sharding=place).sharding == place,
                jax.ShapeDtypeStruct((2,), "float32").sharding,
            ]
        )(jax.sharding.SingleDeviceSharding(jax.devices()[0])),
        lambda found: found == [True, None],
        name="sharding",
    ),
    argument(
        "jax.jit",
        lambda jax, x=tensor(3): (
            jax.jit(lambda z, power: z**power, static_argnames="power", inline=True)(x, power=2),
            jax.jit(lambda z, unused: z + 1, keep_unused=True)(x, x),
        ),
        lambda np, x: [x * x, x + 1],
        name="static-names",
    ),
    argument_fact(
        "jax.jit",
        lambda jax: (
            lambda sharding: (
                jax.jit(lambda z: z + 1, in_shardings=sharding, out_shardings=sharding)(jax.numpy.ones(2)).sharding
                == sharding
            )
        )(jax.sharding.SingleDeviceSharding(jax.devices()[0])),
        lambda same: same,
        name="given-shardings",
    ),
    argument_fact(
        "jax.jit",
        lambda jax: (lambda z: (jax.jit(lambda z: z + 1, donate_argnames="z")(z=z).tolist(), z.is_deleted()))(
            jax.numpy.ones(2)
        ),
        lambda found: found == [[2, 2], True],
        name="donated-names",
    ),
    argument(
        "jax.lax.fori_loop",
        lambda jax, x=tensor(3): jax.lax.fori_loop(0, 4, lambda i, z: z * 0.5 + i, x, unroll=2),
        lambda np, x: (((x * 0.5) * 0.5 + 1) * 0.5 + 2) * 0.5 + 3,
        name="unrolled",
        condition=4,
    ),
    argument_fact(
        "jax.make_mesh",
        lambda jax: str(jax.make_mesh((1,), ("x",), axis_types=(jax.sharding.AxisType.Explicit,)).axis_types[0]),
        lambda text: "Explicit" in text,
        name="explicit",
    ),
    argument_fact(
        "jax.sharding.Mesh",
        lambda jax: str(
            jax.sharding.Mesh(jax.devices()[:1], ("x",), axis_types=(jax.sharding.AxisType.Explicit,)).axis_types[0]
        ),
        lambda text: "Explicit" in text,
        name="explicit",
    ),
    argument_fact(
        "jax.device_count",
        lambda jax: [jax.device_count(backend="cpu"), len(jax.devices("cpu"))],
        lambda found: found[0] == found[1],
        name="backend",
    ),
    argument_fact(
        "jax.local_device_count",
        lambda jax: [jax.local_device_count(backend="cpu"), len(jax.local_devices(backend="cpu"))],
        lambda found: found[0] == found[1],
        name="backend",
    ),
    argument_fact(
        "jax.process_index", lambda jax: jax.process_index(backend="cpu"), lambda one: one == 0, name="backend"
    ),
    argument_fact(
        "jax.process_count", lambda jax: jax.process_count(backend="cpu"), lambda one: one == 1, name="backend"
    ),
    argument(
        "jax.pmap",
        lambda jax, x=tensor(1, 3): jax.pmap(
            lambda a, n: a.T * n, in_axes=0, out_axes=1, static_broadcasted_argnums=(1,)
        )(jax.numpy.stack([x[0]]), 2),
        lambda np, x: 2 * x.T,
        name="axes",
    ),
    argument_fact(
        "jax.debug.callback",
        lambda jax: (lambda seen: (jax.debug.callback(seen.append, 1, ordered=True), jax.effects_barrier(), seen))([]),
        lambda found: [*map(int, found[2])] == [1],
        name="ordered",
    ),
    argument_fact(
        "jax.custom_vjp",
        lambda jax: _custom_vjp(jax),
        lambda found: found == 21.0,
        name="names",
    ),
    argument_fact(
        "jax.custom_jvp",
        lambda jax: _custom_jvp(jax),
        lambda found: found == [14.0, 14.0],
        name="static",
    ),
    argument_fact(
        "jax.dlpack.from_dlpack",
        lambda jax: _copied(jax, jax.numpy.arange(3.0)),
        lambda found: found == [[0, 1, 2], False],
        name="copied",
    ),
]


def _custom_vjp(jax):
    """Return a derivative that its own rule makes seven times as large."""
    scaled = jax.custom_vjp(lambda x, power: x**power, nondiff_argnames=("power",))
    scaled.defvjp(lambda x, power: (x**power, None), lambda power, _, up: (7.0 * power * up,))
    return float(jax.grad(scaled)(2.0, power=3))


def _custom_jvp(jax):
    """Return derivatives that their own rules make seven times as large."""
    by_number = jax.custom_jvp(lambda x, power: x**power, nondiff_argnums=(1,))
    by_name = jax.custom_jvp(lambda x, power: x**power, nondiff_argnames=("power",))
    for scaled in (by_number, by_name):
        scaled.defjvp(lambda power, primals, tangents: (primals[0] ** power, 7.0 * power * tangents[0]))
    return [float(jax.grad(scaled)(2.0, 2)) for scaled in (by_number, by_name)]


def _copied(jax, x):
    """Return the values of a copy, and whether it shares its memory."""
    y = jax.dlpack.from_dlpack(x, device=jax.devices("cpu")[0], copy=True)
    return y.tolist(), y.unsafe_buffer_pointer() == x.unsafe_buffer_pointer()
