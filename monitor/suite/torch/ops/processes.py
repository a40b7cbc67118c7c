"""Processes and what they share, nested tensors, and other names of classes."""

from monitor.suite.declare import case, fact

MULTI, CUDA = "torch.multiprocessing.", "torch.cuda."


def without_cuda(torch, call):
    """Return the result of a call, or "refused" where there is no CUDA and the call raises an error."""
    if torch.cuda.is_available():
        return call()
    try:
        return call()
    except (AssertionError, RuntimeError):
        return "refused"


PROCESSES = [
    fact(
        MULTI + "get_context",
        lambda torch: [torch.multiprocessing.get_context(name).get_start_method() for name in ("spawn", "forkserver")],
        lambda found: found == ["spawn", "forkserver"],
    ),
    fact(
        MULTI + "get_start_method",
        lambda torch: torch.multiprocessing.get_start_method() in torch.multiprocessing.get_all_start_methods(),
        lambda found: found is True,
    ),
    fact(
        MULTI + "get_all_start_methods",
        lambda torch: sorted(torch.multiprocessing.get_all_start_methods()),
        lambda found: "spawn" in found,
    ),
    fact(
        MULTI + "current_process",
        lambda torch: torch.multiprocessing.current_process().pid,
        lambda found: isinstance(found, int) and found > 0,
    ),
    fact(
        MULTI + "Value",
        lambda torch: [torch.multiprocessing.Value("i", 3).value, torch.multiprocessing.Value("d", 0.5).value],
        lambda found: found == [3, 0.5],
    ),
]


@case(MULTI + "Lock")
def lock(torch):
    made = torch.multiprocessing.Lock()
    with made:
        held = made.acquire(block=False)
    free = made.acquire(block=False)
    made.release()
    return held, free


@lock.promise
def _(result):
    return result == [False, True]


@case(MULTI + "Queue")
def queue(torch):
    made = torch.multiprocessing.Queue()
    made.put(torch.arange(3))
    received = made.get(timeout=20)
    made.close()
    made.join_thread()
    return received.tolist(), received.is_shared()


@queue.promise
def _(result):
    return result == [[0, 1, 2], True]


@case("torch.nested.nested_tensor")
def nested_tensor(torch):
    parts = [torch.arange(3.0), torch.arange(5.0)]
    nested = torch.nested.nested_tensor(parts, layout=torch.jagged)
    return [part.tolist() for part in (nested * 2).unbind()], nested.is_nested, nested.size(0), nested.dim()


@nested_tensor.promise
def _(result):
    return result == [[[0.0, 2.0, 4.0], [0.0, 2.0, 4.0, 6.0, 8.0]], True, 2, 2]


@case("torch.nested.nested_tensor", name="padded")
def nested_tensor_padded(torch):
    nested = torch.nested.nested_tensor([torch.ones(1, 2), torch.ones(2, 2)])
    return torch.nested.to_padded_tensor(nested, 7.0)


@nested_tensor_padded.promise
def _(padded):
    return padded.tolist() == [[[1.0, 1.0], [7.0, 7.0]], [[1.0, 1.0], [1.0, 1.0]]]


@case("torch.nested.as_nested_tensor")
def as_nested_tensor(torch):
    x = torch.ones(3, requires_grad=True)
    nested = torch.nested.as_nested_tensor([x, torch.ones(2)], layout=torch.jagged)
    sum((part * 2).sum() for part in nested.unbind()).backward()
    return x.grad.tolist()


@as_nested_tensor.promise
def _(gradient):
    return gradient == [2.0] * 3


NAMES = [
    fact(
        "torch.amp.autocast_mode.autocast",
        lambda torch: torch.amp.autocast_mode.autocast is torch.autocast,
        lambda found: found is True,
    ),
    fact(
        "torch.amp.grad_scaler.GradScaler",
        lambda torch: torch.amp.grad_scaler.GradScaler is torch.amp.GradScaler,
        lambda found: found is True,
    ),
    fact(
        "torch.nn.parallel.distributed.DistributedDataParallel",
        lambda torch: (
            torch.nn.parallel.distributed.DistributedDataParallel is torch.nn.parallel.DistributedDataParallel
        ),
        lambda found: found is True,
    ),
    fact(
        CUDA + "amp.GradScaler",
        lambda torch: issubclass(torch.cuda.amp.GradScaler, torch.amp.GradScaler),
        lambda found: found is True,
    ),
]

CUDA_QUERIES = [
    fact(
        CUDA + "current_stream",
        lambda torch: (without_cuda(torch, lambda: torch.cuda.current_stream().query()), torch.cuda.device_count()),
        lambda found: found[0] == "refused" if found[1] == 0 else found[0] in (True, False),
    ),
    fact(
        CUDA + "Stream",
        lambda torch: (without_cuda(torch, lambda: torch.cuda.Stream().query()), torch.cuda.device_count()),
        lambda found: found[0] == "refused" if found[1] == 0 else found[0] is True,
    ),
    fact(
        CUDA + "Event",
        lambda torch: (without_cuda(torch, lambda: torch.cuda.Event().query()), torch.cuda.device_count()),
        lambda found: found[0] == "refused" if found[1] == 0 else found[0] is True,
    ),
    fact(
        CUDA + "is_bf16_supported",
        lambda torch: (without_cuda(torch, torch.cuda.is_bf16_supported), torch.cuda.device_count()),
        lambda found: found[0] in ("refused", False) if found[1] == 0 else found[0] in (True, False),
    ),
    fact(
        CUDA + "mem_get_info",
        lambda torch: (without_cuda(torch, torch.cuda.mem_get_info), torch.cuda.device_count()),
        lambda found: found[0] == "refused" if found[1] == 0 else 0 < found[0][0] <= found[0][1],
    ),
    fact(
        CUDA + "get_rng_state",
        lambda torch: (without_cuda(torch, lambda: torch.cuda.get_rng_state().numel()), torch.cuda.device_count()),
        lambda found: found[0] == "refused" if found[1] == 0 else found[0] > 0,
    ),
    fact(
        CUDA + "get_rng_state_all",
        lambda torch: (len(torch.cuda.get_rng_state_all()), torch.cuda.device_count()),
        lambda found: found[0] == found[1],
    ),
    fact(CUDA + "set_rng_state_all", lambda torch: torch.cuda.set_rng_state_all([]), lambda found: found is None),
]
