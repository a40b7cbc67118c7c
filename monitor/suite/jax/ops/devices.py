"""Devices, placement, configuration, and output from compiled programs."""

from monitor.model import Mode
from monitor.suite.declare import COMPILED, DEVICE, EAGER, case, fact, formula, tensor
from monitor.suite.limits import FIXED_RANK, HOST_VALUES, NOT_EMPTY, Limits

BOTH = (EAGER, COMPILED)
SOME = ("float32", "bfloat16", "int32")
OUTSIDE: Limits = {COMPILED: "a mesh can only be set outside of a compiled function"}

DEVICES = [
    fact(
        "jax.devices",
        lambda jax, device=DEVICE: [device in jax.devices(device.platform), len({one.id for one in jax.devices()}) > 0],
        lambda found: found == [True, True],
    ),
    fact(
        "jax.local_devices",
        lambda jax, device=DEVICE: [
            device in jax.local_devices(backend=device.platform),
            {one.process_index for one in jax.local_devices()} == {jax.process_index()},
        ],
        lambda found: found == [True, True],
    ),
    fact("jax.device_count", lambda jax: jax.device_count() == len(jax.devices()), lambda same: same),
    fact("jax.local_device_count", lambda jax: jax.local_device_count() == len(jax.local_devices()), lambda same: same),
    fact("jax.process_index", lambda jax: jax.process_index(), lambda index: index == 0),
    fact("jax.process_count", lambda jax: jax.process_count(), lambda count: count == 1),
    fact("jax.default_backend", lambda jax: jax.default_backend() == jax.devices()[0].platform, lambda same: same),
    fact(
        "jax.device_get",
        lambda jax: (lambda tree: [type(tree["a"]).__name__, tree["a"].tolist(), tree["b"]])(
            jax.device_get({"a": jax.numpy.arange(3), "b": 2.5})
        ),
        lambda result: result == ["ndarray", [0, 1, 2], 2.5],
    ),
    formula(
        "jax.device_get",
        lambda jax, x=tensor(3, 5): jax.device_get(x * 2),
        lambda np, x: 2 * x,
        name="values",
        dtypes=SOME,
        limits=HOST_VALUES,
    ),
    formula(
        "jax.block_until_ready",
        lambda jax, x=tensor(3, 5): jax.block_until_ready({"a": [x + x], "n": 1})["a"],
        lambda np, x: [2 * x],
        dtypes=SOME,
    ),
    fact(
        "jax.dlpack.from_dlpack",
        lambda jax: (lambda given: jax.dlpack.from_dlpack(given).tolist())(__import__("numpy").arange(4.0)),
        lambda values: values == [0, 1, 2, 3],
    ),
]


@case("jax.default_device")
def default_device(jax, device=DEVICE):
    with jax.default_device(device):
        return jax.numpy.ones(3).devices() == {device}, jax.jit(lambda: jax.numpy.ones(3))().devices() == {device}


@default_device.promise
def _(placed):
    return placed == [True, True]


@case("jax.config.update")
def config_update(jax):
    before = jax.config.jax_enable_x64
    try:
        jax.config.update("jax_enable_x64", False)
        narrow = str(jax.numpy.ones(2).dtype), str(jax.numpy.arange(2).dtype), jax.config.jax_enable_x64
    finally:
        jax.config.update("jax_enable_x64", before)
    return narrow, str(jax.numpy.ones(2).dtype)


@config_update.promise
def _(result):
    return result == [["float32", "int32", False], "float64"]


@case("jax.config.update", name="debug-nans")
def config_debug_nans(jax):
    jax.config.update("jax_debug_nans", True)
    try:
        jax.numpy.log(-jax.numpy.ones(2))
    except FloatingPointError:
        return "found"
    finally:
        jax.config.update("jax_debug_nans", False)
    return "missed"


@config_debug_nans.promise
def _(result):
    return result == "found"


@case("jax.config.update", name="unknown")
def config_unknown(jax):
    try:
        jax.config.update("jax_no_such_option", True)
    except AttributeError:
        return "refused"


