"""Compilation, scripting, tracing and export of programs."""

from monitor.suite.declare import FLOATING, case, tensor
from monitor.suite.limits import COMPILES, FIXED_RANK

SCRIPT, TRACE, EXPORT = "torch.jit.script", "torch.jit.trace", "torch.export.export"
SOME = ("float32", "float64")


def branched(x):
    """Return the sum of three terms, with a branch and a loop, in the language of TorchScript."""
    result = x * 0
    for step in range(3):
        if step % 2 == 0:
            result = result + x
            continue
        result = result - 2 * x
    return result


@case("torch.compile", name="guards")
def compile_guards(torch):
    graphs = []
    torch.compiler.reset()

    def backend(graph, inputs):
        graphs.append(len(inputs))
        return graph.forward

    compiled = torch.compile(lambda x, flag: x + 1 if flag else x - 1, backend=backend, dynamic=False)
    values = [compiled(torch.ones(size), flag).tolist() for size, flag in ((2, True), (2, True), (3, True), (2, False))]
    return values, len(graphs)


@compile_guards.promise
def _(result):
    return result == [[[2.0] * 2, [2.0] * 2, [2.0] * 3, [0.0] * 2], 3]


@case("torch.compile", name="break")
def compile_with_break(torch):
    def call(x):
        y = x + 1
        return y * 2 if float(y.sum()) > 0 else y * 3

    values = [torch.compile(call, backend="eager")(x).tolist() for x in (torch.ones(2), -3 * torch.ones(2))]
    torch.compiler.reset()
    try:
        torch.compile(call, backend="eager", fullgraph=True)(torch.ones(2))
    except torch._dynamo.exc.TorchDynamoException:
        return values, "refused"


@compile_with_break.promise
def _(result):
    return result == [[[4.0, 4.0], [-6.0, -6.0]], "refused"]


@case("torch.compile", name="module")
def compile_module(torch):
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU())
    compiled = torch.compile(model, backend="eager")
    x = torch.ones(4, 3)
    model.eval()
    return bool((compiled(x) == model(x)).all()), sorted(compiled.state_dict()), compiled.training


@compile_module.promise
def _(result):
    return result == [True, ["_orig_mod.0.bias", "_orig_mod.0.weight"], False]


@case(SCRIPT, dtypes=FLOATING, condition=4, limits=COMPILES)
def script(torch, x=tensor(2, 3)):
    return torch.jit.script(branched)(x)


@script.reference
def _(np, x):
    return x - 2 * x + x


