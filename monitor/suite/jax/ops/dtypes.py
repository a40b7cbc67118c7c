"""Dtypes: their limits, their order, promotion, scalar types, and the classes of arrays."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, case, fact, formula, tensor

BOTH = (EAGER, COMPILED)

SCALARS = [
    fact(
        "jax.numpy.float32",
        lambda jax: (lambda x: (x.item(), str(x.dtype), x.shape, isinstance(x, jax.Array), x.weak_type))(
            jax.numpy.float32(1.5)
        ),
        lambda result: result == [1.5, "float32", [], True, False],
    ),
    formula(
        "jax.numpy.float32",
        lambda jax, x=tensor(3, 5): jax.numpy.float32(x),
        lambda np, x: x,
        name="array",
        dtypes=FLOATING,
        modes=BOTH,
        returns=dict.fromkeys(FLOATING, "float32"),
    ),
    fact(
        "jax.numpy.int32",
        lambda jax: (lambda x: (x.item(), str(x.dtype), (x + 1).dtype == jax.numpy.int32, isinstance(x, jax.Array)))(
            jax.numpy.int32(-7)
        ),
        lambda result: result == [-7, "int32", True, True],
    ),
    fact(
        "jax.numpy.uint32",
        lambda jax: [int(jax.numpy.uint32(3) - jax.numpy.uint32(4)), str(jax.numpy.uint32(7).dtype)],
        lambda result: result == [(1 << 32) - 1, "uint32"],
    ),
    fact(
        "jax.numpy.dtype",
        lambda jax: [
            jax.numpy.dtype("bfloat16") == jax.numpy.bfloat16,
            jax.numpy.dtype(jax.numpy.int8).itemsize,
            jax.numpy.ones(2, "float16").dtype == jax.numpy.dtype("float16"),
            jax.numpy.dtype(float).name,
        ],
        lambda result: result == [True, 1, True, "float64"],
    ),
    fact(
        "jax.lax.dtype",
        lambda jax: [str(jax.lax.dtype(x)) for x in (jax.numpy.ones(2, "bfloat16"), 1.0, True, jax.numpy.int8(1))],
        lambda dtypes: dtypes == ["bfloat16", "float64", "bool", "int8"],
    ),
]

LIMITS = [
    fact(
        "jax.numpy.finfo",
        lambda jax: [
            [float(getattr(jax.numpy.finfo(dtype), name)) for name in ("eps", "max", "tiny")]
            for dtype in ("float64", "float32", "float16", "bfloat16")
        ],
        lambda limits: (
            limits
            == [
                [2.0**-52, (2 - 2.0**-52) * 2.0**1023, 2.0**-1022],
                [2.0**-23, (2 - 2.0**-23) * 2.0**127, 2.0**-126],
                [2.0**-10, 65504, 2.0**-14],
                [2.0**-7, (2 - 2.0**-7) * 2.0**127, 2.0**-126],
            ]
        ),
    ),
    fact(
        "jax.numpy.finfo",
        lambda jax: [
            jax.numpy.finfo(jax.numpy.ones(2, "bfloat16").dtype).bits,
            jax.numpy.finfo("complex64").bits,
            float(jax.numpy.finfo("float8_e4m3fn").max),
            float(jax.numpy.finfo("float8_e5m2").max),
        ],
        lambda limits: limits == [16, 32, 448, 57344],
        name="narrow",
    ),
    fact(
        "jax.numpy.iinfo",
        lambda jax: [
            [int(getattr(jax.numpy.iinfo(dtype), name)) for name in ("min", "max", "bits")]
            for dtype in ("int8", "uint8", "int32", "int64", "int4")
        ],
        lambda limits: (
            limits
            == [
                [-128, 127, 8],
                [0, 255, 8],
                [-(2**31), 2**31 - 1, 32],
                [-(2**63), 2**63 - 1, 64],
                [-8, 7, 4],
            ]
        ),
    ),
]

ORDER = [
    fact(
        "jax.numpy.issubdtype",
        lambda jax: [
            jax.numpy.issubdtype(a, b)
            for a, b in (
                ("float32", jax.numpy.floating),
                ("bfloat16", jax.numpy.floating),
                ("int32", jax.numpy.inexact),
                ("complex64", jax.numpy.inexact),
                ("bool", jax.numpy.integer),
                (jax.numpy.uint8, jax.numpy.unsignedinteger),
                ("float32", "float64"),
            )
        ],
        lambda result: result == [True, True, False, True, False, True, False],
    ),
    fact(
        "jax.dtypes.issubdtype",
        lambda jax: [
            jax.dtypes.issubdtype(jax.random.key(0).dtype, jax.dtypes.prng_key),
            jax.dtypes.issubdtype(jax.random.key(0).dtype, jax.numpy.integer),
            jax.dtypes.issubdtype("bfloat16", jax.numpy.number),
            jax.dtypes.issubdtype("uint32", jax.dtypes.prng_key),
        ],
        lambda result: result == [True, False, True, False],
    ),
]

PROMOTION = [
    fact(
        "jax.numpy.promote_types",
        lambda jax: [
            str(jax.numpy.promote_types(a, b))
            for a, b in (
                ("int32", "float16"),
                ("bfloat16", "float16"),
                ("int64", "bfloat16"),
                ("uint8", "int8"),
                ("bool", "int8"),
                ("float32", "complex64"),
                ("float64", "complex64"),
                (int, "int8"),
                (float, "float16"),
            )
        ],
        lambda types: (
            types == ["float16", "float32", "bfloat16", "int16", "int8", "complex64", "complex128", "int8", "float16"]
        ),
    ),
    fact(
        "jax.numpy.result_type",
        lambda jax: [
            str(jax.numpy.result_type(*given))
            for given in (
                (jax.numpy.ones(2, "int32"), jax.numpy.ones(2, "float16")),
                (jax.numpy.ones(2, "bfloat16"), 2.5),
                (jax.numpy.ones(2, "int8"), 3),
                (jax.numpy.ones(2, "int8"), 3.0),
                (1, 2.0),
                (True, 2),
                ("bfloat16", "int64", 1j),
            )
        ],
        lambda types: types == ["float16", "bfloat16", "int8", "float64", "float64", "int64", "complex64"],
    ),
    fact(
        "jax.dtypes.result_type",
        lambda jax: [
            str(jax.dtypes.result_type("int32", "bfloat16")),
            [str(one) for one in jax.dtypes.result_type(2.0, return_weak_type_flag=True)],
        ],
        lambda types: types == ["bfloat16", ["float64", "True"]],
    ),
    fact(
        "jax.dtypes.canonicalize_dtype",
        lambda jax: [str(jax.dtypes.canonicalize_dtype(dtype)) for dtype in (int, float, complex, "int32", "bfloat16")],
        lambda types: types == ["int64", "float64", "complex128", "int32", "bfloat16"],
    ),
]


@case("jax.numpy_dtype_promotion")
def numpy_dtype_promotion(jax):
    def added():
        return str((jax.numpy.ones(2, "int8") + jax.numpy.ones(2, "float32")).dtype)

    with jax.numpy_dtype_promotion("strict"):
        try:
            strict = added()
        except ValueError as error:
            strict = type(error).__name__
        same = str((jax.numpy.ones(2, "float32") + 1).dtype)
    return strict, same, added()


@numpy_dtype_promotion.promise
def _(result):
    return result == ["TypePromotionError", "float32", "float32"]


@case("jax.numpy_rank_promotion")
def numpy_rank_promotion(jax):
    def added():
        return [*(jax.numpy.ones((2, 3)) + jax.numpy.ones(3)).shape]

    with jax.numpy_rank_promotion("raise"):
        try:
            strict = added()
        except ValueError:
            strict = "refused"
    return strict, added()


@numpy_rank_promotion.promise
def _(result):
    return result == ["refused", [2, 3]]


@case("jax.Array")
def array_class(jax):
    import numpy

    seen = []
    x = jax.numpy.ones((2, 3), "bfloat16")

    @jax.jit
    def traced(y):
        seen.append((isinstance(y, jax.Array), isinstance(y, jax.core.Tracer)))
        return y

    traced(x)
    kinds = [isinstance(one, jax.Array) for one in (x, numpy.ones(2), 1.0, jax.random.key(0))]
    return kinds, seen[0], x.shape, x.ndim, x.size, str(x.dtype), x.nbytes, len(x)


@array_class.promise
def _(result):
    return result == [[True, False, False, True], [True, True], [2, 3], 2, 6, "bfloat16", 12, 2]


@case("jax.numpy.ndarray")
def ndarray_class(jax):
    import numpy

    x = jax.numpy.arange(6).reshape(2, 3)
    kinds = [isinstance(one, jax.numpy.ndarray) for one in (x, numpy.ones(2), [1])]
    return kinds, x.at[0, 1].set(9).tolist(), x.T.tolist(), x.sum().item(), x.tolist()


@ndarray_class.promise
def _(result):
    rows = [[0, 1, 2], [3, 4, 5]]
    return result == [[True, False, False], [[0, 9, 2], [3, 4, 5]], [[0, 3], [1, 4], [2, 5]], 15, rows]