@config_unknown.promise
def _(result):
    return result == "refused"


@case("jax.config.read")
def config_read(jax):
    try:
        return jax.config.read("jax_enable_x64"), jax.config.read("jax_no_such_option")
    except AttributeError:
        return jax.config.read("jax_enable_x64"), "refused"


@config_read.promise
def _(result):
    return result == [True, "refused"]


@case("jax.debug.print")
def debug_print(jax):
    from contextlib import redirect_stdout
    from io import StringIO

    out = StringIO()
    with redirect_stdout(out):
        jax.jit(lambda x: jax.debug.print("x = {}, sum = {s}", x, s=x.sum(), ordered=True))(jax.numpy.arange(3))
        jax.effects_barrier()
    return out.getvalue()


@debug_print.promise
def _(text):
    return text == "x = [0 1 2], sum = 3\n"


@case("jax.debug.callback")
def debug_callback(jax):
    seen = []
    jax.jit(lambda x: jax.debug.callback(lambda v, name: seen.append((name, float(v))), x * 2, name="twice"))(3.0)
    jax.effects_barrier()
    return seen


@debug_callback.promise
def _(seen):
    return seen == [["twice", 6]]


@case(
    "jax.pure_callback",
    dtypes=("float32", "float64"),
    modes=BOTH,
    limits={Mode.VMAP: "a callback is vectorized only with a vmap_method"},
)
def pure_callback(jax, x=tensor(3, 5)):
    import numpy

    described = jax.ShapeDtypeStruct(x.shape, x.dtype)
    return jax.pure_callback(lambda v: numpy.flip(numpy.asarray(v), -1) * 2, described, x)


@pure_callback.reference
def _(np, x):
    return 2 * x[..., ::-1]


@case("jax.pure_callback", name="vmap", dtypes=("float32",), modes=BOTH, limits=FIXED_RANK)
def pure_callback_mapped(jax, x=tensor(4, 3)):
    import numpy

    described = jax.ShapeDtypeStruct((), x.dtype)
    total = lambda v: numpy.asarray(v).sum(axis=-1, dtype=v.dtype)  # noqa: E731
    return jax.vmap(lambda row: jax.pure_callback(total, described, row, vmap_method="expand_dims"))(x)


@pure_callback_mapped.reference
def _(np, x):
    return x.sum(axis=-1)


SHARDED = [
    fact(
        "jax.sharding.PartitionSpec",
        lambda jax: (lambda spec: [*spec, len(spec), spec == jax.sharding.PartitionSpec("x", None, ("y", "z"))])(
            jax.sharding.PartitionSpec("x", None, ("y", "z"))
        ),
        lambda result: result == ["x", None, ["y", "z"], 3, True],
    ),
    fact(
        "jax.P",
        lambda jax: [jax.P is jax.sharding.PartitionSpec, jax.P("x", None) == jax.sharding.PartitionSpec("x", None)],
        lambda result: result == [True, True],
    ),
    fact(
        "jax.sharding.Mesh",
        lambda jax, device=DEVICE: (lambda mesh: [*mesh.axis_names, mesh.size, dict(mesh.shape), mesh.devices.shape])(
            jax.sharding.Mesh(__import__("numpy").array([[device]]), ("x", "y"))
        ),
        lambda result: result == ["x", "y", 1, {"x": 1, "y": 1}, [1, 1]],
    ),
    fact(
        "jax.make_mesh",
        lambda jax, device=DEVICE: (lambda mesh: [*mesh.axis_names, mesh.size])(
            jax.make_mesh((1, 1), ("x", "y"), devices=[device])
        ),
        lambda result: result == ["x", "y", 1],
    ),
]


def one_device_mesh(jax, device):
    """Return a mesh of one device with the axis x."""
    return jax.make_mesh((1,), ("x",), devices=[device], axis_types=(jax.sharding.AxisType.Auto,))