@case(SCRIPT, name="module", dtypes=SOME, limits=COMPILES | FIXED_RANK)
def script_module(torch, x=tensor(4, 3)):
    class Scaled(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = 3

        def forward(self, x):
            return x * self.scale

    scripted = torch.jit.script(torch.nn.Sequential(torch.nn.ReLU(), torch.nn.Flatten(0)))
    return scripted(x), torch.jit.trace(Scaled(), x)(x)


@script_module.reference
def _(np, x):
    return [np.maximum(x, 0).reshape(-1), 3 * x]


@case(SCRIPT, name="refused")
def script_refuses(torch):
    def untyped(x):
        return unknown(x)  # noqa: F821

    try:
        torch.jit.script(untyped)
    except (RuntimeError, torch.jit.frontend.NotSupportedError):
        return "refused"


@script_refuses.promise
def _(result):
    return result == "refused"


@case(TRACE, dtypes=FLOATING, condition=2, limits=COMPILES)
def trace(torch, x=tensor(2, 3), y=tensor(3)):
    return torch.jit.trace(lambda x, y: (x * y, torch.relu(x) + y), (x, y), check_trace=False)(x, y)


@trace.reference
def _(np, x, y):
    return [x * y, np.maximum(x, 0) + y]


@case(TRACE, name="branch")
def trace_branch(torch):
    def call(x):
        return x + 1 if bool(x.sum() > 0) else x - 1

    traced = torch.jit.trace(call, torch.ones(2), check_trace=False)
    return traced(-torch.ones(2)).tolist()  # a trace keeps the branch of its example


@trace_branch.promise
def _(result):
    return result == [0.0, 0.0]


@case("torch.jit.annotate")
def annotate(torch):
    return torch.jit.annotate(list[int], [1, 2]), torch.jit.annotate(float, 3)


@annotate.promise
def _(result):
    return result == [[1, 2], 3]


@case("torch.jit.ignore")
def ignore(torch):
    @torch.jit.ignore
    def outside(x):
        return x

    @torch.jit.ignore(drop=False)
    def kept(x):
        return -x

    return outside(3), kept(-2)


@ignore.promise
def _(result):
    return result == [3, 2]


@case("torch.jit.isinstance")
def jit_isinstance(torch):
    test = torch.jit.isinstance
    return (
        test([1, 2], list[int]),
        test([1.5], list[int]),
        test({"a": 1}, dict[str, int]),
        test(torch.ones(1), torch.Tensor),
    )


@jit_isinstance.promise
def _(result):
    return result == [True, False, True, True]


@case("torch.jit.save", dtypes=SOME, limits=COMPILES)
def jit_save(torch, x=tensor(2, 3)):
    import io

    file = io.BytesIO()
    torch.jit.save(torch.jit.trace(lambda x: x * 3, x), file)
    file.seek(0)
    return torch.jit.load(file, map_location=x.device)(x)


@jit_save.reference
def _(np, x):
    return 3 * x


@case("torch.jit.load")
def jit_load(torch):
    import io

    file = io.BytesIO()
    model = torch.jit.trace(torch.nn.Linear(3, 2), torch.ones(1, 3))
    extra = {"note": "kept"}
    torch.jit.save(model, file, _extra_files=extra)
    file.seek(0)
    found = {"note": ""}
    loaded = torch.jit.load(file, _extra_files=found)
    try:
        torch.jit.load(io.BytesIO(b"text"))
    except RuntimeError:
        refused = True
    return sorted(loaded.state_dict()), bool((loaded.weight == model.weight).all()), found["note"], refused


@jit_load.promise
def _(result):
    return result == [["bias", "weight"], True, b"kept", True]


@case(EXPORT, dtypes=SOME, condition=2, limits=COMPILES)
def export(torch, x=tensor(2, 3), y=tensor(3)):
    class Model(torch.nn.Module):
        def forward(self, x, y):
            return torch.relu(x) * y, x + y

    return torch.export.export(Model(), (x, y)).module()(x, y)


@export.reference
def _(np, x, y):
    return [np.maximum(x, 0) * y, x + y]


@case(EXPORT, name="dynamic")
def export_dynamic(torch):
    class Model(torch.nn.Module):
        def forward(self, x):
            return x.reshape(x.shape[0] * 3).sum()

    batch = torch.export.Dim("batch", min=2, max=64)
    model = torch.export.export(Model(), (torch.ones(4, 3),), dynamic_shapes={"x": {0: batch}}).module()
    fixed = torch.export.export(Model(), (torch.ones(4, 3),)).module()
    try:
        fixed(torch.ones(7, 3))
    except (AssertionError, RuntimeError):
        refused = True
    return [float(model(torch.ones(n, 3))) for n in (4, 7, 64)], refused


@export_dynamic.promise
def _(result):
    return result == [[12.0, 21.0, 192.0], True]


@case("torch.export.Dim")
def export_dim(torch):
    batch = torch.export.Dim("batch", min=2, max=64)
    return batch.__name__, batch.min, batch.max, [str(one) for one in torch.export.dims("a", "b")] != []


@export_dim.promise
def _(result):
    return result == ["batch", 2, 64, True]


@case("torch.export.save", dtypes=SOME, limits=COMPILES)
def export_save(torch, x=tensor(2, 3)):
    import io

    file = io.BytesIO()
    torch.export.save(torch.export.export(torch.nn.ReLU(), (x,)), file)
    file.seek(0)
    return torch.export.load(file).module()(x)


@export_save.reference
def _(np, x):
    return np.maximum(x, 0)


@case("torch.export.load")
def export_load(torch):
    import io

    file = io.BytesIO()
    torch.manual_seed(1)
    model = torch.nn.Linear(3, 2)
    torch.export.save(torch.export.export(model, (torch.ones(1, 3),)), file)
    file.seek(0)
    program = torch.export.load(file)
    return sorted(program.state_dict), bool((program.module()(torch.ones(1, 3)) == model(torch.ones(1, 3))).all())


@export_load.promise
def _(result):
    return result == [["bias", "weight"], True]


@case("torch.library.custom_op")
def custom_op(torch):
    @torch.library.custom_op("examples::twice", mutates_args=())
    def twice(x: torch.Tensor, times: int = 1) -> torch.Tensor:
        return x * 2 * times

    twice.register_fake(lambda x, times=1: torch.empty_like(x))
    twice.register_autograd(lambda context, gradient: (gradient * 2, None))
    x = torch.ones(2, requires_grad=True)
    result = twice(x)
    result.sum().backward()
    compiled = torch.compile(lambda x: twice(x) + 1, backend="eager", fullgraph=True)
    called = torch.ops.examples.twice(x, times=3)
    return result.tolist(), x.grad.tolist(), called.tolist(), compiled(torch.ones(2)).tolist()


@custom_op.promise
def _(result):
    return result == [[2.0, 2.0], [2.0, 2.0], [6.0, 6.0], [3.0, 3.0]]
