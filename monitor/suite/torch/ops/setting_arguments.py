"""Arguments of mixed precision, profilers, settings and assertions that no other case passes."""

from functools import partial

from monitor.suite.declare import DEVICE, case, fact
from monitor.suite.limits import ARGUMENT_ONLY
from monitor.suite.torch.ops.distributed_arguments import message_of

PROFILE = "torch.profiler.profile"

argument_case = partial(case, limits=ARGUMENT_ONLY)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def scaled(torch, device, factors, **options):
    """Return the scale after a step for each factor of the loss, and the weights."""
    weight = torch.ones(2, device=device, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.5)
    scaler = torch.amp.GradScaler(device.type, **options)
    scales = []
    for factor in factors:
        optimizer.zero_grad()
        scaler.scale((weight * factor).sum()).backward()
        scaler.step(optimizer)
        scaler.update()
        scales.append(scaler.get_scale())
    return scales, weight.tolist()


PRECISION = [
    argument_fact(
        "torch.amp.GradScaler",
        lambda torch, device=DEVICE: [
            scaled(
                torch,
                device,
                (1.0, float("inf"), 1.0),
                init_scale=8.0,
                growth_interval=1,
                growth_factor=4.0,
                backoff_factor=0.25,
            ),
            scaled(torch, device, (1.0, 1.0), init_scale=8.0, enabled=False),
        ],
        lambda found: found == [[[32, 8, 32], [0, 0]], [[1, 1], [0, 0]]],
        name="factors",
    ),
    argument_fact(
        "torch.autocast",
        lambda torch, device=DEVICE: [_cached(torch, device, cached) for cached in (True, False)],
        lambda found: found == [True, False],
        name="cache",
    ),
]


def _cached(torch, device, cached):
    """Return whether two products under autocast share the conversion of a weight."""
    weight = torch.ones(2, 2, device=device, requires_grad=True)
    x = torch.ones(2, 2, device=device)
    with torch.autocast(device.type, dtype=torch.bfloat16, cache_enabled=cached):
        sources = [(x @ weight).grad_fn.next_functions[1][0] for _ in range(2)]
    return sources[0] is sources[1]


def recorded(torch, **options):
    """Return a profile of a matrix product in float32 on the host."""
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], **options) as seen:
        torch.ones(3, 4) @ torch.ones(4, 5)
    return seen


@argument_case(PROFILE, name="records")
def profile_records(torch):
    plain = recorded(torch).key_averages()
    counted = recorded(torch, with_flops=True, profile_memory=True).key_averages()
    return [
        [(event.flops, event.cpu_memory_usage) for event in one if event.key == "aten::mm"] for one in (plain, counted)
    ]


@profile_records.promise
def _(found):
    return found == [[[0, 0]], [[2 * 3 * 4 * 5, 3 * 5 * 4]]]


@argument_case(PROFILE, name="stack")
def profile_stack(torch):
    import pathlib
    import tempfile

    found = []
    for seen in (recorded(torch), recorded(torch, with_stack=True)):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "trace.json"
            seen.export_chrome_trace(str(path))
            found.append(": recorded" in path.read_text())
    return found


@profile_stack.promise
def _(found):
    return found == [False, True]


@argument_case(PROFILE, name="cut-short")
def profile_cut_short(torch):
    return [len(recorded(torch, post_processing_timeout_s=limit).events()) > 0 for limit in (60.0, 0.0)]


@profile_cut_short.promise
def _(found):
    return found == [True, False]


@argument_case(PROFILE, name="schedule")
def profile_schedule(torch):
    found = []

    def ready(seen):
        found.append((seen.step_num, sum(event.key == "aten::mm" for event in seen.events())))

    with torch.profiler.profile(
        activities=[torch.profiler.ProfilerActivity.CPU],
        schedule=torch.profiler.schedule(wait=1, warmup=1, active=1, repeat=2),
        on_trace_ready=ready,
        acc_events=True,
        custom_trace_id_callback=lambda: "abc123",
    ) as seen:
        for _ in range(6):
            torch.ones(3, 4) @ torch.ones(4, 5)
            seen.step()
    return found, seen.get_trace_id(), sum(event.key == "aten::mm" for event in seen.events())


@profile_schedule.promise
def _(result):
    return result == [[[3, 1], [6, 2]], "abc123", 2]


@argument_case(PROFILE, name="observer")
def profile_with_observer(torch):
    import json
    import pathlib
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "execution.json"
        observer = torch.profiler.ExecutionTraceObserver().register_callback(str(path))
        recorded(torch, execution_trace_observer=observer)
        observer.unregister_callback()
        return "aten::mm" in [node["name"] for node in json.loads(path.read_text())["nodes"]]


@profile_with_observer.promise
def _(found):
    return found is True


