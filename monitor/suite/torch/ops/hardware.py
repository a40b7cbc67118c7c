"""Queries of devices and settings, with promises that hold on every machine."""

from monitor.suite.declare import DEVICE, case


def where_available(module, call):
    """Return the result of a call, or "refused" where a call without the device raises an error."""
    if module.is_available():
        return call()
    try:
        return call()
    except (AssertionError, RuntimeError):
        return "refused"


@case("torch.cuda.is_available")
def cuda_is_available(torch, device=DEVICE):
    return torch.cuda.is_available(), torch.cuda.device_count(), device.type


@cuda_is_available.promise
def _(result):
    available, count, kind = result
    return available is (count > 0) and (available or kind != "cuda")


@case("torch.cuda.device_count")
def cuda_device_count(torch):
    return torch.cuda.device_count(), torch.backends.cuda.is_built(), torch.cuda.is_available()


@cuda_device_count.promise
def _(result):
    count, built, available = result
    return isinstance(count, int) and count >= 0 and (count > 0) is available and (built or count == 0)


@case("torch.cuda.empty_cache")
def cuda_empty_cache(torch):
    return torch.cuda.empty_cache()  # documented: without effect where CUDA is not in use


@cuda_empty_cache.promise
def _(result):
    return result is None


@case("torch.cuda.set_device")
def cuda_set_device(torch):
    return torch.cuda.set_device(-1)  # documented: without effect for a negative number


@cuda_set_device.promise
def _(result):
    return result is None


@case("torch.cuda.device")
def cuda_device(torch):
    with torch.cuda.device(-1):  # documented: without effect for a negative number
        return torch.cuda.device_count()


@cuda_device.promise
def _(count):
    return count >= 0


@case("torch.cuda.stream")
def cuda_stream(torch):
    with torch.cuda.stream(None):  # documented: without effect for None
        return torch.cuda.device_count()


@cuda_stream.promise
def _(count):
    return count >= 0


@case("torch.cuda.is_initialized")
def cuda_is_initialized(torch, device=DEVICE):
    return torch.cuda.is_initialized(), device.type == "cuda"


@cuda_is_initialized.promise
def _(result):
    return result[0] is True if result[1] else isinstance(result[0], bool)


@case("torch.cuda.manual_seed_all")
def cuda_manual_seed_all(torch):
    drawn = []
    for seed in (3, 3, 4):
        torch.cuda.manual_seed_all(seed)  # documented: ignored where CUDA is not available
        drawn.append(torch.rand(3, device="cuda").tolist() if torch.cuda.is_available() else [seed])
    return drawn[0] == drawn[1], drawn[0] == drawn[2]


@cuda_manual_seed_all.promise
def _(equal):
    return equal == [True, False]


@case("torch.cuda.current_device")
def cuda_current_device(torch):
    return where_available(torch.cuda, torch.cuda.current_device), torch.cuda.device_count()


@cuda_current_device.promise
def _(result):
    current, count = result
    return current == "refused" if count == 0 else 0 <= current < count


@case("torch.cuda.get_device_name")
def cuda_get_device_name(torch):
    return where_available(torch.cuda, torch.cuda.get_device_name), torch.cuda.device_count()


@cuda_get_device_name.promise
def _(result):
    name, count = result
    return (name == "refused") is (count == 0) and len(name) > 0


@case("torch.cuda.get_device_capability")
def cuda_get_device_capability(torch):
    return where_available(torch.cuda, torch.cuda.get_device_capability), torch.cuda.device_count()


@cuda_get_device_capability.promise
def _(result):
    capability, count = result
    return capability == "refused" if count == 0 else capability[0] >= 3 and capability[1] >= 0


@case("torch.cuda.get_device_properties")
def cuda_get_device_properties(torch):
    found = where_available(torch.cuda, lambda: torch.cuda.get_device_properties(0))
    return found if found == "refused" else [found.total_memory, found.multi_processor_count], torch.cuda.device_count()


@cuda_get_device_properties.promise
def _(result):
    found, count = result
    return found == "refused" if count == 0 else min(found) > 0


@case("torch.cuda.memory_allocated")
def cuda_memory_allocated(torch):
    before = torch.cuda.memory_allocated()
    kept = torch.empty(2**20, device="cuda") if torch.cuda.is_available() else None
    return torch.cuda.memory_allocated() - before, kept is None


