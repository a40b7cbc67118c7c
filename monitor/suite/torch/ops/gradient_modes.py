"""Modes of automatic differentiation, and calls that differentiate."""

from monitor.suite.declare import FLOATING, case, tensor
from monitor.suite.limits import DIFFERENTIATES, PROCESS_MODE

NO_GRAD, ENABLE, INFERENCE = "torch.no_grad", "torch.enable_grad", "torch.inference_mode"
CHECKPOINT, GRAD = "torch.utils.checkpoint.checkpoint", "torch.autograd.grad"


@case(NO_GRAD, dtypes=FLOATING, limits=DIFFERENTIATES)
def no_grad(torch, x=tensor(2, 3)):
    x = x.clone().requires_grad_()
    with torch.no_grad():
        constant = x * 2
    return constant, *torch.autograd.grad((constant * x).sum(), x)


@no_grad.reference
def _(np, x):
    return [2 * x, 2 * x]  # the factor that no gradient follows is a constant


@case(NO_GRAD, name="modes")
def no_grad_modes(torch):
    x = torch.ones(2, requires_grad=True)

    @torch.no_grad()
    def decorated():
        return (x * 2).requires_grad

    @torch.no_grad
    def bare():
        return (x * 2).requires_grad

    @torch.no_grad()
    def generated():
        yield (x * 2).requires_grad
        yield (x * 3).requires_grad

    with torch.no_grad():
        made = torch.nn.Parameter(torch.ones(2)).requires_grad, torch.ones(2, requires_grad=True).requires_grad
        with torch.enable_grad():
            inner = (x * 2).requires_grad
        x.mul_(3)  # a leaf that needs a gradient may change in place here
    return decorated(), bare(), [*generated()], made, inner, (x * 2).requires_grad, x.tolist()


@no_grad_modes.promise
def _(result):
    return result == [False, False, [False, False], [True, True], True, True, [3.0, 3.0]]


@case(NO_GRAD, name="after-an-error")
def no_grad_after_an_error(torch):
    try:
        with torch.no_grad():
            raise KeyError
    except KeyError:
        return torch.is_grad_enabled()


@no_grad_after_an_error.promise
def _(enabled):
    return enabled is True


@case(NO_GRAD, name="threads")
def no_grad_in_threads(torch):
    import threading

    seen = []
    with torch.no_grad():
        thread = threading.Thread(target=lambda: seen.append(torch.is_grad_enabled()))
        thread.start()
        thread.join()
        seen.append(torch.is_grad_enabled())
    return seen


@no_grad_in_threads.promise
def _(seen):
    return seen == [True, False]  # documented: the mode is thread-local


@case(ENABLE, dtypes=FLOATING, limits=DIFFERENTIATES)
def enable_grad(torch, x=tensor(2, 3)):
    x = x.clone().requires_grad_()
    with torch.no_grad(), torch.enable_grad():
        y = x * x
    return torch.autograd.grad(y.sum(), x)


@enable_grad.reference
def _(np, x):
    return [2 * x]


@case(ENABLE, name="decorator")
def enable_grad_decorator(torch):
    @torch.enable_grad()
    def double(x):
        return x * 2

    x = torch.ones(1, requires_grad=True)
    with torch.no_grad():
        inner = double(x)
    with torch.inference_mode():
        inferred = double(x)
    return inner.requires_grad, inferred.requires_grad


@enable_grad_decorator.promise
def _(result):
    return result == [True, False]


@case("torch.set_grad_enabled")
def set_grad_enabled(torch):
    x, seen = torch.ones(1, requires_grad=True), []
    try:
        torch.set_grad_enabled(False)
        seen.append((x * 2).requires_grad)
        torch.set_grad_enabled(True)
        for flag in (False, True):
            with torch.set_grad_enabled(flag):
                seen.append((x * 2).requires_grad)
    finally:
        torch.set_grad_enabled(True)
    return seen, torch.is_grad_enabled()


@set_grad_enabled.promise
def _(result):
    return result == [[False, False, True], True]


@case("torch.is_grad_enabled")
def is_grad_enabled(torch):
    seen = [torch.is_grad_enabled()]
    for mode in (torch.no_grad(), torch.enable_grad(), torch.inference_mode(), torch.inference_mode(False)):
        with mode:
            seen.append(torch.is_grad_enabled())
    return seen


@is_grad_enabled.promise
def _(seen):
    return seen == [True, False, True, False, True]


@case(INFERENCE, dtypes=FLOATING, limits=PROCESS_MODE)
def inference_mode(torch, x=tensor(2, 3)):
    with torch.inference_mode():
        y = x * 2
        y += 1
    return y


@inference_mode.reference
def _(np, x):
    return 2 * x + 1


