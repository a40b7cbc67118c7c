"""Settings of a process: threads, determinism, precision and printing."""

from monitor.suite.declare import DEVICE, case


@case("torch.get_num_threads")
def get_num_threads(torch):
    return torch.get_num_threads()


@get_num_threads.promise
def _(count):
    return isinstance(count, int) and count >= 1


@case("torch.set_num_threads")
def set_num_threads(torch):
    before, seen = torch.get_num_threads(), []
    try:
        for count in (2, 1):
            torch.set_num_threads(count)
            seen.append((torch.get_num_threads(), float(torch.ones(200_000).sum())))
        torch.set_num_threads(0)
    except RuntimeError:
        return seen, "refused"
    finally:
        torch.set_num_threads(before)


@set_num_threads.promise
def _(result):
    return result == [[[2, 200_000.0], [1, 200_000.0]], "refused"]


@case("torch.set_float32_matmul_precision")
def set_float32_matmul_precision(torch):
    before, seen = torch.get_float32_matmul_precision(), []
    try:
        for name in ("high", "medium", "highest"):
            torch.set_float32_matmul_precision(name)
            seen.append(torch.get_float32_matmul_precision())
    finally:
        torch.set_float32_matmul_precision(before)
    return seen


@set_float32_matmul_precision.promise
def _(seen):
    return seen == ["high", "medium", "highest"]


@case("torch.get_float32_matmul_precision")
def get_float32_matmul_precision(torch):
    return torch.get_float32_matmul_precision()


@get_float32_matmul_precision.promise
def _(name):
    return name == "highest"  # the documented default


@case("torch.use_deterministic_algorithms")
def use_deterministic_algorithms(torch):
    seen = []
    try:
        for flag, options in ((True, {}), (True, {"warn_only": True}), (False, {})):
            torch.use_deterministic_algorithms(flag, **options)
            seen.append(
                (
                    torch.are_deterministic_algorithms_enabled(),
                    torch.is_deterministic_algorithms_warn_only_enabled(),
                    torch.get_deterministic_debug_mode(),
                )
            )
    finally:
        torch.use_deterministic_algorithms(False)
    return seen


@use_deterministic_algorithms.promise
def _(seen):
    return seen == [[True, False, 2], [True, True, 1], [False, False, 0]]


@case("torch.are_deterministic_algorithms_enabled")
def are_deterministic_algorithms_enabled(torch):
    return torch.are_deterministic_algorithms_enabled()


@are_deterministic_algorithms_enabled.promise
def _(enabled):
    return enabled is False


@case("torch.is_deterministic_algorithms_warn_only_enabled")
def is_deterministic_algorithms_warn_only_enabled(torch):
    return torch.is_deterministic_algorithms_warn_only_enabled()


@is_deterministic_algorithms_warn_only_enabled.promise
def _(enabled):
    return enabled is False


@case("torch.set_printoptions")
def set_printoptions(torch):
    x = torch.tensor([1 / 3, 1e-6, 1e6])
    try:
        torch.set_printoptions(precision=2, sci_mode=False)
        short = str(x[:1])
        torch.set_printoptions(threshold=4, edgeitems=1)
        cut = " ".join(str(torch.arange(10)).split())
    finally:
        torch.set_printoptions(profile="default")
    return short, cut, str(torch.tensor([1 / 3]))


@set_printoptions.promise
def _(texts):
    return texts == ["tensor([0.33])", "tensor([0, ..., 9])", "tensor([0.3333])"]


@case("torch.jit.is_scripting")
def is_scripting(torch):
    def call(x):
        return x + 1 if torch.jit.is_scripting() else x

    return torch.jit.is_scripting(), call(torch.ones(1)).tolist(), torch.jit.is_scripting() is False


@is_scripting.promise
def _(result):
    return result == [False, [1.0], True]


