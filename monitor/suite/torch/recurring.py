"""Arguments that many functions of PyTorch take alike.

Each function below returns one that passes the argument, checks its effect, and returns a result with the values and
the dtype of a plain call, for the reference of the case.
"""

from monitor.suite.declare import Rule


def with_out(torch, function):
    """Write into given tensors, which the call must return."""

    def into(*args, **options):
        plain = function(*args, **options)
        results = plain if isinstance(plain, tuple) else (plain,)
        out = tuple(torch.ones_like(each) for each in results)
        returned = function(*args, **options, out=out if isinstance(plain, tuple) else out[0])
        returned = returned if isinstance(returned, tuple) else (returned,)
        assert all(one is given for one, given in zip(returned, out, strict=True)), "another tensor is returned"
        return type(plain)(out) if isinstance(plain, tuple) else out[0]

    return into


def with_dtype(torch, function):
    """Request double precision."""

    def doubled(*args, **options):
        plain = function(*args, **options)
        double = function(*args, **options, dtype=torch.float64)
        made = [*double.parameters(), *double.buffers()] if isinstance(double, torch.nn.Module) else [double]
        inexact = [one.dtype for one in made if one.dtype.is_floating_point]
        assert set(inexact) == {torch.float64}, f"the dtypes are {inexact}"
        return plain if isinstance(double, torch.nn.Module) else double.to(plain.dtype)

    return doubled


def with_device(torch, function):
    """Request the device `meta`, whose tensors have shapes and dtypes, and no values."""

    def on_meta(*args, **options):
        options.pop("device", None)
        plain = function(*args, **options)
        meta = function(*args, **options, device="meta")
        expected, made = [
            [*one.parameters(), *one.buffers()] if isinstance(one, torch.nn.Module) else [one] for one in (plain, meta)
        ]
        for one, other in zip(expected, made, strict=True):
            assert other.device.type == "meta", f"the device is {other.device}"
            assert (other.shape, other.dtype) == (one.shape, one.dtype), f"{other.shape} and {other.dtype}"
        return plain

    return on_meta


def with_requires_grad(_, function):
    """Request a tensor that records operations, and differentiate its sum."""

    def recorded(*args, **options):
        result = function(*args, **options, requires_grad=True)
        assert result.requires_grad, "the result records no operations"
        assert result.is_leaf, "the result is no leaf"
        result.sum().backward()
        assert bool((result.grad == 1).all()), "the gradient of a sum is not one"
        return result.detach()

    return recorded


def with_generator(torch, function):
    """Draw from a given generator: twice the same from equal ones, and nothing from the default one."""

    def drawn(*args, **options):
        def draw(seed):
            own = [one.clone() if isinstance(one, torch.Tensor) else one for one in args]
            return function(*own, **options, generator=torch.Generator().manual_seed(seed))

        before = torch.get_rng_state()
        one, same, other = draw(7), draw(7), draw(8)
        assert torch.equal(before, torch.get_rng_state()), "the default generator has another state"
        assert torch.equal(one, same), "equal generators give different results"
        assert one.numel() < 2 or not torch.equal(one, other), "different generators give equal results"
        return one

    return drawn


def with_validate_args(torch, function):
    """Make a distribution without a check of its parameters. It accepts NaN, and with the check refuses it."""

    def unchecked(*args, **options):
        wrong = [one * torch.nan if isinstance(one, torch.Tensor) else one for one in args]
        named = {name: one * torch.nan if isinstance(one, torch.Tensor) else one for name, one in options.items()}
        function(*wrong, **named, validate_args=False)
        try:
            function(*wrong, **named, validate_args=True)
        except ValueError:
            return function(*args, **options, validate_args=False)
        raise AssertionError("a parameter of NaN is not refused")

    return unchecked


RULES = {
    "device": Rule("device", '"meta"', with_device),
    "dtype": Rule("dtype", "torch.float64", with_dtype),
    "generator": Rule("generator", "torch.Generator().manual_seed(7)", with_generator),
    "out": Rule("out", "torch.ones_like(result)", with_out),
    "requires_grad": Rule("requires_grad", "True", with_requires_grad),
    "validate_args": Rule("validate_args", "False", with_validate_args),
}
