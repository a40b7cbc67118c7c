"""Programs with large intermediate arrays: below and above the memory of one device of each generation."""

from monitor.suite.declare import case, indices

ROWS = 2**20  # of 1,024 float32 numbers, which take 4 GiB


def held_at_once(size):
    """Declare a program that holds that many GiB at once, in arrays of 4 GiB, and returns one row."""

    @case("jax.jit", name=f"memory-of-{size}-gib", dtypes=("float32",))
    def hold(jax, x=indices(1024, below=8, dtype=""), gibibytes=size):
        def total(x):
            arrays = [jax.numpy.broadcast_to(x + number, (ROWS, 1024)) for number in range(gibibytes // 4)]
            return sum(array[-1] for array in jax.lax.optimization_barrier(arrays))

        return jax.jit(total)(x)

    @hold.reference
    def _(np, x, gibibytes):
        count = gibibytes // 4
        return count * x + count * (count - 1) / 2

    return hold


MEMORY = [held_at_once(size) for size in (4, 12, 24, 64, 128)]
