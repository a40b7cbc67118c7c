"""Directional derivatives."""

from monitor.suite.declare import EAGER, FLOATING, case, tensor
from monitor.suite.limits import DIFFERENTIATES

JVP = "torch.autograd.functional.jvp"


@case(JVP, dtypes=FLOATING, modes=(EAGER,), condition=4, limits=DIFFERENTIATES)
def jvp(torch, x=tensor(4, 4), v=tensor(4, 4)):
    return torch.autograd.functional.jvp(lambda x: (x * x).sum(dim=1), x, v)


@jvp.reference
def _(np, x, v):
    return [np.sum(x * x, axis=1), np.sum(2 * x * v, axis=1)]


@case(JVP, name="two-inputs", dtypes=FLOATING, condition=4, limits=DIFFERENTIATES)
def jvp_of_two(torch, x=tensor(3), y=tensor(3), v=tensor(3), w=tensor(3)):
    values, derived = torch.autograd.functional.jvp(lambda x, y: (x * y, x - y), (x, y), (v, w))
    return [*values, *derived]


@jvp_of_two.reference
def _(np, x, y, v, w):
    return [x * y, x - y, v * y + x * w, v - w]


@case(
    JVP,
    name="again",
    dtypes=("float32", "float64"),
    condition=8,
    limits=DIFFERENTIATES,
)
def jvp_twice(torch, x=tensor(4), v=tensor(4)):
    x = x.clone().requires_grad_()
    _, derived = torch.autograd.functional.jvp(lambda x: x**3, x, v, create_graph=True)
    return torch.autograd.grad(derived.sum(), x)


@jvp_twice.reference
def _(np, x, v):
    return [6 * x * v]


@case(JVP, name="independent", dtypes=("float32", "float64"))
def jvp_of_a_constant(torch, x=tensor(4), v=tensor(4)):
    loose = torch.autograd.functional.jvp(lambda x: torch.ones_like(v), x, v)[1]
    try:
        torch.autograd.functional.jvp(lambda x: torch.ones_like(v), x, v, strict=True)
    except RuntimeError:
        return loose.tolist(), "refused"


@jvp_of_a_constant.promise
def _(result):
    return result == [[0.0] * 4, "refused"]


@case(JVP, name="misfit", dtypes=("float32",))
def jvp_misfit(torch, x=tensor(4), v=tensor(3)):
    said = []
    for direction in (v, None):
        try:
            torch.autograd.functional.jvp(lambda x: x * 2, x, direction)
        except RuntimeError:
            said.append("refused")
    return said


@jvp_misfit.promise
def _(said):
    return said == ["refused"] * 2
