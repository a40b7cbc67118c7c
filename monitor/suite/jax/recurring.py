"""Arguments that many functions of JAX take alike.

Each function below returns one that passes the argument, checks its effect, and returns a result with the values, the
shape and the dtype of a plain call, for the reference of the case.
"""

from monitor.suite.declare import Rule


def with_dtype(jax, function):
    """Request half precision, or 16-bit integers."""

    def halved(*args, **options):
        plain = function(*args, **options)
        dtype = jax.numpy.float16 if jax.numpy.issubdtype(plain.dtype, jax.numpy.inexact) else jax.numpy.int16
        half = function(*args, **options, dtype=dtype)
        assert half.dtype == dtype, f"the dtype is {half.dtype}"
        assert half.shape == plain.shape, f"the shape is {half.shape}"
        step = 1e-2 * (1 + jax.numpy.abs(plain).max(initial=0))
        assert bool((jax.numpy.abs(half.astype(plain.dtype) - plain) <= step).all()), f"{half} is not near {plain}"
        return plain

    return halved


def with_preferred_element_type(jax, function):
    """Accumulate in double precision."""

    def accumulated(*args, **options):
        plain = function(*args, **options)
        double = function(*args, **options, preferred_element_type=jax.numpy.float64)
        assert double.dtype == jax.numpy.float64, f"the dtype is {double.dtype}"
        return double.astype(plain.dtype)

    return accumulated


def with_precision(jax, function):
    """Multiply in the highest precision."""

    def precise(*args, **options):
        return function(*args, **options, precision=jax.lax.Precision.HIGHEST)

    return precise


def with_keepdims(jax, function):
    """Keep the dimensions that are reduced, with size one."""

    def kept(*args, **options):
        plain = function(*args, **options)
        result = function(*args, **options, keepdims=True)
        for one, flat in zip(jax.tree.leaves(result), jax.tree.leaves(plain), strict=True):
            assert one.size == flat.size, f"the shape is {one.shape}"
            assert one.ndim >= jax.numpy.ndim(args[0]), f"the shape is {one.shape}"
        return jax.tree.map(lambda one, flat: one.reshape(flat.shape), result, plain)

    return kept


def with_where(jax, function):
    """Reduce more rows, and leave out the new ones, which are NaN or the largest integer."""

    def masked(array, *args, **options):
        plain = function(array, *args, **options)
        inexact = jax.numpy.issubdtype(array.dtype, jax.numpy.inexact)
        new = jax.numpy.full_like(array, jax.numpy.nan if inexact else jax.numpy.iinfo(array.dtype).max)
        where = jax.numpy.arange(2 * len(array)) < len(array)
        if function.__name__.endswith(("max", "min")):
            options["initial"] = jax.numpy.inf if function.__name__.endswith("min") else -jax.numpy.inf
        where = where.reshape(-1, *[1] * (array.ndim - 1))
        result = function(jax.numpy.concatenate([array, new]), *args, **options, where=where)
        return result if result.shape == plain.shape else result[: len(array)]

    return masked


def with_out_sharding(jax, function):
    """Place the result on a mesh of one device."""

    def placed(*args, **options):
        mesh = jax.make_mesh((1,), ("x",), axis_types=(jax.sharding.AxisType.Explicit,))
        sharding = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec())
        with jax.set_mesh(mesh):
            result = function(*args, **options, out_sharding=sharding)
        assert isinstance(result.sharding, jax.sharding.NamedSharding), f"the sharding is {result.sharding}"
        return result

    return placed


def with_device(jax, function):
    """Put the result on a device by a sharding."""

    def put(*args, **options):
        options.pop("device", None)
        mesh = jax.make_mesh((1,), ("x",))
        sharding = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec())
        result = function(*args, **options, device=sharding)
        assert result.sharding.is_equivalent_to(sharding, result.ndim), f"the sharding is {result.sharding}"
        return result

    return put


def with_check_finite(_, function):
    """Leave out a check of values that only SciPy makes; the result stays the same."""

    def unchecked(*args, **options):
        return function(*args, **options, check_finite=False)

    return unchecked


RULES = {
    "check_finite": Rule("check_finite", "False", with_check_finite),
    "device": Rule("device", "sharding", with_device),
    "dtype": Rule("dtype", "jax.numpy.float16", with_dtype),
    "keepdims": Rule("keepdims", "True", with_keepdims),
    "out_sharding": Rule("out_sharding", "sharding", with_out_sharding),
    "precision": Rule("precision", "jax.lax.Precision.HIGHEST", with_precision),
    "preferred_element_type": Rule("preferred_element_type", "jax.numpy.float64", with_preferred_element_type),
    "where": Rule("where", "rows", with_where),
}
