"""Runs as three frameworks would write them in a few nights, with markup and worse planted where runs may hold text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.check.problems import Level, Problem, ProblemKind
from monitor.check.report import CheckReport, TargetAnswer
from monitor.check.verdict_lookup import CalledNames
from monitor.formats.run_file import RunFile
from monitor.model import (
    Build,
    CallArguments,
    Channel,
    Chip,
    Compiled,
    DeclaredArguments,
    Evidence,
    Function,
    Latency,
    NameKind,
    NumericalError,
    Observation,
    Outcome,
    Package,
    Place,
    PublicName,
    Retry,
    Run,
    RunEnd,
    Stage,
    UntestedParameter,
)
from monitor.site.known_issues import KnownIssue
from monitor.site.pages.check_example import CheckExample
from monitor.site.project_metadata import ProjectMetadata
from monitor.site.target_info import TargetInfo
from monitor.usage import CalledName, Usage

TEMPLATES = Path(__file__).parents[2] / "site"
BASE = "https://example.org/monitor/"
GENERATED = datetime(2025, 11, 7, 6, 0, tzinfo=UTC)

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
BIDI = "safe \u202egpj.exe\u202c and \u200binvisible \x07 bell"
LONG = "RuntimeError: " + "x" * 3000
LONG_NAME = "torch." + "very_long_name" * 21

NAMES = {
    "torch": (
        "torch.cat", "torch.add", "torch.argmax", "torch.linalg.eig", "torch.linalg.svd", "torch.fft.fft",
        "torch.nn.functional.conv2d", "torch.nn.functional.softmax", "torch.nn.Module.state_dict", "torch.optim.Adam",
        "torch.Tensor.backward", "torch.utils.data.DataLoader", "torch.distributions.normal.Normal", "torch.sparse.mm",
        LONG_NAME,
    ),
    "jax": (
        "jax.numpy.add", "jax.numpy.dot", "jax.numpy.linalg.eig", "jax.numpy.linalg.svd", "jax.numpy.sort",
        "jax.lax.conv", "jax.lax.scan", "jax.nn.softmax", "jax.nn.relu", "jax.random.normal", "jax.random.split",
        "jax.scipy.special.erf", "jax.tree_util.tree_map", "jax.vmap", "jax.grad",
    ),
    "tensorflow": (
        "tf.add", "tf.cast", "tf.concat", "tf.linalg.eigh", "tf.linalg.svd", "tf.nn.conv2d", "tf.nn.softmax",
        "tf.math.reduce_sum", "tf.image.adjust_brightness", "tf.keras.layers.Dense", "tf.Module.name_scope",
        "tf.raw_ops.Unique", "tf.signal.fft", "tf.sparse.to_dense", "tf.strings.join",
    ),
}  # fmt: skip
OPERATORS = (
    "torch.ops.aten.add.Tensor", "torch.ops.aten.linalg_eig", "torch.ops.aten._cudnn_rnn", "torch.ops.aten._foobar",
)  # fmt: skip
VARIANTS = ("compiled-float32", "eager-bfloat16", "eager-float32", "gradient-float32")
DISTRIBUTIONS = {"torch": "torch", "jax": "jax", "tensorflow": "tf-nightly-cpu"}

HARDWARE = {
    "tpu-v5e": TargetInfo(
        "TPU v5e", {Evidence.COMPILED: ("jax", "torch")}, Chip(memory_gib=16, bandwidth=819, peak=197)
    ),
    "cpu-x86": TargetInfo("A plain CPU", {Evidence.EXECUTED: ("jax", "tensorflow", "torch")}),
    "never-seen": TargetInfo("A chip that nobody has run yet", {Evidence.REGISTERED: ("torch",)}),
}

CATALOG = {
    "torch.cat": Function("torch.cat", "torch", "cat", 5211, "top 20", "success", "partial"),
    "torch.fft.fft": Function("torch.fft.fft", "torch", replaced_by="torch.add"),
    "jax.numpy.dot": Function("jax.numpy.dot", "jax", "dot", 1, "30", "success", ""),
}


def _function(name: str, signature: str = "", note: str = "", alias_of: str = "") -> PublicName:
    return PublicName(name, NameKind.FUNCTION, signature, note, alias_of)


PUBLIC_NAMES = (  # of torch on the first night
    _function("torch.cat", "(tensors, dim=0) -> Tensor"),
    _function("torch.concat", "(tensors, dim=0) -> Tensor", alias_of="torch.cat"),
    _function("torch.fft.fft", "(input, n=None, dim=(-2, -1)) -> Tensor; (input, *, norm=';') -> Tensor"),
    _function("torch.add", f"(input, other=[{', '.join(map(str, range(99)))}]) -> Tensor"),
    _function("torch.eig"),
    _function("torch.qr"),
    PublicName("torch.contrib", NameKind.MODULE),
    _function("torch.contrib.stack"),
)
NEW_PUBLIC_NAMES = (  # and on the last
    _function("torch.cat", f"(tensors, *, dim=0, out={SCRIPT!r}) -> Tensor"),
    _function("torch.concat", f"(tensors, *, dim=0, out={SCRIPT!r}) -> Tensor", alias_of="torch.cat"),
    _function("torch.fft.fft"),
    PUBLIC_NAMES[3],
    PublicName("torch.eig", NameKind.REMOVED, note=f"torch.eig was removed {SCRIPT}, use torch.linalg.eig instead"),
    _function("torch.qr", note="torch.qr is deprecated in favor of torch.fft.fft"),
    _function("torch.new_name"),
)

FINDINGS = {("torch", "torch.linalg.svd"): (KnownIssue("needs 32 bits", f"float32 with `x.float()` {SCRIPT}"),)}


def cases(framework: str) -> tuple[str, ...]:
    return tuple(f"{framework}/{name}/{variant}" for name in NAMES[framework] for variant in VARIANTS)


def operators() -> tuple[str, ...]:
    return tuple(f"torch/{name}/kernel" for name in OPERATORS)


def script_of(case: str, seen: str = "") -> str:
    """Return a placeholder for the script of a case; a sparse product counts as a past case without a script."""
    return "" if "sparse" in case else f'"""{case}"""\n\nprint("{SCRIPT}", 1 < 2 and "&amp;")\n'


def observation(case: str, outcome: Outcome = Outcome.PASS, message: str = "", **fields: object) -> Observation:
    number = sum(case.encode()) % 97 + 1
    measured = outcome in (Outcome.PASS, Outcome.MISMATCH)
    return Observation(
        case,
        outcome,
        message=message,
        error=NumericalError(1.2e-7 * number, 3.4e-6, number / 8) if measured else None,
        latency=Latency(84_000.0 + number, 1.7**(number % 17), 1.1, 0.4, 20, 1000) if outcome is Outcome.PASS else None,
        **fields,  # type: ignore[arg-type]
    )  # fmt: skip


# Calls of functions with cases, of another name of one, and of functions and methods that no suite has.
CALLS = {
    "torch.cat": 900, "torch.concat": 12, "torch.linalg.eig": 30, "torch.missing": 50, "torch.Tensor.to": 700,
    "torch.Tensor.add": 40, "jax.vmap": 80, LONG_NAME: 2,
}  # fmt: skip
USAGE = Usage(
    tuple(CalledName(name.partition(".")[0], name, calls, calls, 3) for name, calls in CALLS.items()),
    {**{name: name for name in CALLS}, "torch.concat": "torch.cat", "torch.Tensor.add": "torch.add"},
)

DECLARED = DeclaredArguments(
    "torch", "paper", {"torch.cat": (CallArguments("torch.concat", ("[a, b]",), {"dim": "1"}),)}
)
UNTESTED = UntestedParameter("torch", "torch.a*", "other", f"meaningless {SCRIPT}")

# The names of what three functions compute, and the check of a program.
COMPUTED = {
    ("torch", "torch.linalg.svd"): "linalg.svd",
    ("tensorflow", "tf.linalg.svd"): "linalg.svd",
    ("torch", "torch.optim.Adam"): "adam",
}
EXAMPLE = CheckExample(
    "import jax\njax.numpy.linalg.svd(x)\n",
    CheckReport(
        1,
        2,
        ("jax",),
        ("jax==2.4.0",),
        (
            Problem(
                ProblemKind.VERDICT,
                Level.ERROR,
                Place("train.py", 2, 1),
                "jax.numpy.linalg.svd",
                f"fails {SCRIPT}",
                ("tpu-v5e",),
            ),
        ),
        (TargetAnswer("tpu-v5e", "tpu-v5e", CalledNames(1, 1, ()), 1, 0),),
    ),
)

PROJECT = ProjectMetadata(
    CATALOG,
    script_of,
    HARDWARE,
    known_issues=FINDINGS,
    usage=USAGE,
    declared_arguments=(DECLARED,),
    untested_parameters=(UNTESTED,),
    computed=COMPUTED,
    example=lambda: EXAMPLE,
)
NOTHING_SAID = ProjectMetadata({}, script_of, {})


class Night:
    """Makes the run files of one night; `number` counts nights from 0."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.start = datetime(2025, 11, 1, 3, 10, tzinfo=UTC) + timedelta(days=number)

    def run(self, target: str, framework: str, **fields: object) -> Run:
        started = self.start + timedelta(minutes=7 * list(NAMES).index(framework), seconds=len(target))
        version = f"2.{self.number}.0.dev202511{self.number + 1:02}+cpu"
        packages = (
            Package(DISTRIBUTIONS[framework], version, "ab" * 32),
            Package("numpy", "2.3.4", "cd" * 32),
            Package(f"evil{SCRIPT}", IMAGE),
        )
        build = Build(DISTRIBUTIONS[framework], version, Channel.NIGHTLY, "0123456789" * 4, "2025-11-01", "", packages)
        return Run(
            **{
                "id": f"{started:%Y%m%dT%H%M%SZ}-{sum(target.encode()) % 256:02x}00{len(framework):02x}",
                "started": f"{started:%Y-%m-%dT%H:%M:%SZ}",
                "target": target,
                "framework": framework,
                "suite": "paper",
                "build": build,
                "cases": cases(framework),
                "environment": {"device": f"Tesla T4 {IMAGE}", "python": "3.13.1", "cpu": "x" * 400},
                **fields,
            }  # type: ignore[arg-type]
        )

    def file(self, run: Run, changed: dict[str, Observation] | None = None, *, cut: bool = False) -> RunFile:
        observations = [(changed or {}).get(case) or usual(case, run.evidence) for case in run.cases]
        finished = self.start + timedelta(minutes=40)
        end = RunEnd(f"{finished:%Y-%m-%dT%H:%M:%SZ}", (1041.0, 1043.5))
        if cut:
            return RunFile(run, tuple(observations[: len(observations) // 2]), None)
        return RunFile(run, tuple(observations), end)


def usual(case: str, evidence: Evidence) -> Observation:
    """Return the outcome of a case on most nights."""
    if evidence is Evidence.COMPILED:
        return compiled(case)
    if evidence is Evidence.REGISTERED:
        return registered(case, there="_cudnn" not in case)
    if "eig/" in case and "compiled" in case:
        return observation(case, Outcome.UNSUPPORTED, "NotImplementedError: eig has no kernel for this device")
    if "svd" in case and "bfloat16" in case:
        return observation(case, Outcome.ERROR, "RuntimeError: expected a dtype of at least 32 bits")
    if "raw_ops" in case:
        return observation(case, Outcome.ABSENT, "the name is gone")
    return observation(case)


def compiled(case: str) -> Observation:
    if "linalg.eig" in case:
        message = f"no rule for the platform {SCRIPT}"
        return Observation(case, Outcome.UNSUPPORTED, Evidence.COMPILED, message, Stage.LOWER)
    known = Compiled(2, 0.25, 4.58e9, None if "dot" in case else 1.5e6, 1_666_048, 687_104)
    return Observation(case, Outcome.PASS, Evidence.COMPILED, compiled=known)


def registered(case: str, *, there: bool) -> Observation:
    outcome, message = (Outcome.PASS, IMAGE) if there else (Outcome.UNSUPPORTED, "no kernel for MPS")
    return Observation(case, outcome, Evidence.REGISTERED, message)


def confirmed(case: str, outcome: Outcome, message: str) -> Observation:
    return observation(case, outcome, message, first_outcome=outcome, retries=(Retry(outcome), Retry(outcome)))