@case("torch.jit.is_tracing")
def is_tracing(torch):
    seen = []

    def call(x):
        seen.append(torch.jit.is_tracing())
        return x + 1

    call(torch.ones(1))
    torch.jit.trace(call, torch.ones(1), check_trace=False)
    return seen, torch.jit.is_tracing()


@is_tracing.promise
def _(result):
    return result == [[False, True], False]


@case("torch.compiler.is_compiling")
def is_compiling(torch):
    def call(x):
        return x + 1 if torch.compiler.is_compiling() else x

    compiled = torch.compile(call, backend="eager", fullgraph=True)
    return torch.compiler.is_compiling(), call(torch.ones(1)).tolist(), compiled(torch.ones(1)).tolist()


@is_compiling.promise
def _(result):
    return result == [False, [1.0], [2.0]]


@case("torch.compiler.is_exporting")
def is_exporting(torch):
    class Tested(torch.nn.Module):
        def forward(self, x):
            return x + 1 if torch.compiler.is_exporting() else x

    exported = torch.export.export(Tested(), (torch.ones(1),)).module()
    return torch.compiler.is_exporting(), Tested()(torch.ones(1)).tolist(), exported(torch.ones(1)).tolist()


@is_exporting.promise
def _(result):
    return result == [False, [1.0], [2.0]]


@case("torch.compiler.cudagraph_mark_step_begin")
def cudagraph_mark_step_begin(torch):
    return torch.compiler.cudagraph_mark_step_begin(), torch.compiler.cudagraph_mark_step_begin()


@cudagraph_mark_step_begin.promise
def _(result):
    return result == [None, None]


@case("torch.compiler.disable")
def compiler_disable(torch):
    seen = []

    @torch.compiler.disable
    def inner(x):
        seen.append(torch.compiler.is_compiling())
        return x * 2

    result = torch.compile(lambda x: inner(x + 1) + 1, backend="eager")(torch.ones(2))
    return result.tolist(), seen


@compiler_disable.promise
def _(result):
    return result == [[5.0, 5.0], [False]]


@case("torch.compiler.reset")
def compiler_reset(torch):
    graphs = []

    def backend(graph, inputs):
        graphs.append(len(inputs))
        return graph.forward

    compiled = torch.compile(lambda x: x + 1, backend=backend)
    compiled(torch.ones(2)), compiled(torch.ones(2))
    before = len(graphs)
    torch.compiler.reset()
    compiled(torch.ones(2))
    return before, len(graphs)


@compiler_reset.promise
def _(counts):
    return counts == [1, 2]


@case("torch.onnx.is_in_onnx_export")
def is_in_onnx_export(torch):
    return torch.onnx.is_in_onnx_export()


@is_in_onnx_export.promise
def _(exporting):
    return exporting is False


@case("torch.autograd.profiler.record_function")
def record_function(torch, device=DEVICE):
    with torch.autograd.profiler.profile() as seen, torch.autograd.profiler.record_function("named block"):
        torch.ones(3, device=device) + 1
    names = [event.key for event in seen.key_averages()]
    return "named block" in names, "aten::add" in names


@record_function.promise
def _(found):
    return found == [True, True]


@case("torch.profiler.profile")
def profile(torch, device=DEVICE):
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], record_shapes=True) as seen:
        torch.ones(3, 4, device=device) @ torch.ones(4, 5, device=device)
    found = [
        event for event in seen.key_averages(group_by_input_shape=True) if event.key in ("aten::mm", "aten::matmul")
    ]
    return [(event.count, event.input_shapes[:2]) for event in found if event.key == "aten::mm"], len(seen.events()) > 0


@profile.promise
def _(result):
    return result == [[[1, [[3, 4], [4, 5]]]], True]


@case("torch.profiler.schedule")
def profiler_schedule(torch):
    plan = torch.profiler.schedule(wait=1, warmup=1, active=2, repeat=1)
    return [plan(step).name for step in range(6)]


@profiler_schedule.promise
def _(names):
    return names == ["NONE", "WARMUP", "RECORD", "RECORD_AND_SAVE", "NONE", "NONE"]
