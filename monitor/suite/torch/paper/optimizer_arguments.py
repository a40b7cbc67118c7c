"""Arguments of optimizers, schedules and other functions that no other case of the suite passes."""

from functools import partial

from monitor.suite.declare import EAGER, fact, formula, tensor
from monitor.suite.limits import ARGUMENT_ONLY, SETS_GRADIENT
from monitor.suite.torch.ops.optimizer_arguments import differentiated, ratio, resumed
from monitor.suite.torch.ops.optimizers import near

argument = partial(formula, dtypes=("float32",), modes=(EAGER,), condition=16, limits=ARGUMENT_ONLY | SETS_GRADIENT)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)

OPTIMIZERS = [
    argument(
        "torch.optim.Adamax",
        lambda torch, x=tensor(2, 3), a=tensor(2, 3): differentiated(
            torch, "Adamax", x, a, lr=0.5, eps=0.125, differentiable=True
        ),
        lambda np, x, a: ratio(np, x, a),
        name="differentiated",
    ),
    argument(
        "torch.optim.Rprop",
        lambda torch, x=tensor(2, 3), a=tensor(2, 3): differentiated(torch, "Rprop", x, a, lr=0.5, differentiable=True),
        lambda np, x, a: [x - 0.5 * np.sign(a), np.ones_like(x), np.zeros_like(a)],
        name="differentiated",
    ),
    argument_fact(
        "torch.optim.LBFGS",
        lambda torch: [_minimized(torch, max_eval=3)[0], _minimized(torch, history_size=2)[1]],
        lambda found: found == [3, 2],
        name="options",
    ),
    argument_fact(
        "torch.optim.lr_scheduler.ExponentialLR",
        lambda torch: resumed(torch, "ExponentialLR", 0.125, gamma=0.5, last_epoch=2),
        lambda rates: near(rates, [0.125, 0.0625, 4]),
        name="resumed",
    ),
]

OTHERS = [
    argument_fact(
        "torch.randperm",
        lambda torch: (lambda x: (x.requires_grad, sorted(x.tolist())))(
            torch.randperm(4, dtype=torch.float64, requires_grad=True)
        ),
        lambda found: found == [True, [0, 1, 2, 3]],
        name="tracked",
    ),
    argument(
        "torch.nn.Transformer",
        lambda torch, x=tensor(2, 3, 4), y=tensor(2, 3, 4): _transformed(torch, x, y),
        lambda np, x, y: y - 2 * x,
        name="custom-parts",
    ),
]


def _minimized(torch, **options):
    """Return the number of evaluations of a step, and that of the directions that the optimizer keeps."""
    x, calls = torch.tensor([1.0, -2.0, 3.0], requires_grad=True), []
    optimizer = torch.optim.LBFGS([x], lr=0.1, max_iter=8, **options)

    def closure():
        calls.append(1)
        optimizer.zero_grad()
        loss = (x**4).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return len(calls), len(optimizer.state_dict()["state"][0]["old_dirs"])


def _transformed(torch, x, y):
    """Return the result of a transformer with an encoder and a decoder of its own."""

    class Encoder(torch.nn.Module):
        def forward(self, x, **_):
            return 2 * x

    class Decoder(torch.nn.Module):
        def forward(self, y, memory, **_):
            return y - memory

    parts = {"custom_encoder": Encoder(), "custom_decoder": Decoder()}
    return torch.nn.Transformer(4, 1, 1, 1, 4, batch_first=True, device=x.device, dtype=x.dtype, **parts)(x, y)
