"""In-place arithmetic of tensors. Each case changes a copy of its input, and the method must return that copy."""

from functools import partial

from monitor.suite.declare import (
    COMPILED,
    EAGER,
    FLOATING,
    GRADIENT,
    INTEGER,
    NUMERIC,
    case,
    formula,
    positive,
    tensor,
    uniform,
)
from monitor.suite.limits import FIXED_SHAPES, FUNCTIONALIZED, UNIT_RANGE

ALL_MODES = (EAGER, COMPILED, GRADIENT)
EAGER_MODES = (EAGER, GRADIENT)
COMPILED_DTYPES = ("float32", "bfloat16", "int64")


def changed(x, change):
    """Return a copy of a tensor after a change in place. Raises AssertionError if the method returns another tensor."""
    y = x.clone()
    if change(y) is not y:
        raise AssertionError("the method returns another tensor")
    return y


compiled = partial(formula, dtypes=COMPILED_DTYPES, modes=ALL_MODES)
numeric = partial(formula, dtypes=NUMERIC, modes=EAGER_MODES, limits=FUNCTIONALIZED)
floating = partial(formula, dtypes=FLOATING, modes=EAGER_MODES, limits=FUNCTIONALIZED)
exact = partial(formula, modes=(EAGER,), limits=FUNCTIONALIZED)

