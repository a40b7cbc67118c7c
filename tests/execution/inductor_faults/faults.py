"""Cases for Inductor and Triton. The functions are only names. Cases run in the order of their ids."""

from monitor.suite.declare import case, tensor


def keeps(declaration):
    declaration.promise(lambda result: True)
    return declaration


@keeps
@case("torch.sum", name="a-triton", dtypes=("float32",))
def a(torch, x=tensor(64, 64)):
    assert torch.cuda.get_device_capability() == (8, 0)
    return torch.softmax(x.sin(), -1)


@keeps
@case("torch.sum", name="b-aten", dtypes=("float32",))
def b(torch, x=tensor(64, 64)):
    return x @ x


@keeps
@case("torch.sum", name="b-aten-again", dtypes=("float32",))
def b_again(torch, x=tensor(64, 64)):
    return x @ x


@keeps
@case("torch.sum", name="c-no-dtype", dtypes=("int32",))
def c(torch, x=tensor(64, 64)):
    return x @ x


@keeps
@case("torch.sum", name="d-float8", dtypes=("float32",))
def d(torch, x=tensor(64, 64)):
    narrow = x.to(torch.float8_e4m3fn)
    return narrow @ narrow


@keeps
@case("torch.sum", name="e-no-kernel", dtypes=("float32",))
def e(torch, x=tensor(8)):
    return torch.bincount(x.to(torch.int64).abs())


@keeps
@case("torch.sum", name="f-values", dtypes=("float32",))
def f(torch, x=tensor(8)):
    return x * 2 if float(x.sum()) < 1e9 else x


@keeps
@case("torch.sum", name="g-of-the-cpu", dtypes=("float32",))
def g(torch, x=tensor(8)):
    return x.numpy()


@keeps
@case("torch.sum", name="h-is-at-fault", dtypes=("float32",))
def h(torch, x=tensor(8)):
    raise ValueError("at fault")


@keeps
@case("torch.sum", name="z-tracer-dies", dtypes=("float32",))
def i(torch, x=tensor(8)):
    import ctypes

    return ctypes.string_at(0)


@keeps
@case("torch.sum", name="j-on-the-host", dtypes=("float32",))
def j(torch, x=tensor(8)):
    return torch.eye(3)


@keeps
@case("torch.sum", name="k-without-elements", dtypes=("float32",))
def k(torch, x=tensor(8)):
    return torch.eye(0, device=x.device)


@keeps
@case("torch.sum", name="l-a-view", dtypes=("float32",))
def view(torch, x=tensor(8)):
    return x.reshape(2, 4).T


@keeps
@case("torch.sum", name="m-no-tensor", dtypes=("float32",))
def m(torch, x=tensor(8)):
    return torch.get_num_threads()


@keeps
@case("torch.sum", name="n-a-copy", dtypes=("float32",))
def n(torch, x=tensor(8)):
    return torch.tensor([1.0, 2.0], device=x.device)


@keeps
@case("torch.sum", name="o-allocation", dtypes=("float32",))
def o(torch, x=tensor(8)):
    return torch.empty(3, device=x.device)


@keeps
@case("torch.sum", name="p-dimensions", dtypes=("float32",))
def p(torch, x=tensor(8)):
    return torch.tensor(x.dim())


@keeps
@case("torch.sum", name="q-marks-and-values", dtypes=("float32",))
def q(torch, x=tensor(8)):
    with torch.autograd.profiler.record_function("a mark"):
        return x * 2 if float(x.sum()) < 1e9 else x


@keeps
@case("torch.sum", name="r-a-dropped-result", dtypes=("float32",))
def r(torch, x=tensor(64, 64)):
    return torch.tensor((x @ x).dim())


@keeps
@case("torch.sum", name="s-reads-a-value", dtypes=("float32",))
def s(torch, x=tensor(8)):
    return float(x[0])
