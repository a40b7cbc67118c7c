"""Provision of builds: the real uv, wheels of these tests, and one real framework."""

import subprocess
import sys
import venv
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from packaging.version import Version

from monitor.execution.builds.provider import BuildUnavailable, newest_build, provision
from monitor.execution.builds.versions import is_newer
from monitor.execution.targets.backends import ExecuteBackend
from monitor.execution.targets.errors import TargetError
from monitor.execution.targets.package_sources import ChannelSource, FrameworkSources, VersionOverride
from monitor.execution.targets.target import Target, load_target
from monitor.history import consistency
from monitor.model import Channel, Package
from support.wheels import only_wheels

UNREACHABLE = "http://127.0.0.1:9/simple"
RUNNERS = Path(__file__).parents[2] / "runners"


@pytest.fixture
def offer(tmp_path, monkeypatch):
    """A target whose one framework, `tiny`, has a folder of wheels for an index."""
    tiny, tinylib = (("tiny", "1.0"), ("tiny", "2.0.dev20261101")), (("tinylib", "1.0"), ("tinylib", "2.0"))
    only_wheels(monkeypatch, tmp_path, *tiny, *tinylib)

    def make(
        versioned: ChannelSource | None = None, overrides: tuple[VersionOverride, ...] = (), **channels: ChannelSource
    ) -> Target:
        named = {Channel(name): source for name, source in channels.items()}
        framework = FrameworkSources(
            "tiny", "cpu", ("tiny-nightly", "tiny"), channels=named, versioned=versioned, version_overrides=overrides
        )
        return Target("mine", "Mine", "runners/mine.toml", {"tiny": framework}, ExecuteBackend(labels=("mine",)))

    return make


@pytest.fixture
def ask(tmp_path, monkeypatch):
    def provide_here(target: Target, **wish):
        return provision(target, "tiny", cache=tmp_path / "cache", log=lambda line: None, **wish)

    return provide_here


ORDERED = (
    *("0.9", "1", "1.0", "1.0.1", "1.0.post1", "1.10"),
    *("1.0.dev20260101", "1.0.dev20260102", "1.0a0", "1.0b2", "1.0rc1", "1.0rc10"),
    *("2.13.0+cpu", "2.13.0", "2.16.0a0+git1234567", "2.16.0.dev20260901+cu130"),
)


def test_a_nightly_has_its_date(offer, ask):
    provided = ask(offer(nightly=ChannelSource(("tiny",), prerelease="allow")))
    build = provided.build
    assert (build.requirement, build.channel, build.date) == ("tiny==2.0.dev20261101", Channel.NIGHTLY, "2026-11-01")
    assert (build.why, build.commit, provided.notes) == ("", "", ())
    assert [package.name for package in build.packages] == ["tiny"]
    assert all(len(package.sha256) == 64 for package in build.packages)
    subprocess.run([provided.python, "-c", "import tiny"], check=True)


def test_auto_takes_the_first_that_can_be_had_and_says_why(offer, ask):
    target = offer(
        nightly=ChannelSource(("tiny",), index=(UNREACHABLE,)),
        pinned=ChannelSource(("tiny==1.0",), index=(UNREACHABLE, "default")),
    )
    build = ask(target).build
    assert (build.requirement, build.channel) == ("tiny==1.0", Channel.PINNED)
    assert build.why == (
        f"nightly: {UNREACHABLE}/tiny/ is unavailable (Connection refused (os error 111)); release: mine has none"
    )


def test_nothing_can_be_had(offer, ask):
    with pytest.raises(BuildUnavailable) as raised:
        ask(
            offer(
                nightly=ChannelSource(("tiny==7",)),
                release=ChannelSource(("tinylib",)),
                pinned=ChannelSource(("nothing",)),
            )
        )
    nightly, release, pinned = str(raised.value).split("; ")
    assert nightly.startswith("nightly: No solution found when resolving dependencies: Because")
    assert release == "release: none of tiny-nightly, tiny is among the packages that tinylib needs"
    assert pinned.startswith("pinned: No solution found when resolving dependencies: Because nothing was not found")


def test_a_channel_by_name(offer, ask):
    target = offer(nightly=ChannelSource(("tiny==7",)), release=ChannelSource(("tiny",)))
    build = ask(target, channel="release").build
    assert (build.version, build.channel, build.why) == ("1.0", Channel.RELEASE, "")
    with pytest.raises(BuildUnavailable, match=r"^No solution found"):
        ask(target, channel="nightly")
    with pytest.raises(TargetError, match=r'runners/mine.toml: tiny has no channel "relase", did you mean "release"\?'):
        ask(target, channel="relase")
    with pytest.raises(TargetError, match=r'has no channel "pinned", known: auto, nightly, release'):
        ask(target, channel="pinned")