SUMS = [
    compiled(
        "torch.Tensor.add_",
        lambda torch, x=tensor(3, 5), y=tensor(5): changed(x, lambda z: z.add_(y, alpha=2)),
        lambda np, x, y: x + 2 * y,
    ),
    numeric(
        "torch.Tensor.add_",
        lambda torch, x=tensor(3, 5), y=tensor(5): (changed(x, lambda z: z.add_(3)), changed(x, lambda z: z.add_(y))),
        lambda np, x, y: [x + 3, x + y],
        name="number",
    ),
    compiled(
        "torch.Tensor.sub_",
        lambda torch, x=tensor(3, 5), y=tensor(5): changed(x, lambda z: z.sub_(y).sub_(1, alpha=2)),
        lambda np, x, y: x - y - 2,
        condition=2,
    ),
    compiled(
        "torch.Tensor.mul_",
        lambda torch, x=tensor(3, 5), y=tensor(5): changed(x, lambda z: z.mul_(y)),
        lambda np, x, y: x * y,
    ),
    numeric(
        "torch.Tensor.mul_",
        lambda torch, x=tensor(3, 5), y=tensor(3, 1): (
            changed(x, lambda z: z.mul_(3)),
            changed(x, lambda z: z.mul_(y)),
        ),
        lambda np, x, y: [x * 3, x * y],
        name="number",
    ),
    formula(
        "torch.Tensor.div_",
        lambda torch, x=tensor(3, 5), y=positive(5): changed(x, lambda z: z.div_(y)),
        lambda np, x, y: x / y,
        dtypes=("float32", "bfloat16"),
        modes=ALL_MODES,
    ),
    exact(
        "torch.Tensor.div_",
        lambda torch, x=tensor(3, 5), y=positive(5): (
            changed(x, lambda z: z.div_(y, rounding_mode="floor")),
            changed(x, lambda z: z.div_(y, rounding_mode="trunc")),
        ),
        lambda np, x, y: [x // y, np.sign(x) * (np.abs(x) // y)],
        name="rounded",
        dtypes=INTEGER,
    ),
    floating(
        "torch.Tensor.addcmul_",
        lambda torch, x=tensor(3, 5), y=tensor(5), z=tensor(3, 1): changed(x, lambda u: u.addcmul_(y, z, value=0.5)),
        lambda np, x, y, z: x + 0.5 * y * z,
        condition=2,
    ),
    floating(
        "torch.Tensor.addcdiv_",
        lambda torch, x=tensor(3, 5), y=tensor(5), z=positive(3, 1): changed(x, lambda u: u.addcdiv_(y, z, value=0.5)),
        lambda np, x, y, z: x + 0.5 * y / z,
        condition=4,
    ),
    floating(
        "torch.Tensor.lerp_",
        lambda torch, x=tensor(3, 5), y=tensor(3, 5): changed(x, lambda z: z.lerp_(y, 0.25)),
        lambda np, x, y: x + 0.25 * (y - x),
        condition=2,
    ),
    floating(
        "torch.Tensor.lerp_",
        lambda torch, x=tensor(3, 5), y=tensor(3, 5), w=uniform(0, 1, 3, 5): changed(x, lambda z: z.lerp_(y, w)),
        lambda np, x, y, w: x + w * (y - x),
        name="weights",
        condition=4,
    ),
    floating(
        "torch.Tensor.addmm_",
        lambda torch, x=tensor(3, 5), y=tensor(3, 4), z=tensor(4, 5): changed(x, lambda u: u.addmm_(y, z, alpha=2)),
        lambda np, x, y, z: x + 2 * (y @ z),
        condition=8,
        limits=FUNCTIONALIZED | FIXED_SHAPES,
    ),
    numeric(
        "torch.Tensor.cumsum_",
        lambda torch, x=tensor(3, 5): changed(x, lambda z: z.cumsum_(-1)),
        lambda np, x: np.cumsum(x, axis=-1),
        condition=4,
    ),
]

ROUNDED = [
    compiled(
        "torch.Tensor.clamp_",
        lambda torch, x=tensor(3, 5): changed(x, lambda z: z.clamp_(-1, 1)),
        lambda np, x: np.minimum(np.maximum(x, -1), 1),
    ),
    numeric(
        "torch.Tensor.clamp_",
        lambda torch, x=tensor(3, 5), low=tensor(5): (
            changed(x, lambda z: z.clamp_(min=0)),
            changed(x, lambda z: z.clamp_(max=2)),
            changed(x, lambda z: z.clamp_(low)),
        ),
        lambda np, x, low: [np.maximum(x, 0), np.minimum(x, 2), np.maximum(x, low)],
        name="one-end",
    ),
    numeric(
        "torch.Tensor.clamp_min_",
        lambda torch, x=tensor(3, 5): changed(x, lambda z: z.clamp_min_(-1)),
        lambda np, x: np.maximum(x, -1),
    ),
    numeric(
        "torch.Tensor.clamp_max_",
        lambda torch, x=tensor(3, 5): changed(x, lambda z: z.clamp_max_(1)),
        lambda np, x: np.minimum(x, 1),
    ),
    numeric(
        "torch.Tensor.clip_",
        lambda torch, x=tensor(3, 5): changed(x, lambda z: z.clip_(-1, 2)),
        lambda np, x: np.minimum(np.maximum(x, -1), 2),
    ),
    numeric(
        "torch.Tensor.relu_",
        lambda torch, x=tensor(3, 5): changed(x, lambda z: z.relu_()),
        lambda np, x: np.maximum(x, 0),
    ),
    numeric(
        "torch.Tensor.abs_",
        lambda torch, x=tensor(3, 5): changed(x, lambda z: z.abs_()),
        lambda np, x: np.where(x < 0, -x, x + 0),
    ),
    numeric("torch.Tensor.neg_", lambda torch, x=tensor(3, 5): changed(x, lambda z: z.neg_()), lambda np, x: -x),
    floating(
        "torch.Tensor.round_",
        lambda torch, x=tensor(3, 5): changed(x, lambda z: z.mul_(4).round_()),
        lambda np, x: np.round(4 * x),
        modes=(EAGER,),
    ),
    floating(
        "torch.Tensor.remainder_",
        lambda torch, x=tensor(3, 5): changed(x, lambda z: z.remainder_(2)),
        lambda np, x: x - 2 * np.floor(x / 2),
        dtypes=("float32", "float64", *INTEGER),
        modes=(EAGER,),
    ),
]

POWERS = [
    numeric(
        "torch.Tensor.pow_",
        lambda torch, x=tensor(3, 5): (changed(x, lambda z: z.pow_(2)), changed(x, lambda z: z.pow_(3))),
        lambda np, x: [x * x, x * x * x],
        condition=2,
    ),
    numeric(
        "torch.Tensor.square_", lambda torch, x=tensor(3, 5): changed(x, lambda z: z.square_()), lambda np, x: x * x
    ),
    floating(
        "torch.Tensor.sqrt_",
        lambda torch, x=positive(3, 5): changed(x, lambda z: z.sqrt_()),
        lambda np, x: np.sqrt(x),
    ),
    floating(
        "torch.Tensor.rsqrt_",
        lambda torch, x=positive(3, 5): changed(x, lambda z: z.rsqrt_()),
        lambda np, x: 1 / np.sqrt(x),
        condition=2,
    ),
    floating(
        "torch.Tensor.exp_", lambda torch, x=tensor(3, 5): changed(x, lambda z: z.exp_()), lambda np, x: np.exp(x)
    ),
    floating(
        "torch.Tensor.log_",
        lambda torch, x=positive(3, 5): changed(x, lambda z: z.log_()),
        lambda np, x: np.log(x),
        condition=2,
    ),
    floating(
        "torch.Tensor.log10_",
        lambda torch, x=positive(3, 5): changed(x, lambda z: z.log10_()),
        lambda np, x: np.log(x) / np.log(10),
        condition=2,
    ),
    floating(
        "torch.Tensor.sigmoid_",
        lambda torch, x=tensor(3, 5): changed(x, lambda z: z.sigmoid_()),
        lambda np, x: 1 / (1 + np.exp(-x)),
        condition=2,
    ),
    floating(
        "torch.Tensor.cos_",
        lambda torch, x=tensor(3, 5): changed(x, lambda z: z.cos_()),
        lambda np, x: np.cos(x),
    ),
]


@case("torch.Tensor.erfinv_", dtypes=FLOATING, modes=EAGER_MODES, condition=8, limits=FUNCTIONALIZED | UNIT_RANGE)
def erfinv(torch, x=uniform(-0.75, 0.75, 3, 5)):
    return changed(x, lambda z: z.erfinv_())


@erfinv.reference
def _(np, x):
    from statistics import NormalDist

    quantile = NormalDist().inv_cdf  # the error function is 2 * cdf(x * sqrt(2)) - 1
    return np.array([quantile((value + 1) / 2) for value in x.flat]).reshape(x.shape) / np.sqrt(2)


@case("torch.Tensor.add_", name="own-rows", dtypes=("float32", "int64"), modes=ALL_MODES, limits=FIXED_SHAPES)
def add_to_own_rows(torch, x=tensor(4, 5)):
    y = x * 1
    y[1:3].add_(y[0])
    y[:, 2].mul_(2)
    return y


@add_to_own_rows.reference
def _(np, x):
    y = np.stack([x[0], x[1] + x[0], x[2] + x[0], x[3]])
    return np.stack([2 * y[:, j] if j == 2 else y[:, j] for j in range(5)], axis=1)


COMPARISONS = [
    exact(
        "torch.Tensor.gt_",
        lambda torch, x=tensor(3, 5), y=tensor(5): changed(x, lambda z: z.gt_(y)),
        lambda np, x, y: (x > y).astype(x.dtype),
        dtypes=NUMERIC,
    ),
    exact(
        "torch.Tensor.ge_",
        lambda torch, x=tensor(3, 5), y=tensor(5): changed(x, lambda z: z.ge_(y)),
        lambda np, x, y: (x >= y).astype(x.dtype),
        dtypes=NUMERIC,
    ),
    exact(
        "torch.Tensor.logical_not_",
        lambda torch, x=tensor(3, 5): changed(x, lambda z: z.logical_not_()),
        lambda np, x: (x == 0).astype(x.dtype),
        dtypes=(*NUMERIC, "bool"),
    ),
    exact(
        "torch.Tensor.bitwise_and_",
        lambda torch, x=tensor(3, 5), y=tensor(5): changed(x, lambda z: z.bitwise_and_(y)),
        lambda np, x, y: x & y,
        dtypes=(*INTEGER, "bool"),
    ),
]


def refused(change):
    """Return whether a change in place raises RuntimeError."""
    try:
        change()
    except RuntimeError:
        return True
    return False


@case("torch.Tensor.add_", name="refused", dtypes=FLOATING)
def add_refused(torch, x=tensor(3, 5)):
    leaf, whole = x.clone().requires_grad_(), torch.ones(3, dtype=torch.int64, device=x.device)
    return (
        [
            refused(lambda: leaf.add_(1)),  # a leaf with a gradient
            refused(lambda: whole.add_(0.5)),  # a result that an integer cannot have
            refused(lambda: x[0].clone().add_(x)),  # a larger shape
            refused(lambda: x[:, :1].clone().expand(3, 4).add_(1)),  # several elements in one place
        ],
        whole,
    )


@add_refused.promise
def _(result):
    return result[0] == [True] * 4 and result[1].tolist() == [1, 1, 1]


@case("torch.Tensor.mul_", name="saved", dtypes=FLOATING)
def mul_of_saved(torch, x=tensor(3, 5)):
    x = x.clone().requires_grad_()
    saved, free = x.exp(), x + 1  # the derivative of the exponential function needs its result, that of a sum does not
    saved.mul_(2), free.mul_(2)
    free.sum().backward()
    return refused(lambda: saved.sum().backward()), x.grad


@mul_of_saved.promise
def _(result):
    return result[0] is True and (result[1] == 2).all()
