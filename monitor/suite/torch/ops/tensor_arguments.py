"""Arguments of tensors, sparse and nested ones, distributions and parameters that no other case passes."""

from functools import partial

from monitor.suite.declare import EAGER, fact, formula, tensor, values
from monitor.suite.limits import ARGUMENT_ONLY, SPARSE
from monitor.suite.torch.ops.distributed_arguments import message_of

T, D = "torch.Tensor.", "torch.distributions."

argument = partial(formula, dtypes=("float32",), modes=(EAGER,), condition=4, limits=ARGUMENT_ONLY | SPARSE)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def drawn(torch, fill):
    """Return what equal generators, and another one, fill in, and whether the default generator stays as it is."""
    before = torch.get_rng_state()
    found = [fill(torch.zeros(20), torch.Generator().manual_seed(seed)).tolist() for seed in (7, 7, 8)]
    return found, torch.equal(before, torch.get_rng_state())


def drawn_alike(result):
    (first, same, other), untouched = result
    return first == same and first != other and untouched


GENERATORS = [
    argument_fact(
        T + "uniform_", lambda torch: drawn(torch, lambda x, g: x.uniform_(generator=g)), drawn_alike, name="generator"
    ),
    argument_fact(
        T + "bernoulli_",
        lambda torch: drawn(torch, lambda x, g: x.bernoulli_(0.5, generator=g)),
        drawn_alike,
        name="generator",
    ),
    argument_fact(
        T + "exponential_",
        lambda torch: drawn(torch, lambda x, g: x.exponential_(generator=g)),
        drawn_alike,
        name="generator",
    ),
    argument_fact(
        T + "random_", lambda torch: drawn(torch, lambda x, g: x.random_(generator=g)), drawn_alike, name="generator"
    ),
]