def test_one_version_by_name(offer, ask):
    target = offer(versioned=ChannelSource(("tinylib<={version}",)))
    build = ask(target, requirement="tiny==1.0").build
    assert (build.requirement, build.channel) == ("tiny==1.0", Channel.EXACT)
    assert [(package.name, package.version) for package in build.packages] == [("tiny", "1.0"), ("tinylib", "1.0")]


@pytest.mark.parametrize(("below", "tinylib"), [("1.0.1", "1.0"), ("1.0", "2.0"), ("0.9.9", "2.0")])
def test_a_build_of_the_past_has_older_dependencies(offer, ask, below, tinylib):
    target = offer(versioned=ChannelSource(("tinylib",)), overrides=(VersionOverride(below, ("tinylib<2",)),))
    found = {package.name: package.version for package in ask(target, requirement="tiny==1.0").build.packages}
    assert found == {"tiny": "1.0", "tinylib": tinylib}


def test_what_comes_beside_a_build_is_held_where_the_build_allows_it(offer, ask):
    """All packages except the parts of the framework that share its version."""

    def found(held: str, *needs: str, parts: tuple[str, ...] = ()) -> str:
        provided = ask(
            offer(versioned=ChannelSource((*needs, *parts))),
            requirement="tiny==1.0",
            preferred=(Package("tiny", "2.0.dev20261101"), Package("tinylib", held), Package("unrelated", "7")),
        )
        return " ".join(f"{package.name} {package.version}" for package in provided.build.packages)

    assert found("1.0", "tinylib") == "tiny 1.0 tinylib 1.0"
    assert found("1.0", "tinylib>1") == "tiny 1.0 tinylib 2.0"
    assert found("1.1", "tinylib") == "tiny 1.0 tinylib 2.0"
    assert found("0.9", parts=("tinylib<=2.{version}",)) == "tiny 1.0 tinylib 2.0"
    assert found("1.0", parts=("tinylib<=2.{version}",)) == "tiny 1.0 tinylib 2.0"


def test_a_channel_is_walked_back_below_a_version(offer):
    target = offer(release=ChannelSource(("tiny",)), nightly=ChannelSource(("tiny",), prerelease="allow"))
    assert newest_build(target, "tiny", "nightly", log=print).requirement == "tiny==2.0.dev20261101"
    for below in ("2.0.dev20261101", "2.0.dev20261101+cpu"):
        assert newest_build(target, "tiny", "nightly", below=below, log=print).requirement == "tiny==1.0"
    with pytest.raises(BuildUnavailable, match="No solution found"):
        newest_build(target, "tiny", "release", below="1.0", log=print)


@pytest.mark.parametrize(
    ("wish", "fault"),
    [
        ("tiny>=1", r'"tiny>=1" is no build; name one as "tiny-nightly==1.2.3"'),
        ("tony==1", r'runners/mine.toml: tiny is not installed as "tony", did you mean "tiny"\?'),
        ("tiny==1 @ evil", r'"tiny==1 @ evil" is no build'),
    ],
)
def test_a_version_that_is_none(offer, ask, wish, fault):
    with pytest.raises(TargetError, match=fault):
        ask(offer(versioned=ChannelSource(())), requirement=wish)
    with pytest.raises(TargetError, match=r"tiny.versioned is missing"):
        ask(offer(), requirement="tiny==1")


def test_a_python_that_cannot_be_had_is_replaced_by_the_running_one(offer, ask, monkeypatch):
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")
    running = ".".join(map(str, sys.version_info[:3]))
    provided = ask(offer(release=ChannelSource(("tiny",), python="3.99")), channel="release")
    (note,) = provided.notes
    assert note.startswith(f"Python 3.99 was requested, {running} serves: ")
    said = subprocess.run([provided.python, "-V"], capture_output=True, text=True, check=True).stdout
    assert said == f"Python {running}\n"
    with pytest.raises(BuildUnavailable, match=rf"\(on Python {running}, as 3.99 is missing\)$"):
        ask(offer(release=ChannelSource(("tiny==7",), python="3.99")), channel="release")


def test_the_running_python_meets_a_wish_for_it(offer, ask):
    wish = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert ask(offer(release=ChannelSource(("tiny",), python=wish)), channel="release").notes == ()