@case("jax.sharding.NamedSharding")
def named_sharding(jax, device=DEVICE):
    sharding = jax.sharding.NamedSharding(one_device_mesh(jax, device), jax.sharding.PartitionSpec("x", None))
    x = jax.device_put(jax.numpy.ones((4, 2)), sharding)
    same = jax.sharding.NamedSharding(sharding.mesh, jax.sharding.PartitionSpec("x", None))
    return x.sharding == same, sharding.shard_shape((4, 2)), sharding.is_fully_replicated, x.sum().item()


@named_sharding.promise
def _(result):
    return result == [True, [4, 2], True, 8]


@case("jax.NamedSharding")
def named_sharding_at_top(jax, device=DEVICE):
    sharding = jax.NamedSharding(one_device_mesh(jax, device), jax.P("x"))
    return jax.jit(lambda x: 2 * x, out_shardings=sharding)(jax.numpy.arange(4)).sharding == sharding


@named_sharding_at_top.promise
def _(same):
    return same


@case("jax.lax.with_sharding_constraint", dtypes=SOME, modes=BOTH)
def with_sharding_constraint(jax, x=tensor(4, 3), device=DEVICE):
    sharding = jax.sharding.NamedSharding(one_device_mesh(jax, device), jax.sharding.PartitionSpec("x"))
    return jax.jit(lambda x: jax.lax.with_sharding_constraint(2 * x, sharding) + 1)(x)


@with_sharding_constraint.reference
def _(np, x):
    return 2 * x + 1


@case("jax.sharding.get_abstract_mesh")
def get_abstract_mesh(jax, device=DEVICE):
    with jax.set_mesh(one_device_mesh(jax, device)):
        inside = jax.sharding.get_abstract_mesh()
    return inside.axis_names, inside.size, jax.sharding.get_abstract_mesh().empty


@get_abstract_mesh.promise
def _(result):
    return result == [["x"], 1, True]


@case("jax.set_mesh", dtypes=("float32",), limits=OUTSIDE)
def set_mesh(jax, x=tensor(4, 3), device=DEVICE):
    with jax.set_mesh(one_device_mesh(jax, device)):
        return jax.jit(lambda x: jax.lax.with_sharding_constraint(2 * x, jax.P("x")))(x)


@set_mesh.reference
def _(np, x):
    return 2 * x


@case("jax.shard_map", dtypes=SOME, modes=BOTH)
def shard_map(jax, x=tensor(4, 3), device=DEVICE):
    mesh = one_device_mesh(jax, device)
    total = jax.shard_map(
        lambda part: jax.lax.psum(part, "x") + jax.lax.axis_index("x"),
        mesh=mesh,
        in_specs=jax.P("x"),
        out_specs=jax.P("x"),
        check_vma=False,
    )
    return jax.jit(total)(x)


@shard_map.reference
def _(np, x):
    return x


@case("jax.lax.axis_index")
def axis_index(jax):
    nested = jax.vmap(
        lambda _: jax.vmap(lambda _: jax.lax.axis_index(("i", "j")), axis_name="j")(jax.numpy.ones(2)), axis_name="i"
    )
    return jax.vmap(lambda x: jax.lax.axis_index("i"), axis_name="i")(jax.numpy.ones(3)).tolist(), nested(
        jax.numpy.ones(2)
    ).tolist()


@axis_index.promise
def _(result):
    return result == [[0, 1, 2], [[0, 1], [2, 3]]]


MAPPED = [
    formula(
        "jax.lax.pmean",
        lambda jax, x=tensor(4, 3): jax.vmap(lambda a: jax.lax.pmean(a, "i") - a, axis_name="i")(x),
        lambda np, x: x.mean(axis=0) - x,
        dtypes=("float32", "float64"),
        modes=BOTH,
        condition=4,
    ),
    formula(
        "jax.lax.pmin",
        lambda jax, x=tensor(4, 3): jax.vmap(lambda a: jax.lax.pmin(a, "i"), axis_name="i")(x),
        lambda np, x: np.broadcast_to(x.min(axis=0), x.shape),
        dtypes=("float32", "int32"),
        modes=BOTH,
        limits=NOT_EMPTY,
    ),
]