TENSORS = [
    argument_fact(
        T + "cpu",
        lambda torch: (lambda x: (x.cpu(memory_format=torch.channels_last).stride(), x.cpu().stride()))(
            torch.ones(1, 2, 3, 4)
        ),
        lambda strides: strides == [[24, 1, 8, 2], [24, 12, 4, 1]],
        name="memory-format",
    ),
    argument_fact(
        T + "numpy",
        lambda torch: (lambda x: (x.numpy(force=True).tolist(), message_of(x.numpy)))(
            torch.ones(2, requires_grad=True)
        ),
        lambda found: found[0] == [1, 1] and "requires grad" in found[1],
        name="force",
    ),
    argument(
        T + "backward",
        lambda torch, x=tensor(3), y=tensor(3): _second_derivative(torch, x, y),
        lambda np, x, y: [2 * x * y, 2 * y, np.array(True)],
        name="graph",
    ),
    argument(
        T + "to_dense",
        lambda torch, x=tensor(2): torch.sparse_coo_tensor([[2, 0]], x, (3,)).to_dense(dtype=torch.float64),
        lambda np, x: np.array([x[1], 0, x[0]]),
        name="dtype",
        returns={"float32": "float64"},
    ),
    argument(
        T + "to_dense",
        lambda torch, x=tensor(2), y=tensor(3): (
            _dense_gradient(torch, x, y, True),
            _dense_gradient(torch, x, y, False),
        ),
        lambda np, x, y: [np.array([y[0], 0, y[2]]), y],
        name="masked",
    ),
    argument_fact(
        T + "new_tensor",
        lambda torch: torch.ones(2).new_tensor([1.0, 2.0], device="meta").device.type,
        lambda device: device == "meta",
        name="device",
    ),
    argument(
        T + "new_tensor",
        lambda torch, x=tensor(3): x.new_tensor([1.0, 2.0], layout=torch.strided),
        lambda np, x: np.array([1.0, 2.0]),
        name="layout",
    ),
    argument_fact(
        T + "cumsum_",
        lambda torch: (
            torch.ones(3, dtype=torch.int32).cumsum_(0, dtype=torch.int32).tolist(),
            message_of(lambda: torch.ones(3, dtype=torch.int32).cumsum_(0, dtype=torch.int64)),
        ),
        lambda found: found[0] == [1, 2, 3] and "in-place" in found[1],
        name="dtype",
    ),
    argument_fact(
        T + "to_padded_tensor",
        lambda torch: (
            torch.nested.nested_tensor([torch.ones(1, 2), torch.ones(2, 1)])
            .to_padded_tensor(7.0, output_size=(2, 3, 2))
            .tolist()
        ),
        lambda padded: padded == [[[1, 1], [7, 7], [7, 7]], [[1, 7], [1, 7], [7, 7]]],
        name="size",
    ),
    argument_fact(
        T + "to_sparse_csr",
        lambda torch: (lambda x: (x.crow_indices().tolist(), x.col_indices().tolist(), x.values().tolist()))(
            torch.tensor([[[1.0, 2.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 3.0]]]).to_sparse_csr(dense_dim=1)
        ),
        lambda found: found == [[0, 1, 2], [0, 1], [[1, 2], [0, 3]]],
        name="dense",
    ),
    argument(
        "torch.autograd.grad",
        lambda torch, x=tensor(3), v=tensor(2, 3): (
            lambda x: torch.autograd.grad(x * x, x, v, is_grads_batched=True)[0]
        )(x.clone().requires_grad_()),
        lambda np, x, v: 2 * x * v,
        name="batched",
    ),
    argument_fact(
        "torch.autograd.forward_ad.unpack_dual",
        lambda torch: _unpacked(torch),
        lambda found: found[0] == [3, 3] and "level" in found[1],
        name="level",
    ),
    argument_fact(
        "torch.from_dlpack",
        lambda torch: (lambda x: [torch.from_dlpack(x, copy=c).data_ptr() == x.data_ptr() for c in (True, False)])(
            torch.arange(3.0)
        ),
        lambda shared: shared == [False, True],
        name="copy",
    ),
    argument_fact(
        "torch.from_dlpack",
        lambda torch: (
            torch.from_dlpack(torch.arange(3.0), device=torch.device("cpu")).tolist(),
            message_of(lambda: torch.from_dlpack(torch.arange(3.0), device="meta")),
        ),
        lambda found: found[0] == [0, 1, 2] and found[1] != "",
        name="device",
    ),
    argument_fact(
        "torch.nested.nested_tensor",
        lambda torch: (
            torch.nested.nested_tensor([torch.ones(2), torch.ones(1)], layout=torch.jagged, device="meta").device.type
        ),
        lambda device: device == "meta",
        name="device",
    ),
    argument_fact(
        "torch.nested.as_nested_tensor",
        lambda torch: (
            torch.nested.as_nested_tensor(
                [torch.ones(2), torch.ones(1)], layout=torch.jagged, device="meta"
            ).device.type
        ),
        lambda device: device == "meta",
        name="device",
    ),
]

SPARSE_TENSORS = [
    argument_fact(
        "torch.sparse_coo_tensor",
        lambda torch: _checked(
            lambda check: torch.sparse_coo_tensor([[0, -1]], [1.0, 2.0], (3,), check_invariants=check)
        ),
        lambda found: found == ["sparse_coo", True],
        name="invariants",
    ),
    argument_fact(
        "torch.sparse_csr_tensor",
        lambda torch: _checked(
            lambda check: torch.sparse_csr_tensor([0, 1, 2], [0, 7], [1.0, 2.0], (2, 3), check_invariants=check)
        ),
        lambda found: found == ["sparse_csr", True],
        name="invariants",
    ),
    argument_fact(
        "torch.sparse_csc_tensor",
        lambda torch: _checked(
            lambda check: torch.sparse_csc_tensor([0, 1, 2], [0, 7], [1.0, 2.0], (3, 2), check_invariants=check)
        ),
        lambda found: found == ["sparse_csc", True],
        name="invariants",
    ),
    argument_fact(
        "torch.sparse_coo_tensor",
        lambda torch: [
            torch.sparse_coo_tensor([[0, 1]], [1.0, 2.0], (3,), is_coalesced=True).is_coalesced(),
            torch.sparse_coo_tensor([[0, 1]], [1.0, 2.0], (3,)).is_coalesced(),
        ],
        lambda found: found == [True, False],
        name="coalesced",
    ),
]

