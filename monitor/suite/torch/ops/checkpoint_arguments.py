"""Arguments of checkpoints that no other case passes."""

from functools import partial

from monitor.suite.declare import case
from monitor.suite.limits import ARGUMENT_ONLY
from monitor.suite.torch.ops.distributed_arguments import message_of

CHECKPOINT = "torch.utils.checkpoint.checkpoint"

argument_case = partial(case, limits=ARGUMENT_ONLY)


@argument_case(CHECKPOINT, name="contexts")
def checkpoint_contexts(torch):
    import contextlib

    seen = []

    @contextlib.contextmanager
    def noted(name):
        seen.append(name)
        yield

    def contexts():
        return noted("forward"), noted("again")

    x = torch.full((2,), 3.0, requires_grad=True)
    result = torch.utils.checkpoint.checkpoint(lambda x: x * x, x, use_reentrant=False, context_fn=contexts)
    before = [*seen]
    result.sum().backward()
    return before, seen, x.grad.tolist()


@checkpoint_contexts.promise
def _(result):
    return result == [["forward"], ["forward", "again"], [6, 6]]


def repeated_steps(torch, **options):
    """Return the gradient of a checkpoint, and the steps that run again. Only the first step saves a tensor."""
    steps = []

    def call(x):
        y = x * x
        steps.append("used")
        z = y + 1
        steps.append("not used")
        return z

    x = torch.full((2,), 3.0, requires_grad=True)
    torch.utils.checkpoint.checkpoint(call, x, use_reentrant=False, **options).sum().backward()
    return x.grad.tolist(), steps[2:]


@argument_case(CHECKPOINT, name="early-stop")
def checkpoint_early_stop(torch):
    return repeated_steps(torch, early_stop=True), repeated_steps(torch, early_stop=False)


@checkpoint_early_stop.promise
def _(found):
    return found == [[[6, 6], []], [[6, 6], ["used", "not used"]]]


def changed_checkpoint(torch, **options):
    """Return the gradient of a checkpoint that saves a tensor of another shape when it runs again."""
    calls = []

    def call(x):
        calls.append(x)
        y = x if len(calls) == 1 else x[None]
        return (y * y).sum()

    x = torch.full((2,), 3.0, requires_grad=True)
    torch.utils.checkpoint.checkpoint(call, x, use_reentrant=False, **options).backward()
    return x.grad.tolist()


@argument_case(CHECKPOINT, name="checks")
def checkpoint_checks(torch):
    default = message_of(lambda: changed_checkpoint(torch))
    detailed = message_of(lambda: changed_checkpoint(torch, debug=True))
    return (
        "different metadata" in default,
        len(detailed) > len(default),
        "changed_checkpoint" in detailed,
        (changed_checkpoint(torch, determinism_check="none")),
    )


@checkpoint_checks.promise
def _(result):
    return result == [True, True, True, [6, 6]]
