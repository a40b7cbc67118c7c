"""Arguments of compilation, scripting, tracing and export that no other case passes."""

from functools import partial

from monitor.suite.declare import case
from monitor.suite.limits import ARGUMENT_ONLY
from monitor.suite.torch.ops.data_arguments import pickle_protocol
from monitor.suite.torch.ops.distributed_arguments import message_of

COMPILE, EXPORT, TRACE = "torch.compile", "torch.export.export", "torch.jit.trace"

argument_case = partial(case, limits=ARGUMENT_ONLY)


@argument_case(COMPILE, name="backend-options")
def compile_with_options(torch):
    seen = []

    def backend(graph, inputs, **options):
        seen.append(options)
        return graph.forward

    torch.compiler.reset()
    values = [torch.compile(lambda x: x + 1, backend=backend, mode="own")(torch.ones(2)).tolist()]
    values.append(torch.compile(lambda x: x + 2, backend=backend, options={"level": 3})(torch.ones(2)).tolist())
    values.append(torch.compile(lambda x: x + 3, backend=backend, disable=True)(torch.ones(2)).tolist())
    return values, seen, message_of(lambda: torch.compile(lambda x: x, mode="unknown")) != ""


@compile_with_options.promise
def _(result):
    return result == [[[2, 2], [3, 3], [4, 4]], [{"mode": "own"}, {"options": {"level": 3}}], True]


def counting(torch):
    """Return a backend that runs graphs as they are, and the list of its graphs. Forget compiled code."""
    graphs = []

    def backend(graph, inputs):
        graphs.append(graph)
        return graph.forward

    torch.compiler.reset()
    return backend, graphs


def graphs_of(torch, sizes, **options):
    """Return the results of compiled calls with tensors of some sizes, and the number of graphs."""
    backend, graphs = counting(torch)
    compiled = torch.compile(lambda x: x.sum() + 1, backend=backend, dynamic=False, **options)
    return [float(compiled(torch.ones(size))) for size in sizes], len(graphs)


@argument_case(COMPILE, name="recompile-limit")
def compile_with_limit(torch):
    def refused():
        return graphs_of(torch, (2, 3), recompile_limit=1, fullgraph=True)

    return [graphs_of(torch, (2, 3, 4), recompile_limit=limit) for limit in (1, 2)], message_of(refused) != ""


@compile_with_limit.promise
def _(result):
    return result == [[[[3, 4, 5], count] for count in (1, 2)], True]


@argument_case(COMPILE, name="isolated")
def compile_isolated(torch):
    found = []
    for isolated in (False, True):
        backend, graphs = counting(torch)

        def call(x):
            return x + 1

        for _ in range(2):
            compiled = torch.compile(call, backend=backend, dynamic=False, isolate_recompiles=isolated)
            found.append(compiled(torch.ones(2)).tolist())
        found.append(len(graphs))
    return found


@compile_isolated.promise
def _(found):
    return found == [[2, 2], [2, 2], 1, [2, 2], [2, 2], 2]


@argument_case("torch.compiler.disable", name="options")
def compiler_disable(torch):
    def inner(x):
        return x * 2

    def outer(x):
        return inner(x) + 1

    found = []
    for recursive in (True, False):
        backend, graphs = counting(torch)
        plain = torch.compiler.disable(fn=outer, recursive=recursive, reason="the reason of the case")
        found.append(torch.compile(lambda x, plain=plain: plain(x) - 1, backend=backend)(torch.ones(2)).tolist())
        found.append(len(graphs))
    torch.compiler.reset()
    return found, message_of(lambda: torch.compile(lambda x: plain(x), backend="eager", fullgraph=True)(torch.ones(2)))


@compiler_disable.promise
def _(result):
    return result[0] == [[2, 2], 1, [2, 2], 2] and "the reason of the case" in result[1]


@argument_case(EXPORT, name="keywords")
def export_with_keywords(torch):
    class Scaled(torch.nn.Module):
        def forward(self, x, *, scale):
            return x * scale

    program = torch.export.export(Scaled(), (torch.ones(2),), kwargs={"scale": torch.ones(2)})
    return program.module()(torch.ones(2), scale=torch.full((2,), 5.0)).tolist()


@export_with_keywords.promise
def _(result):
    return result == [5, 5]


@argument_case(EXPORT, name="strict")
def export_strict(torch):
    class Traced(torch.nn.Module):
        def forward(self, x):
            return x * (2 if torch.compiler.is_dynamo_compiling() else 3)

    return [
        torch.export.export(Traced(), (torch.ones(2),), strict=strict).module()(torch.ones(2)).tolist()
        for strict in (False, True)
    ]


@export_strict.promise
def _(results):
    return results == [[3, 3], [2, 2]]


