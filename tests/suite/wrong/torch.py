"""PyTorch computing a sum, and getting it wrong in every way that the oracle must find."""

from monitor.suite.declare import EAGER, GRADIENT, case, tensor


def wrong(name, function="torch.sum", mode=EAGER):
    def declare(call):
        declaration = case(function, name=name, dtypes=("float32",), modes=(mode,))(call)
        declaration.reference(lambda np, x: np.sum(x, axis=1))
        return declaration

    return declare


@wrong("fine")
def fine(torch, x=tensor(5, 7)):
    return torch.sum(x, 1)


@wrong("sign")
def sign(torch, x=tensor(5, 7)):
    return -torch.sum(x, 1)


@wrong("one-element")
def one_element(torch, x=tensor(5, 7)):
    return torch.sum(x, 1) + torch.tensor([0.0, 0.0, 0.1, 0.0, 0.0])


@wrong("off-by-a-thousandth")
def off(torch, x=tensor(5, 7)):
    return torch.sum(x, 1) * 1.001


@wrong("nan")
def nan(torch, x=tensor(5, 7)):
    return torch.sum(x, 1) * torch.tensor([1.0, 1.0, float("nan"), 1.0, 1.0])


@wrong("infinite")
def infinite(torch, x=tensor(5, 7)):
    return torch.sum(x, 1) + torch.tensor([0.0, 0.0, float("inf"), 0.0, 0.0])


@wrong("dtype")
def dtype(torch, x=tensor(5, 7)):
    return torch.sum(x, 1).double()


@wrong("shape")
def shape(torch, x=tensor(5, 7)):
    return torch.sum(x, 0)


@wrong("error")
def error(torch, x=tensor(5, 7)):
    return torch.sum(x, 3)


@wrong("refused")
def refused(torch, x=tensor(5, 7)):
    raise NotImplementedError("sum of seven")


@wrong("absent", function="torch.no_such")
def absent(torch, x=tensor(5, 7)):
    return x


@wrong("wrong-gradient", mode=GRADIENT)
def wrong_gradient(torch, x=tensor(5, 7)):
    return torch.sum(x + 0.1 * x.detach() * x, 1)
