"""Keys of random numbers, random numbers, and user-defined generators."""

from monitor.suite.declare import COMPILED, DTYPE, EAGER, FLOATING, case, tensor
from monitor.suite.distributions import follows
from monitor.suite.limits import FIXED_RANK

DRAWS = 20000
ROOT = DRAWS**0.5
WORD = 0xFFFFFFFF


def threefry(key, count):
    """Return Threefry-2x32 with 20 rounds (Salmon et al., Parallel random numbers: as easy as 1, 2, 3; SC 2011)."""
    keys = [*key, key[0] ^ key[1] ^ 0x1BD11BDA]
    x, y = (count[0] + keys[0]) & WORD, (count[1] + keys[1]) & WORD
    for turn in range(20):
        bits = (13, 15, 26, 6, 17, 29, 16, 24)[turn % 8]
        x = (x + y) & WORD
        y = ((y << bits | y >> (32 - bits)) & WORD) ^ x
        if turn % 4 == 3:
            step = turn // 4 + 1
            x, y = (x + keys[step % 3]) & WORD, (y + keys[(step + 1) % 3] + step) & WORD
    return [x, y]


def counting(jax):
    """Return the parts of a generator that only counts, so its numbers are known."""
    numpy = jax.numpy

    def seed(number):
        return numpy.stack([numpy.asarray(number).astype("uint32"), numpy.uint32(7)])

    def split(key, shape):
        apart = numpy.arange(1, 1 + numpy.zeros(shape).size, dtype="uint32").reshape(shape)
        return key + apart[..., None]

    def random_bits(key, width, shape):
        return numpy.zeros(shape, f"uint{width}") + key[0].astype(f"uint{width}")

    def fold_in(key, number):
        return key + numpy.asarray(number).astype("uint32")

    return {"key_shape": (2,), "seed": seed, "split": split, "random_bits": random_bits, "fold_in": fold_in}


@case("jax.random.PRNGKey", dtypes=("int64",), modes=(EAGER, COMPILED), returns={"int64": "uint32"}, limits=FIXED_RANK)
def prng_key(jax, seed=tensor()):
    return jax.random.PRNGKey(seed)


@prng_key.reference
def _(np, seed):
    return np.array([seed >> 32, seed]) & WORD  # the two words of the seed


@case("jax.random.PRNGKey", name="seeds")
def prng_key_of_seeds(jax):
    return [jax.random.PRNGKey(seed).tolist() for seed in (0, 3, -1, (1 << 40) + 5)]


@prng_key_of_seeds.promise
def _(keys):
    return keys == [[0, 0], [0, 3], [WORD, WORD], [256, 5]]


@case("jax.random.PRNGKey", name="vmap")
def prng_key_in_vmap(jax):
    keys = jax.vmap(jax.random.PRNGKey)(jax.numpy.arange(3))
    return keys.tolist(), jax.vmap(jax.random.bits)(keys).tolist(), [int(jax.random.bits(key)) for key in keys]


@prng_key_in_vmap.promise
def _(result):
    keys, together, alone = result
    return keys == [[0, 0], [0, 1], [0, 2]] and together == alone


@case("jax.random.PRNGKey", name="implementations")
def prng_key_of_implementations(jax):
    keys = [jax.random.PRNGKey(3, impl=impl) for impl in ("threefry2x32", "rbg", "unsafe_rbg")]
    return [([*key.shape], str(key.dtype)) for key in keys]


@prng_key_of_implementations.promise
def _(described):
    return described == [[[2], "uint32"], [[4], "uint32"], [[4], "uint32"]]


@case("jax.random.PRNGKey", name="no-seed")
def prng_key_of_no_seed(jax):
    refused = 0
    for seed in (1.5, jax.numpy.arange(2)):
        try:
            jax.random.PRNGKey(seed)
        except TypeError:
            refused += 1
    return refused


@prng_key_of_no_seed.promise
def _(refused):
    return refused == 2


@case("jax.random.PRNGKey", name="threefry")
def prng_key_folded(jax):
    return [
        jax.random.fold_in(jax.random.PRNGKey(seed), data).tolist() for seed, data in ((0, 0), (-1, 9), (6, 1 << 31))
    ]


@prng_key_folded.promise
def _(keys):
    expected = [threefry((0, 0), (0, 0)), threefry((WORD, WORD), (0, 9)), threefry((0, 6), (0, 1 << 31))]
    return keys == expected and keys[0] == [0x6B200159, 0x99BA4EFE]  # the authors' own known answer


@case("jax.random.PRNGKey", name="reproducible", dtypes=FLOATING)
def prng_key_reproducible(jax, dtype=DTYPE):
    return [jax.random.uniform(jax.random.PRNGKey(seed), (3, 50), dtype) for seed in (5, 5, 6)]


@prng_key_reproducible.promise
def _(draws):
    first, again, other = draws
    return first.shape == (3, 50) and (first == again).all() and (first != other).any()