@case(INFERENCE, name="modes")
def inference_modes(torch):
    x = torch.ones(2, requires_grad=True)

    @torch.inference_mode()
    def decorated():
        return x * 2

    with torch.inference_mode():
        made = torch.ones(2)
    kinds = decorated().is_inference(), made.is_inference(), made.clone().is_inference(), x.is_inference()
    refused = []
    for call in (lambda: (x * made).sum().backward(), lambda: made.add_(1)):
        try:
            call()
        except RuntimeError as error:
            refused.append("nference tensor" in str(error))
    with torch.inference_mode(mode=False):
        plain = x * 2
    return kinds, refused, plain.requires_grad


@inference_modes.promise
def _(result):
    return result == [[True, True, False, False], [True, True], True]


@case("torch.is_inference_mode_enabled")
def is_inference_mode_enabled(torch):
    seen = [torch.is_inference_mode_enabled()]
    with torch.inference_mode():
        seen.append(torch.is_inference_mode_enabled())
        with torch.inference_mode(False):
            seen.append(torch.is_inference_mode_enabled())
    with torch.no_grad():
        seen.append(torch.is_inference_mode_enabled())
    return seen


@is_inference_mode_enabled.promise
def _(seen):
    return seen == [False, True, False, False]


@case(GRAD, dtypes=FLOATING, condition=4, limits=DIFFERENTIATES)
def grad(torch, x=tensor(2, 3), y=tensor(2, 3), v=tensor(2, 3)):
    x, y = x.clone().requires_grad_(), y.clone().requires_grad_()
    return torch.autograd.grad(x * x * y, (x, y), grad_outputs=v)


@grad.reference
def _(np, x, y, v):
    return [2 * x * y * v, x * x * v]


@case(GRAD, name="twice", dtypes=FLOATING, condition=4, limits=DIFFERENTIATES)
def grad_twice(torch, x=tensor(2, 3)):
    x = x.clone().requires_grad_()
    (first,) = torch.autograd.grad((x**3).sum(), x, create_graph=True)
    return first, *torch.autograd.grad(first.sum(), x)


@grad_twice.reference
def _(np, x):
    return [3 * x * x, 6 * x]


@case(GRAD, name="unused", dtypes=("float32", "bfloat16"))
def grad_of_unused(torch, x=tensor(3), y=tensor(3)):
    x, y = x.clone().requires_grad_(), y.clone().requires_grad_()
    total = (2 * x).sum()
    try:
        torch.autograd.grad(total, y, retain_graph=True)
    except RuntimeError as error:
        refused = "not have been used in the graph" in str(error)
    absent = torch.autograd.grad(total, (x, y), allow_unused=True, retain_graph=True)[1]
    zeros = torch.autograd.grad(total, (x, y), materialize_grads=True)[1]
    return refused, absent, zeros.tolist(), x.grad


@grad_of_unused.promise
def _(result):
    return result == [True, None, [0.0] * 3, None]


@case(GRAD, name="refused")
def grad_refuses(torch):
    x, errors = torch.ones(2, requires_grad=True), []
    y = (x * x).sum()
    y.backward()
    for call in (
        lambda: torch.autograd.grad(y, x),
        lambda: torch.autograd.grad(x * 2, x),
        lambda: torch.autograd.grad(torch.ones(1), x),
    ):
        try:
            call()
        except RuntimeError as error:
            errors.append(str(error))
    return errors


@grad_refuses.promise
def _(errors):
    second, scalar, constant = errors
    return second.startswith("Trying to backward") and scalar.startswith("grad can") and "require grad" in constant


@case(CHECKPOINT, dtypes=FLOATING, condition=4, limits=DIFFERENTIATES)
def checkpoint(torch, x=tensor(2, 3), y=tensor(3)):
    from torch.utils.checkpoint import checkpoint as recomputed

    x, y = x.clone().requires_grad_(), y.clone().requires_grad_()
    result = recomputed(lambda x, y: (x * y) ** 2, x, y, use_reentrant=False)
    return result, *torch.autograd.grad(result.sum(), (x, y))


@checkpoint.reference
def _(np, x, y):
    return [(x * y) ** 2, 2 * x * y * y, np.sum(2 * x * x * y, axis=tuple(range(x.ndim - 1)))]


@case(CHECKPOINT, name="calls")
def checkpoint_calls(torch):
    from torch.utils.checkpoint import checkpoint as recomputed

    counts = []
    for reentrant in (False, True):
        calls: list[bool] = []

        def call(x, calls=calls):
            calls.append(torch.is_grad_enabled())
            return torch.nn.functional.dropout(x * 3, 0.5)

        x = torch.ones(64, requires_grad=True)
        result = recomputed(call, x, use_reentrant=reentrant)
        result.sum().backward()
        counts.append((len(calls), bool((x.grad == result).all())))  # the same elements are dropped again
    return counts


@checkpoint_calls.promise
def _(counts):
    return counts == [[2, True], [2, True]]
