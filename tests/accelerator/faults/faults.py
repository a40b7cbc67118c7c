"""Each case does one real harm to a GPU; the functions named are only names. They run in the order of their ids."""

from monitor.suite.declare import DEVICE, case


def keeps(declaration):
    declaration.promise(lambda result: result == "fine")
    return declaration


@keeps
@case("torch.lt", name="a-healthy")
def healthy(torch, device=DEVICE):
    return "fine" if torch.ones(3, device=device).sum().item() == 3 else "wrong"


@keeps
@case("torch.lt", name="b-asserts-on-the-device")
def asserts(torch, device=DEVICE):
    torch.ones(3, device=device)[torch.tensor([1 << 20], device=device)].sum().item()
    return "fine"


@keeps
@case("torch.lt", name="c-after-the-assertion")
def after_the_assertion(torch, device=DEVICE):
    return "fine" if torch.ones(3, device=device).sum().item() == 3 else "wrong"


@keeps
@case("torch.lt", name="d-takes-more-than-there-is")
def takes_more_than_there_is(torch, device=DEVICE):
    torch.empty(1 << 50, dtype=torch.uint8, device=device)
    return "fine"


@keeps
@case("torch.lt", name="e-after-too-much")
def after_too_much(torch, device=DEVICE):
    return "fine" if torch.ones(3, device=device).sum().item() == 3 else "wrong"


@keeps
@case("torch.lt", name="f-reads-what-is-not-its-own")
def reads_what_is_not_its_own(torch, device=DEVICE):
    kept = torch.ones(4, device=device)
    said = {"data": (kept.data_ptr(), False), "shape": (1 << 36,), "typestr": "<f4", "version": 3}
    # The memory of four numbers, declared as that of 2^36: more than any card has.
    larger = type("Larger", (), {"__cuda_array_interface__": said})()
    torch.as_tensor(larger, device=device).sum().item()
    return "fine"


@keeps
@case("torch.lt", name="g-after-the-illegal-access")
def after_the_illegal_access(torch, device=DEVICE):
    return "fine" if torch.ones(3, device=device).sum().item() == 3 else "wrong"