@case("jax.random.PRNGKey", name="split")
def prng_key_split(jax):
    keys = jax.random.split(jax.random.PRNGKey(1), 4)
    return len({tuple(key.tolist()) for key in keys}), jax.vmap(lambda key: jax.random.uniform(key, (20000,)))(keys)


@prng_key_split.promise
def _(result):
    apart, draws = result
    # the covariance of two that know nothing of each other has a standard error of 1 / (12 sqrt(n))
    centred = draws - draws.mean(axis=1, keepdims=True)
    covariance = centred @ centred.T / DRAWS * 12
    return apart == 4 and all(abs(covariance[i, j]) < 5 / ROOT for i in range(4) for j in range(i))


@case("jax.random.PRNGKey", name="uniform", dtypes=FLOATING)
def prng_key_uniform(jax, dtype=DTYPE):
    return jax.random.uniform(jax.random.PRNGKey(3), (20000,), dtype)


@prng_key_uniform.promise
def _(draws, dtype):
    # Five standard errors, and the half of the last digit by which what is rounded down is low.
    low = {"bfloat16": 2.0**-8, "float16": 2.0**-11}.get(dtype, 0)
    mean, deviation = draws.mean() + low, draws.std()
    within = abs(mean - 1 / 2) < 5 * 12**-0.5 / ROOT and abs(deviation - 12**-0.5) < 5 * 12**-0.5 / 2 / ROOT + low
    return draws.min() >= 0 and draws.max() < 1 and within and follows(draws, "uniform")


@case("jax.random.PRNGKey", name="normal", dtypes=FLOATING)
def prng_key_normal(jax, dtype=DTYPE):
    return jax.random.normal(jax.random.PRNGKey(3), (20000,), dtype)


@prng_key_normal.promise
def _(draws):
    # Five standard errors: of the mean 1 / sqrt(n), of the deviation 1 / sqrt(2 n), of a share p sqrt(p (1 - p) / n).
    beyond = (abs(draws) > 2).mean()
    moments = abs(draws.mean()) < 5 / ROOT and abs(draws.std() - 1) < 5 / (2**0.5 * ROOT)
    return moments and abs(beyond - 0.0455) < 5 * (0.0455 * 0.9545) ** 0.5 / ROOT and follows(draws, "norm")


@case("jax.extend.random.define_prng_impl")
def define_prng_impl(jax):
    impl = jax.extend.random.define_prng_impl(**counting(jax), name="counting", tag="cnt")
    key = jax.random.key(5, impl=impl)
    keys = [key, *jax.random.split(key, 2), jax.random.fold_in(key, 4)]
    return str(key.dtype), [jax.random.key_data(key).tolist() for key in keys]


@define_prng_impl.promise
def _(result):
    return result == ["key<cnt>", [[5, 7], [6, 8], [7, 9], [9, 11]]]


@case("jax.extend.random.define_prng_impl", name="bits", dtypes=("uint8", "uint32", "uint64"))
def define_prng_impl_bits(jax, dtype=DTYPE):
    impl = jax.extend.random.define_prng_impl(**counting(jax))
    return jax.random.bits(jax.random.key(5, impl=impl), (2, 3), dtype)


@define_prng_impl_bits.reference
def _(np):
    return np.full((2, 3), 5)


@case("jax.extend.random.define_prng_impl", name="transformed")
def define_prng_impl_transformed(jax):
    impl = jax.extend.random.define_prng_impl(**counting(jax))
    draw = jax.jit(jax.vmap(lambda seed: jax.random.bits(jax.random.key(seed, impl=impl), (2,), "uint32")))
    return draw(jax.numpy.arange(3)).tolist()


@define_prng_impl_transformed.promise
def _(bits):
    return bits == [[0, 0], [1, 1], [2, 2]]


@case("jax.extend.random.define_prng_impl", name="delegating", dtypes=("float32", "bfloat16"))
def define_prng_impl_delegating(jax, dtype=DTYPE):
    own = jax.extend.random.threefry_prng_impl
    parts = {part: getattr(own, part) for part in ("key_shape", "seed", "split", "random_bits", "fold_in")}
    impl = jax.extend.random.define_prng_impl(**parts)
    return [jax.random.normal(jax.random.key(3, impl=impl), (50,), dtype) for impl in (impl, "threefry2x32")]


@define_prng_impl_delegating.promise
def _(draws):
    return (draws[0] == draws[1]).all() and draws[0].std() > 0


@case("jax.prng.PRNGImpl")
def prng_impl(jax):
    impl = jax.prng.PRNGImpl(**counting(jax), tag="cnt")
    key = impl.seed(5)
    return [*impl.key_shape], impl.tag, key.tolist(), impl.fold_in(key, 4).tolist()


@prng_impl.promise
def _(result):
    return result == [[2], "cnt", [5, 7], [9, 11]]