DISTRIBUTIONS = [
    argument(
        D + "MultivariateNormal",
        lambda torch, x=tensor(4, 2), p=values(2, 0.5, 0.5, 1, shape=(2, 2)): torch.distributions.MultivariateNormal(
            torch.zeros_like(x[0]), precision_matrix=p
        ).log_prob(x),
        lambda np, x, p: np.log(1.75) / 2 - np.log(2 * np.pi) - ((x @ p) * x).sum(1) / 2,
        name="precision",
        condition=32,
    ),
    argument(
        D + "multinomial.Multinomial",
        lambda torch, y=tensor(3), x=values(2, 0, 1): torch.distributions.multinomial.Multinomial(3, logits=y).log_prob(
            x
        ),
        lambda np, y, x: np.log(3) + (x * (y - np.log(np.exp(y).sum()))).sum(),
        name="logits",
        condition=32,
    ),
    argument(
        D + "AffineTransform",
        lambda torch, x=tensor(2, 3), s=values(1, -2, 4): (lambda t: t.log_abs_det_jacobian(x, t(x)))(
            torch.distributions.AffineTransform(1.0, s, event_dim=1)
        ),
        lambda np, x, s: np.full(2, np.log(8)),
        name="event",
    ),
    argument_fact(
        D + "AffineTransform",
        lambda torch: _kept(torch, lambda size: torch.distributions.AffineTransform(1.0, 2.0, cache_size=size)),
        lambda found: found == [False, True],
        name="cached",
    ),
    argument_fact(
        D + "transforms.ExpTransform",
        lambda torch: _kept(torch, lambda size: torch.distributions.transforms.ExpTransform(cache_size=size)),
        lambda found: found == [False, True],
        name="cached",
    ),
    argument_fact(
        D + "transforms.ComposeTransform",
        lambda torch: _kept(
            torch,
            lambda size: torch.distributions.transforms.ComposeTransform(
                [torch.distributions.transforms.ExpTransform()], cache_size=size
            ),
        ),
        lambda found: found == [False, True],
        name="cached",
    ),
]


def _second_derivative(torch, x, y):
    """Return a gradient and its derivative, and whether a tensor outside of `inputs` has none."""
    x, y = x.clone().requires_grad_(), y.clone().requires_grad_()
    (x * x * y).sum().backward(create_graph=True, inputs=[x])
    first = x.grad
    return first.detach(), *torch.autograd.grad(first.sum(), x), torch.tensor(y.grad is None)


def _dense_gradient(torch, x, y, masked):
    """Return the gradient of a sparse tensor, as a dense one."""
    sparse = torch.sparse_coo_tensor([[0, 2]], x, (3,)).coalesce().requires_grad_()
    sparse.to_dense(masked_grad=masked).backward(y)
    return sparse.grad.to_dense()


def _unpacked(torch):
    """Return the tangent of a dual tensor of a level, and the error of another level."""
    forward = torch.autograd.forward_ad
    with forward.dual_level() as level:
        dual = forward.make_dual(torch.ones(2), torch.full((2,), 3.0))
        tangent = forward.unpack_dual(dual, level=level).tangent
        return tangent.tolist(), message_of(lambda: forward.unpack_dual(dual, level=level + 1))


def _checked(make):
    """Return the layout of a malformed tensor that is not checked, and whether the check refuses it."""
    loose = make(False)
    return str(loose.layout).removeprefix("torch."), message_of(lambda: make(True)) != ""


def _kept(torch, make):
    """Return whether the inverse of a result is the input itself, without and with a cache."""
    x = torch.ones(2)
    return [transform.inv(transform(x)) is x for transform in (make(0), make(1))]