def test_a_given_interpreter_needs_no_uv(offer, ask, tmp_path, monkeypatch):
    monkeypatch.setattr("monitor.execution.builds.uv.find_uv", lambda: pytest.fail("uv was asked for"))
    venv.create(tmp_path / "own")
    python = tmp_path / "own/bin/python"
    with pytest.raises(BuildUnavailable, match="the interpreter given has none of tiny-nightly, tiny installed"):
        ask(offer(), python=str(python))
    (site,) = (tmp_path / "own/lib").glob("python*/site-packages")
    ZipFile(tmp_path / "wheels/tiny-1.0-py3-none-any.whl").extractall(site)
    provided = ask(offer(), python=str(python))
    assert (provided.python, provided.build.requirement, provided.build.channel) == (python, "tiny==1.0", Channel.GIVEN)
    assert ask(offer(), python=str(python), requirement="tiny==1.0").build == provided.build
    with pytest.raises(BuildUnavailable, match=r"the interpreter given has tiny==1.0, not tiny==2.0"):
        ask(offer(), python=str(python), requirement="tiny==2.0")


def test_a_given_interpreter_that_is_none(offer, ask, tmp_path):
    with pytest.raises(BuildUnavailable, match="the interpreter given is no program that can be run"):
        ask(offer(), python=str(tmp_path / "python"))
    with pytest.raises(BuildUnavailable, match=r"the interpreter given is not a Python of version 3.8 or later"):
        ask(offer(), python="/bin/ls")


def test_a_machine_without_uv_gets_the_way_to_it(offer, ask, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BuildUnavailable, match="uv is not installed"):
        ask(offer(release=ChannelSource(("tiny",))))


def test_a_framework_that_the_target_has_not(offer, tmp_path):
    with pytest.raises(TargetError, match=r'runners/mine.toml: no framework "tny", did you mean "tiny"\?'):
        provision(offer(), "tny", cache=tmp_path, log=print)


@pytest.mark.parametrize("one", ORDERED)
@pytest.mark.parametrize("other", ORDERED)
def test_builds_are_ordered_as_versions_are(one, other):
    assert is_newer(f"tinylib=={one}", f"tinylib=={other}") == (
        Version(one.partition("+")[0]) > Version(other.partition("+")[0])
    )


RELEASES = st.lists(st.integers(0, 3), min_size=1, max_size=4).map(lambda numbers: ".".join(map(str, numbers)))
PARTS = (
    st.sampled_from(["", "", "a0", "b1", "rc0", "rc1", "-rc1", ".alpha", "c2", "pre1"]),
    st.sampled_from(["", "", "", ".post1", ".post0", "-1", ".rev2", "post"]),
    st.sampled_from(["", "", ".dev0", ".dev20261101", ".dev20261102", "-dev20261101", "dev"]),
    st.sampled_from(["", "", "+cpu", "+cu128", "+rocm6.4", "+git1a2b3c4", "+nightly"]),
)
VERSIONS = st.builds(lambda *parts: "".join(parts), st.sampled_from(["", "", "", "v", "1!"]), RELEASES, *PARTS)
OTHERS = st.sampled_from(["", "main", "1.0.x", "3.12.0+", "nightly"])


@settings(max_examples=500, deadline=None)
@given(VERSIONS | OTHERS, VERSIONS | OTHERS)
@example("2.0rc1.dev3", "2.0rc1")
@example("2.0.post1.dev3", "2.0.post1")
@example("1!1.0", "2.0")
def test_a_run_and_the_history_have_one_order_of_builds(one, other):
    labels = f"tinylib=={one}", f"tinylib=={other}"
    assert is_newer(*labels) == consistency.is_newer(*labels)


def test_a_real_framework_as_the_cpu_target_has_it(framework_environments):
    cpu = load_target(RUNNERS / "cpu.toml")
    jax = cpu.framework("jax")
    # Without the wish for another Python, which could cost a download.
    here = replace(jax, channels={Channel.PINNED: jax.channels[Channel.PINNED]})
    provided = provision(
        replace(cpu, frameworks={"jax": here}), "jax", channel="pinned", cache=framework_environments, log=print
    )
    assert provided.build.requirement == "jax==0.10.2"
    versions = {package.name: package.version for package in provided.build.packages}
    assert versions["jaxlib"] == "0.10.2"
    assert all(package.sha256 for package in provided.build.packages)
    asked = "import jax, numpy; print(jax.__version__, numpy.__version__)"
    said = subprocess.run([provided.python, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["0.10.2", versions["numpy"]]
