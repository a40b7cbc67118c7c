"""Plant faults into the functions of a framework, and count those that the cases find.

    python benchmarks/planted_faults.py [--each 1] [--seed 1] [--out FOLDER] [FRAMEWORK ...]

A fault is a small change of every call of one function, from a table of kinds (`fault_kinds.py`). For each kind and
each suite, a seed draws the functions, among all that the kind applies to: a wrong boolean needs a function that
returns booleans. The cases of the function then run in the worker's own way, with the fault in place. The fault is
found if a case fails that passes without it. If the suite itself does not find it, cases of other suites for the
same function run too.

Where a suite evaluates shapes and dtypes without values, or traces a function for its reference, there is no fault: a
fault is one of a kernel. Cases of mode `compiled` run for faults that need them alone.

Print a table of all faults as CSV, the totals, and the faults that no case found.
"""

from __future__ import annotations

import argparse
import ast
import csv
import functools
import inspect
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
FRAMEWORKS = ("torch", "jax", "tensorflow")
SUITES = {
    "torch": ("paper", "ops", "opinfo", "chains"),
    "jax": ("paper", "ops", "harness", "chains"),
    "tensorflow": ("paper", "ops", "chains"),
}
MOST_CASES = 60  # of a function, that run for a fault
LOOKED_AT = 12  # cases of a function that show what it returns
MOST_TRIES = 60  # functions that are looked at for a kind of fault and a suite
# Kinds of faults that show only in a mode or with inputs which these suites do not have.
NOT_THERE = {
    "opinfo": ("rank six", "30,000", "1e15"),
    "harness": ("when compiled", "gradient", "rank six", "30,000", "1e15"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("frameworks", nargs="*", default=FRAMEWORKS, metavar="FRAMEWORK")
    parser.add_argument("--each", type=int, default=1, help="faults of each kind and suite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--suite", action="append", help="only this suite")
    parser.add_argument("--fault", default="", help="only kinds with this text in their name")
    parser.add_argument("--out", type=Path, default=Path("planted"), help="folder of the tables")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)  # in the framework's environment
    options = parser.parse_args()
    if options.inside:
        plant_all(options.frameworks[0], options)
        return
    from monitor.execution.builds.environments import default_cache
    from monitor.execution.builds.provider import provision
    from monitor.execution.targets.target import load_target
    from monitor.execution.workers.factories import worker_environment
    from monitor.model import Evidence

    target = load_target(CHECKOUT / "runners" / "cpu.toml")
    options.out.mkdir(parents=True, exist_ok=True)
    for framework in options.frameworks:
        build = provision(target, framework, cache=default_cache(), log=print)
        backend, sources = target.backend(Evidence.EXECUTED), target.framework(framework)
        variables = os.environ | worker_environment(backend, sources, build.python.parent)
        variables |= {"PYTHONPATH": str(CHECKOUT)}
        print(f"\n{build.build.label}", flush=True)
        rest = [word for word in sys.argv[1:] if word not in FRAMEWORKS]
        subprocess.run([build.python, __file__, "--inside", *rest, framework], env=variables, check=True)


@dataclass
class Site:
    """A function of a suite: its cases, and the objects with the names of attributes that hold it."""

    suite: str
    function: str
    holders: dict[int, tuple[Any, str]]
    checks: list[Any] = field(default_factory=list)
    facts: Any = None

    def in_modes(self, modes: tuple[str, ...]) -> list[Any]:
        """Return the cases of the modes, in the order of the modes, without one kind of inputs before another."""
        chosen = [check for check in self.checks if check.mode.value in modes]
        order = random.Random(self.function)
        return sorted(chosen, key=lambda check: (modes.index(check.mode.value), order.random()))[:MOST_CASES]


@dataclass
class Planted:
    """A line of the table. `found_by` is empty where no case found the fault."""

    framework: str
    suite: str
    group: str
    fault: str
    function: str
    cases: int
    found_by: str
    message: str


def plant_all(framework: str, options: argparse.Namespace) -> None:
    from fault_kinds import FAULTS
    from fault_tensors import TENSORS

    from monitor.suite.discovery import suites
    from monitor.suite.worker import open_device

    device = open_device(framework, "CPU" if framework == "tensorflow" else "cpu")
    tensors = TENSORS[framework]()
    there = [suite for suite in SUITES[framework] if suite in suites(framework)]
    sites = {suite: sites_of(device, suite) for suite in there}
    planted: list[Planted] = []
    for suite in options.suite or there:
        for fault in FAULTS:
            skipped = any(words in fault.name for words in NOT_THERE.get(suite, ()))
            if framework not in fault.frameworks or skipped or options.fault not in fault.name:
                continue
            start = time.process_time()
            for site in drawn(device, tensors, sites[suite], fault, options):
                line = trial(device, tensors, sites, site, fault)
                planted.append(line)
                taken = time.process_time() - start
                print(
                    f"{taken:6.1f}s  {suite:8} {fault.name:40} {site.function:45} {line.found_by or 'NONE'}", flush=True
                )
    write(planted, options.out / f"{framework}.csv")


def sites_of(device: Any, suite: str) -> dict[str, Site]:
    """Return the functions of a suite into which a fault can be planted."""
    from monitor.suite.worker import checks_of

    found: dict[str, Site] = {}
    for check in checks_of(device, suite).values():
        if suite in ("opinfo", "harness"):
            held, name = (check.operator, "op") if suite == "opinfo" else (check.harness, "dyn_fun")
            site = found.setdefault(check.function, Site(suite, check.function, {}))
            site.holders[id(held)] = (held, name)
            site.checks.append(check)
            continue
        for function in called_in(check) if suite == "chains" else [check.function]:
            if function not in found:
                found[function] = Site(suite, function, holder_of(device, function))
            found[function].checks.append(check)
    return {function: site for function, site in found.items() if site.holders}


def called_in(check: Any) -> set[str]:
    """Return the public functions that a generated program calls."""
    from monitor.suite.chains.spelling import program_text

    text = program_text(check.program, check.spelling.operations)
    return set(re.findall(r"\b(?:torch|jax|tf)(?:\.\w+)+(?=\()", text))


def holder_of(device: Any, function: str) -> dict[int, tuple[Any, str]]:
    """Return the module or class of a public function, with its name there; empty if it is no function or layer."""
    from monitor.suite.worker import resolve

    path, _, name = function.rpartition(".")
    try:
        parent, value = (resolve(device, path) if "." in path else device.module), resolve(device, function)
    except Exception:  # a name that is gone
        return {}
    if inspect.isclass(value):
        name = next((one for one in ("forward", "call", "sample") if one in vars(value)), "")
        parent, value = value, getattr(value, name, None)
    return {id(parent): (parent, name)} if callable(value) else {}


@contextmanager
def installed(site: Site, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Iterator[None]:
    """Let the call that `make` returns for an original one take its place in all cases of a site."""
    originals = {key: getattr(*held) for key, held in site.holders.items()}
    for key, (holder, name) in site.holders.items():
        planted = make(originals[key])
        functools.update_wrapper(planted, originals[key], updated=())
        for attribute in ("at", "reduce", "accumulate", "defjvp", "lower"):
            if hasattr(originals[key], attribute):
                setattr(planted, attribute, getattr(originals[key], attribute))
        setattr(holder, name, planted)
    try:
        yield
    finally:
        for key, (holder, name) in site.holders.items():
            setattr(holder, name, originals[key])


def drawn(device: Any, tensors: Any, sites: dict[str, Site], fault: Any, options: argparse.Namespace) -> Iterator[Site]:
    """Yield functions of a suite that a kind of fault applies to, in the order of a seed."""
    names = sorted(sites)
    random.Random(f"{options.seed} {fault.name}").shuffle(names)
    left = options.each
    for name in names[:MOST_TRIES]:
        site = sites[name]
        if not left:
            return
        modes = {check.mode.value for check in site.checks}
        if not modes & set(fault.modes) or not applies_there(site, fault):
            continue
        if site.facts is None:
            site.facts = facts_of(device, tensors, site)
        if site.facts.called and fault.applies(site.facts):
            left -= 1
            yield site


def applies_there(site: Site, fault: Any) -> bool:
    """Return whether the declarations of a function do not exclude the inputs that show a fault."""
    from monitor.model import InputKind

    kind = {"rank six": InputKind.RANK, "30,000": InputKind.LARGE, "empty": InputKind.EMPTY}
    kind |= {"1e15": InputKind.SCALED, "gradient wrong at zero": InputKind.KINKS, "strided": InputKind.STRIDED}
    wanted = next((kind[words] for words in kind if words in fault.name), None)
    cases = [check.case for check in site.checks if hasattr(check, "case")]
    return (
        wanted is None
        or not cases
        or any(wanted not in case.declaration.limits and case.declaration.numeric for case in cases)
    )


def facts_of(device: Any, tensors: Any, site: Site) -> Any:
    """Run some eager cases of a function, and note what its calls take and return."""
    from fault_changes import Facts, equal
    from fault_tensors import kind_of

    from monitor.suite.worker import observe

    facts = Facts(site.function, *options_of(site))

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            result = original(*args, **kwargs)
            given = tensors.tensors_in([args, kwargs])
            if tensors.compiling(given) or tensors.abstract(given):
                return result
            facts.called = True
            facts.takes_tensors |= bool(given)
            for leaf in tensors.tensors_in(result if isinstance(result, dict | list | tuple) else [result]):
                facts.results.add((tensors.dtype(leaf), len(tensors.shape(leaf))))
                facts.shares |= any(shares(leaf, one) for one in given)
                facts.special |= special_in(tensors, leaf)
                if kind_of(tensors.dtype(leaf)) and 0 not in tensors.shape(leaf):
                    facts.equals |= any(equal(tensors, leaf, one) for one in given)
                    facts.asymmetric |= bool(tensors.shape(leaf)) and not equal(tensors, leaf, tensors.reversed(leaf))
            return result

        return call

    eager = site.in_modes(("eager",))
    eager.sort(key=lambda check: check.id.endswith("special"))
    chosen = [*eager[: LOOKED_AT - 2], *eager[-2:]]
    with installed(site, make):
        for check in chosen:
            observe(device, Quick(check))
    return facts


def options_of(site: Site) -> tuple[tuple[str, ...], dict[str, int]]:
    """Return the parameters with a default, and the places of those that can be passed by position."""
    from monitor.suite.signature import signature_of

    holder, name = next(iter(site.holders.values()))
    first = int(inspect.isclass(holder))  # a signature leaves `self` out
    text = signature_of(getattr(holder, name))
    try:
        parameters = [*ast.parse(f"def call{text}: ...").body[0].args.__dict__.items()]
    except SyntaxError:
        return (), {}
    listed = dict(parameters)
    named = [one.arg for one in listed["args"]]
    options = named[len(named) - len(listed["defaults"]) :]
    keywords = [one.arg for one, default in zip(listed["kwonlyargs"], listed["kw_defaults"], strict=True) if default]
    return (*options, *keywords), {name: first + named.index(name) for name in options}


def shares(leaf: Any, tensor: Any) -> bool:
    if not hasattr(leaf, "untyped_storage"):
        return False
    memory = leaf.untyped_storage().data_ptr()
    return memory != 0 and memory == tensor.untyped_storage().data_ptr()


def special_in(tensors: Any, leaf: Any) -> set[str]:
    import numpy as np
    from fault_tensors import kind_of

    try:
        kind, values = kind_of(tensors.dtype(leaf)), tensors.array(leaf)
    except Exception:  # a tracer of a transformation has no values
        return set()
    if kind == "integer":
        return {"beyond 128"} if (np.abs(values.astype(float)) > 128).any() else set()
    if kind != "floating" or np.iscomplexobj(values):
        return set()
    signs = ((values == 0) & np.signbit(values)).any()
    return {
        name
        for name, there in (("nan", np.isnan(values).any()), ("infinity", np.isinf(values).any()), ("-0", signs))
        if there
    }


def trial(device: Any, tensors: Any, sites: dict[str, dict[str, Site]], site: Site, fault: Any) -> Planted:
    """Plant a fault, and run the cases of its function until one finds it."""
    traced_alone = site.suite == "harness" or device.name == "torch"  # where no kernel runs, there is no fault

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        planted = fault.plant(tensors, original, site.facts)

        def call(*args: Any, **kwargs: Any) -> Any:
            if traced_alone and tensors.abstract(tensors.tensors_in([args, kwargs])):
                return original(*args, **kwargs)
            return planted(*args, **kwargs)

        return call

    others = [one for suite in sites.values() for one in suite.values() if one.function == site.function]
    cases = 0
    for there in [site, *(one for one in others if one.suite != site.suite)]:
        for check in there.in_modes(fault.modes):
            cases += 1
            if message := finds(device, there, check, make, timed=fault.group == "later calls"):
                return Planted(
                    device.name, site.suite, fault.group, fault.name, site.function, cases, check.id, message
                )
    return Planted(device.name, site.suite, fault.group, fault.name, site.function, cases, "", "")


def finds(device: Any, site: Site, check: Any, make: Callable[..., Any], *, timed: bool) -> str:
    """Return the message of a case that fails with the fault and passes without it; empty for another one."""
    from monitor.model import Outcome
    from monitor.suite.worker import observe

    with installed(site, make):
        seen = observe(device, Quick(check, timed=timed))
    if seen.outcome is Outcome.PASS or observe(device, Quick(check)).outcome is not Outcome.PASS:
        return ""
    return f"{seen.outcome.value}: {seen.message}"


class Quick:
    """A check that is not timed, and does not search the smallest program: its calls are the first and the last one."""

    def __init__(self, check: Any, *, timed: bool = False) -> None:
        self.timed = timed and check.timed
        self._check = check
        for name in ("id", "function", "dtype", "mode", "declared_limit", "prepare", "judge"):
            setattr(self, name, getattr(check, name))

    @property
    def fresh(self) -> bool:
        return self._check.fresh


def write(planted: list[Planted], path: Path) -> None:
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(Planted.__dataclass_fields__)
        rows.writerows(map(astuple, planted))
    totals: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for one in planted:
        for key in ((one.group, one.suite), (one.group, "all"), ("all", one.suite), ("all", "all")):
            totals[key]["planted"] += 1
            totals[key]["found"] += bool(one.found_by)
    there = [*dict.fromkeys(one.suite for one in planted), "all"]
    print(f"\n| faults | {' | '.join(there)} |\n|---|{'---:|' * len(there)}")
    for group in [*dict.fromkeys(one.group for one in planted), "all"]:
        cells = [totals[group, suite] for suite in there]
        texts = [f"{cell['found']} of {cell['planted']}" if cell else "" for cell in cells]
        print(f"| {group} | {' | '.join(texts)} |")
    print("\nNot found:")
    for one in planted:
        if not one.found_by:
            print(f"- {one.suite}, {one.fault}: {one.function} ({one.cases} cases)")


if __name__ == "__main__":
    main()