@argument_case(EXPORT, name="signatures")
def export_with_signatures(torch):
    class Part(torch.nn.Module):
        def forward(self, x, *, more):
            return x + more

    class Whole(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.part = Part()

        def forward(self, x):
            return self.part(x, more=x * 3) * 2

    program = torch.export.export(Whole(), (torch.ones(2),), preserve_module_call_signature=("part",))
    restored = torch.export.unflatten(program)
    return restored(torch.ones(2)).tolist(), restored.part(torch.ones(2), more=torch.full((2,), 4.0)).tolist()


@export_with_signatures.promise
def _(result):
    return result == [[8, 8], [5, 5]]


def saved_program(torch, **options):
    """Return the archive of a small exported program."""
    import io

    file = io.BytesIO()
    torch.export.save(torch.export.export(torch.nn.ReLU(), (torch.ones(2),)), file, **options)
    file.seek(0)
    return file


@argument_case("torch.export.save", name="opset-version")
def export_save_with_version(torch):
    import json
    import zipfile

    archive = zipfile.ZipFile(saved_program(torch, opset_version={"own": 3}))
    versions = [json.loads(archive.read(name)) for name in archive.namelist() if name.endswith("models/model.json")]
    return [one["opset_version"].get("own") for one in versions]


@export_save_with_version.promise
def _(versions):
    return versions == [3]


@argument_case("torch.export.save", name="files")
def export_save_with_files(torch):
    import io
    import zipfile

    found = []
    for protocol in (2, 4):
        archive = zipfile.ZipFile(saved_program(torch, pickle_protocol=protocol, extra_files={"note.txt": "kept"}))
        (inputs,) = [archive.read(name) for name in archive.namelist() if name.endswith("sample_inputs/model.pt")]
        protocol_of_inputs = pickle_protocol(zipfile.ZipFile(io.BytesIO(inputs)))
        found += [protocol_of_inputs, *(archive.read(name) for name in archive.namelist() if name.endswith("note.txt"))]
    return found


@export_save_with_files.promise
def _(found):
    return found == [2, b"kept", 4, b"kept"]


@argument_case("torch.export.load", name="extra-files")
def export_load(torch):
    files = {"note.txt": ""}
    torch.export.load(saved_program(torch, extra_files={"note.txt": "kept"}), extra_files=files)
    return files


@export_load.promise
def _(files):
    return files == {"note.txt": "kept"}


def traced_with_warnings(torch, **options):
    """Trace a call with a random number, and return how many warnings say that two calls differ."""
    import warnings

    def call(x):
        return x + torch.rand(2) / 1000

    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        torch.jit.trace(call, torch.ones(2), **options)
    return sum("does not match" in str(one.message) for one in seen)


@argument_case(TRACE, name="checks")
def trace_checks(torch):
    def branched(x):
        return x + 1 if bool(x.sum() > 0) else x - 1

    same = torch.jit.trace(branched, torch.ones(2), check_inputs=[(torch.ones(2),)])
    other = message_of(lambda: torch.jit.trace(branched, torch.ones(2), check_inputs=[(-torch.ones(2),)]))
    counts = [traced_with_warnings(torch) > 0, traced_with_warnings(torch, check_tolerance=1.0)]
    return same(torch.ones(2)).tolist(), "differed" in other, counts


@trace_checks.promise
def _(result):
    return result == [[2, 2], True, [True, 0]]


@argument_case(TRACE, name="containers")
def trace_of_containers(torch):
    def call(x):
        return {"a": x * 2}

    refused = message_of(lambda: torch.jit.trace(call, torch.ones(2), check_trace=False))
    loose = torch.jit.trace(call, torch.ones(2), strict=False, check_trace=False)
    named = torch.jit.trace(
        lambda x, y: x * 2 + y, example_kwarg_inputs={"y": torch.ones(2), "x": torch.zeros(2)}, check_trace=False
    )
    values = named(x=torch.ones(2), y=torch.full((2,), 5.0))
    return refused != "", loose(torch.ones(3))["a"].tolist(), values.tolist()


@trace_of_containers.promise
def _(result):
    return result == [True, [2, 2, 2], [7, 7]]


@argument_case("torch.jit.load", name="meta")
def jit_load_to_meta(torch):
    import io

    file = io.BytesIO()
    torch.jit.save(torch.jit.trace(torch.nn.Linear(3, 2), torch.ones(1, 3)), file)
    file.seek(0)
    return torch.jit.load(file, map_location="meta").weight.device.type


@jit_load_to_meta.promise
def _(device):
    return device == "meta"


@argument_case("torch.jit.ignore", name="dropped")
def jit_ignore_dropped(torch):
    import io

    class Model(torch.nn.Module):
        @torch.jit.ignore(drop=True)
        def outside(self, x: torch.Tensor) -> torch.Tensor:
            return x * 5

        def forward(self, x: torch.Tensor, inside: bool) -> torch.Tensor:
            if inside:
                return x
            return self.outside(x)

    file = io.BytesIO()
    torch.jit.save(torch.jit.script(Model()), file)  # a call that is ignored and not dropped cannot be saved
    file.seek(0)
    loaded = torch.jit.load(file)
    return loaded(torch.ones(2), True).tolist(), message_of(lambda: loaded(torch.ones(2), False)) != ""


@jit_ignore_dropped.promise
def _(result):
    return result == [[1, 1], True]


@argument_case("torch.library.custom_op", name="options")
def custom_op_with_options(torch):
    negated = torch.library.custom_op(
        "examples::negated",
        lambda x: -x,
        mutates_args=(),
        schema="(Tensor number) -> Tensor",
        tags=torch.Tag.pointwise,
    )
    elsewhere = torch.library.custom_op(
        "examples::elsewhere", lambda x: -x, mutates_args=(), schema="(Tensor x) -> Tensor", device_types="hpu"
    )
    operator = torch.ops.examples.negated
    refused = message_of(lambda: elsewhere(torch.ones(2)))
    return (
        negated(torch.ones(2)).tolist(),
        operator(number=torch.ones(1)).tolist(),
        (torch.Tag.pointwise in operator.default.tags),
        "elsewhere" in refused,
    )


@custom_op_with_options.promise
def _(result):
    return result == [[-1, -1], [-1], True, True]