@cuda_memory_allocated.promise
def _(result):
    return result == [0, True] if result[1] else result[0] >= 2**22


@case("torch.cuda.max_memory_allocated")
def cuda_max_memory_allocated(torch):
    return torch.cuda.max_memory_allocated() >= torch.cuda.memory_allocated() >= 0


@cuda_max_memory_allocated.promise
def _(ordered):
    return ordered is True


@case("torch.cuda.memory_reserved")
def cuda_memory_reserved(torch):
    return torch.cuda.memory_reserved() >= torch.cuda.memory_allocated() >= 0


@cuda_memory_reserved.promise
def _(ordered):
    return ordered is True


@case("torch.cuda.max_memory_reserved")
def cuda_max_memory_reserved(torch):
    return torch.cuda.max_memory_reserved() >= torch.cuda.memory_reserved() >= 0


@cuda_max_memory_reserved.promise
def _(ordered):
    return ordered is True


@case("torch.cuda.is_current_stream_capturing")
def cuda_is_current_stream_capturing(torch):
    return torch.cuda.is_current_stream_capturing()


@cuda_is_current_stream_capturing.promise
def _(capturing):
    return capturing is False


@case("torch.backends.mps.is_available")
def mps_is_available(torch, device=DEVICE):
    return torch.backends.mps.is_available(), torch.backends.mps.is_built(), device.type


@mps_is_available.promise
def _(result):
    import platform

    available, built, kind = result
    on_apple = platform.system() == "Darwin"
    return (built or not available) and (on_apple or not available) and (available or kind != "mps")


@case("torch.backends.mps.is_built")
def mps_is_built(torch):
    return torch.backends.mps.is_built()


@mps_is_built.promise
def _(built):
    import platform

    return built is False or platform.system() == "Darwin"


@case("torch.mps.is_available")
def mps_module_is_available(torch):
    return torch.mps.is_available() is torch.backends.mps.is_available()


@mps_module_is_available.promise
def _(equal):
    return equal is True


@case("torch.xpu.is_available")
def xpu_is_available(torch):
    return torch.xpu.is_available(), torch.xpu.device_count()


@xpu_is_available.promise
def _(result):
    return result[0] is (result[1] > 0)


@case("torch.xpu.device_count")
def xpu_device_count(torch):
    return torch.xpu.device_count(), torch.xpu.is_available()


@xpu_device_count.promise
def _(result):
    return result[0] >= 0 and (result[0] > 0) is result[1]


@case("torch.xpu.empty_cache")
def xpu_empty_cache(torch):
    return torch.xpu.empty_cache()  # documented: without effect where XPU is not in use


@xpu_empty_cache.promise
def _(result):
    return result is None


@case("torch.accelerator.is_available")
def accelerator_is_available(torch, device=DEVICE):
    return torch.accelerator.is_available(), torch.accelerator.device_count(), device.type


@accelerator_is_available.promise
def _(result):
    available, count, kind = result
    return available is (count > 0) and (available or kind in ("cpu", "xla"))


@case("torch.accelerator.current_accelerator")
def current_accelerator(torch):
    found = torch.accelerator.current_accelerator(check_available=True)
    return None if found is None else found.type, torch.accelerator.is_available()


@current_accelerator.promise
def _(result):
    return (result[0] is not None) is result[1]


@case("torch.get_device_module")
def get_device_module(torch, device=DEVICE):
    names = torch.get_device_module(device).__name__, torch.get_device_module("cpu").__name__
    try:
        torch.get_device_module("nowhere")
    except RuntimeError:
        return names, device.type


@get_device_module.promise
def _(result):
    (own, cpu), kind = result
    return own.endswith(kind) and cpu == "torch.cpu"


@case("torch.backends.mkldnn.is_available")
def mkldnn_is_available(torch):
    return torch.backends.mkldnn.is_available(), bool(torch._C._has_mkldnn)


@mkldnn_is_available.promise
def _(result):
    return result[0] is result[1]


@case("torch.backends.cudnn.flags")
def cudnn_flags(torch):
    before = torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark
    with torch.backends.cudnn.flags(enabled=True, benchmark=not before[1], deterministic=not before[0]):
        inside = torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark
    return before == (torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark), inside != before


@cudnn_flags.promise
def _(result):
    return result == [True, True]