SETTINGS = [
    argument_fact(
        "torch.profiler.schedule",
        lambda torch: [
            [
                torch.profiler.schedule(wait=2, warmup=1, active=1, skip_first=1, skip_first_wait=skip)(step).name
                for step in range(8)
            ]
            for skip in (0, 1)
        ],
        lambda names: [[one[0] for one in each] for each in names] == [[*"NNNWRNNW"], [*"NWRNNWRN"]],
        name="skipped",
    ),
    argument_fact(
        "torch.random.fork_rng",
        lambda torch: _forked(torch),
        lambda found: found[0] and found[1] != "",
        name="device-type",
    ),
    argument_fact(
        "torch.use_deterministic_algorithms",
        lambda torch: _warns_only(torch),
        lambda found: found == [[False, 2], [True, 1]],
        name="warnings",
    ),
    argument_fact(
        "torch.set_printoptions",
        lambda torch: _printed(torch),
        lambda lines: lines == [1, 3],
        name="width",
    ),
]


def _forked(torch):
    """Return whether the numbers after a fork are those without it, and the error of an unknown kind of device."""
    torch.manual_seed(1)
    with torch.random.fork_rng(devices=[], device_type="cpu"):
        torch.rand(5)
    after = torch.rand(3)
    torch.manual_seed(1)

    def unknown():
        with torch.random.fork_rng(devices=[], device_type="unknown"):
            pass

    return torch.equal(after, torch.rand(3)), message_of(unknown)


def _warns_only(torch):
    """Return whether deterministic algorithms only warn, and the mode, for both values of the argument."""
    found = []
    try:
        for warns in (False, True):
            torch.use_deterministic_algorithms(True, warn_only=warns)
            found.append((torch.is_deterministic_algorithms_warn_only_enabled(), torch.get_deterministic_debug_mode()))
    finally:
        torch.use_deterministic_algorithms(False)
    return found


def _printed(torch):
    """Return the number of lines of a printed vector, in a wide and in a narrow line."""
    found = []
    try:
        for width in (200, 20):
            torch.set_printoptions(linewidth=width)
            found.append(len(str(torch.arange(10)).splitlines()))
    finally:
        torch.set_printoptions(profile="default")
    return found


@argument_case("torch.testing.assert_close", name="options")
def assert_close(torch):
    x, weight = torch.tensor([1.0, 2.0]), torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    nan, wide = torch.tensor(float("nan")), torch.ones(2, 2)
    accepted = [
        message_of(lambda: torch.testing.assert_close(x, x + 0.1, rtol=0, atol=0.2)),
        message_of(lambda: torch.testing.assert_close(x, x * 1.1, rtol=0.2, atol=0)),
        message_of(lambda: torch.testing.assert_close(nan, nan, equal_nan=True)),
        message_of(lambda: torch.testing.assert_close(x, x.double(), check_dtype=False)),
        message_of(lambda: torch.testing.assert_close(x, x.to_sparse(), check_layout=False)),
        message_of(lambda: torch.testing.assert_close(weight, x)),
    ]
    refused = [
        message_of(lambda: torch.testing.assert_close(x, x + 0.1, rtol=0, atol=0.05)),
        message_of(lambda: torch.testing.assert_close(x, x * 1.1, rtol=0.05, atol=0)),
        message_of(lambda: torch.testing.assert_close(weight, x, allow_subclasses=False)),
        message_of(lambda: torch.testing.assert_close(wide, wide.T, check_stride=True)),
        message_of(lambda: torch.testing.assert_close(x, x + 1, msg="own message")),
        message_of(lambda: torch.testing.assert_close(x, x + 1, msg=lambda text: f"more: {text}")),
    ]
    elsewhere = [
        message_of(lambda: torch.testing.assert_close(x, x.to("meta"))),
        message_of(lambda: torch.testing.assert_close(x, x.to("meta"), check_device=False)),
    ]
    return accepted, refused, ["device" in message for message in elsewhere]


@assert_close.promise
def _(result):
    accepted, refused, devices = result
    own, more = refused[-2:]
    return (
        accepted == [""] * 6
        and all(refused)
        and own == "own message"
        and more.startswith("more: ")
        and (devices == [True, False])
    )


@argument_case("torch.backends.cudnn.flags", name="more")
def cudnn_flags(torch):
    def settings():
        cudnn = torch.backends.cudnn
        return cudnn.allow_tf32, cudnn.fp32_precision, cudnn.depthwise_kernel

    before, found = settings(), []
    for tf32 in (True, False):
        with torch.backends.cudnn.flags(enabled=True, allow_tf32=tf32):
            found.append(settings()[0])
    for name in ("ieee", "tf32"):
        with torch.backends.cudnn.flags(enabled=True, fp32_precision=name):
            found.append(settings()[1])
    for name in ("auto", "cudnn"):
        with torch.backends.cudnn.flags(enabled=True, depthwise_kernel=name):
            found.append(settings()[2])
    return found, before == settings()


@cudnn_flags.promise
def _(result):
    return result == [[True, False, "ieee", "tf32", "auto", "cudnn"], True]
