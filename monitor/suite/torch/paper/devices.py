"""Synchronization with a device."""

from monitor.suite.declare import FLOATING, case, tensor


@case("torch.cuda.synchronize")
def synchronize(torch):
    return torch.cuda.synchronize()


@synchronize.promise
def _(result):
    return result is None


@case("torch.accelerator.synchronize")
def accelerator_synchronize(torch):
    return torch.accelerator.synchronize()


@accelerator_synchronize.promise
def _(result):
    return result is None


@case("torch.accelerator.synchronize", name="of-work", dtypes=FLOATING, condition=21)
def accelerator_synchronize_work(torch, x=tensor(64, 64)):
    y = x
    for _ in range(20):
        y = y + x
    torch.get_device_module(x.device).synchronize()  # the CPU's does nothing, as its work is done when a call returns
    return y


@accelerator_synchronize_work.reference
def _(np, x):
    return 21 * x
