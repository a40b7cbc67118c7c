"""Changes of public names between builds, and the history of each name."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.analysis.names.name_changes import Listing, NameChangeKind, grouped, name_changes
from monitor.analysis.names.name_history import KnownSignature
from monitor.formats.run_file import RunFile
from monitor.model import NameKind, PublicName
from support.public_names import followed, named

FUNCTION, MODULE, REMOVED, BROKEN = NameKind.FUNCTION, NameKind.MODULE, NameKind.REMOVED, NameKind.BROKEN


def function(name: str, signature: str = "(x)", note: str = "", alias_of: str = "") -> PublicName:
    return PublicName(name, FUNCTION, signature, note, alias_of)


def kinds(before: dict[str, PublicName], after: dict[str, PublicName]) -> dict[str, str]:
    return {change.name: change.kind.value for change in name_changes(Listing(before), Listing(after))}


def test_each_kind_of_change_is_found() -> None:
    before = named(*(function(f"jax.{name}") for name in "abcde"), PublicName("jax.g", REMOVED, note="use jax.a"))
    after = named(
        PublicName("jax.a", REMOVED, note="jax.a was removed; use jax.b"),
        PublicName("jax.b", BROKEN, note="RuntimeError: no"),
        function("jax.c", note="jax.c is deprecated"),
        function("jax.d", "(x, y)"),
        function("jax.f"),
    )
    assert kinds(before, after) == {
        "jax.a": "removed",
        "jax.e": "removed",
        "jax.b": "broken",
        "jax.c": "deprecated",
        "jax.d": "signature changed",
        "jax.f": "added",
    }


def test_a_module_that_cannot_be_imported_hides_its_names() -> None:
    whole = named(PublicName("jax.lib", MODULE), function("jax.lib.f"))
    broken = named(PublicName("jax.lib", BROKEN, note="ImportError: no flatbuffers"))
    assert kinds(whole, broken) == {"jax.lib": "broken"}
    assert kinds(broken, whole) == {"jax.lib": "added"}


def test_a_signature_counts_for_the_canonical_name_alone() -> None:
    before = named(function("tf.math.sum"), function("tf.sum", alias_of="tf.math.sum"))
    after = named(function("tf.math.sum", "(y)"), function("tf.sum", "(y)", alias_of="tf.math.sum"))
    assert kinds(before, after) == {"tf.math.sum": "signature changed"}


def owner(name: str, alias_of: str = "") -> PublicName:
    return PublicName(name, NameKind.CLASS, alias_of=alias_of)


def test_a_method_counts_where_it_is_lost() -> None:
    model, layer = owner("tf.Model"), owner("tf.Layer")
    size = PublicName("tf.Layer.size", NameKind.PROPERTY)
    own, inherited = function("tf.Layer.call"), function("tf.Model.call", alias_of="tf.Layer.call")
    whole = named(model, layer, size, own, inherited)
    assert kinds(whole, named(model, layer, size, own)) == {"tf.Model.call": "removed"}
    assert kinds(whole, named(model, layer, size)) == {"tf.Layer.call": "removed"}
    assert kinds(whole, named(layer, size, own)) == {"tf.Model": "removed"}
    assert kinds(named(model, layer, size), whole) == {"tf.Layer.call": "added"}
    moved = function("tf.Layer.call", alias_of="tf.Model.call")
    assert kinds(whole, named(model, layer, size, function("tf.Model.call"), moved)) == {}


def test_a_lost_property_of_a_tensor_alone_is_removed() -> None:
    classes = named(owner("torch.Tensor"), owner("tf.Tensor"), PublicName("tf.Tensor.dtype", NameKind.PROPERTY))
    lost = named(*(PublicName(f"{fw}.Tensor.names", NameKind.PROPERTY) for fw in ("torch", "tf")))
    assert kinds(classes | lost, classes) == {"torch.Tensor.names": "removed"}


def test_a_method_that_several_classes_lose_counts_once() -> None:
    layers = [owner("tf.Layer"), owner("tf.Dense"), owner("tf.Module"), function("tf.Module.submodules")]
    layers.append(PublicName("tf.Layer.size", NameKind.PROPERTY))
    lost = [function(f"tf.{name}.submodules", alias_of="tf.Module.submodules") for name in ("Layer", "Dense")]
    assert kinds(named(*layers, *lost), named(*layers)) == {"tf.Dense.submodules": "removed"}


def test_methods_may_be_listed_under_another_name_of_their_class() -> None:
    lr = PublicName("tf.Adam.lr", NameKind.PROPERTY)
    before = named(owner("tf.Adam"), lr, owner("tf.optim.SGD"), function("tf.optim.SGD.apply"))
    after = named(
        owner("tf.Adam"), lr, owner("tf.SGD"), owner("tf.optim.SGD", alias_of="tf.SGD"), function("tf.SGD.apply")
    )
    assert kinds(before, after) == {"tf.SGD": "added"}
    assert kinds(after, before) == {"tf.SGD": "removed"}


def test_a_removed_module_takes_its_names_along() -> None:
    before = named(
        PublicName("tf.contrib", MODULE), function("tf.contrib.a"), function("tf.contrib.b"), function("tf.c")
    )
    groups = grouped(name_changes(Listing(before), Listing({})))
    assert [(group.change.name, len(group.below)) for group in groups] == [("tf.c", 0), ("tf.contrib", 2)]


NAMES = st.dictionaries(
    st.sampled_from(["a", "a.b", "a.b.c", "a.d", "e", "e.f"]),
    st.tuples(st.sampled_from(NameKind), st.sampled_from(["", "(x)"]), st.sampled_from(["", "use e"])),
)
LISTED = NAMES.map(lambda found: {name: PublicName(name, *fields) for name, fields in found.items()})


@settings(deadline=None)
@given(before=LISTED, after=LISTED)
def test_changes_lead_from_one_listing_to_the_next(before: dict[str, PublicName], after: dict[str, PublicName]) -> None:
    changes = name_changes(Listing(before), Listing(after))
    assert name_changes(Listing(before), Listing(before)) == ()
    assert len({change.name for change in changes}) == len(changes)
    for change in changes:
        assert (change.before, change.after) == (before.get(change.name), after.get(change.name))
        assert change.before != change.after
    found = [one for group in grouped(changes) for one in (group.change, *group.below)]
    assert sorted(found, key=lambda one: one.name) == sorted(changes, key=lambda one: one.name)
    appeared = {name for name in after if name not in before and after[name].works}
    gone = {name for name in before if name not in after and before[name].works}
    hidden = {name for name in appeared | gone if is_hidden(name, before) or is_hidden(name, after)}
    hidden |= {name for name in gone | appeared if is_method(name, before) or is_method(name, after)}
    assert appeared | gone <= {change.name for change in changes} | hidden


def is_method(name: str, names: dict[str, PublicName]) -> bool:
    parent = names.get(name.rpartition(".")[0])
    return parent is not None and parent.kind is NameKind.CLASS


def is_hidden(name: str, names: dict[str, PublicName]) -> bool:
    """Return whether a module above a name is broken."""
    above = [name[:place] for place, letter in enumerate(name) if letter == "."]
    return any(one in names and names[one].kind is BROKEN for one in above)


def test_a_name_is_followed_through_the_builds(runfile: Callable[..., RunFile]) -> None:
    names = followed(
        runfile,
        named(function("jax.old"), function("jax.tree.map")),
        named(function("jax.old", note="jax.old is deprecated: use jax.tree.map."), function("jax.tree.map", "(f, x)")),
        named(
            PublicName("jax.old", REMOVED, note="jax.old was removed, use tree.map"), function("jax.tree.map", "(f, x)")
        ),
        named(function("jax.tree.map", "(f, x)"), function("jax.new")),
    )
    old, new, moved = (names.records[name] for name in ("jax.old", "jax.new", "jax.tree.map"))
    assert (old.last, old.removed, old.works) == ("jax==2.0", "jax==3.0", False)
    assert old.signature == KnownSignature("", "jax==3.0", "(x)")
    assert names.replacement("jax.old") == "jax.tree.map"  # its note leaves out what it shares with the old name
    assert (new.added, new.signature) == ("jax==4.0", KnownSignature("(x)", "jax==4.0"))
    assert moved.signature == KnownSignature("(f, x)", "jax==2.0", "(x)")
    assert [one.totals for one in names.builds[1:]] == [
        {NameChangeKind.DEPRECATED: 1, NameChangeKind.SIGNATURE: 1},
        {NameChangeKind.REMOVED: 1},
        {NameChangeKind.ADDED: 1},
    ]


def test_a_name_that_comes_back_works_again(runfile: Callable[..., RunFile]) -> None:
    there = named(function("jax.a", note="jax.a is deprecated"))
    names = followed(runfile, there, {}, there)
    record = names.records["jax.a"]
    assert (record.works, record.last, record.removed) == (True, "", "")
    assert names.builds[2].totals == {NameChangeKind.DEPRECATED: 1}


def test_an_inherited_method_has_a_record_only_if_its_class_lost_it(runfile: Callable[..., RunFile]) -> None:
    classes = named(owner("jax.A"), owner("jax.B"), function("jax.A.f"), PublicName("jax.A.p", NameKind.PROPERTY))
    inherited = named(function("jax.B.f", alias_of="jax.A.f"))
    names = followed(runfile, classes | inherited)
    assert (names.builds[0].count, "jax.B.f" in names.records, names.other_names("jax.A.f")) == (4, False, ())
    lost = followed(runfile, classes | inherited, classes).records["jax.B.f"]
    assert (lost.last, lost.removed, lost.signature.before) == ("jax==1.0", "jax==2.0", "(x)")
    own = followed(runfile, classes | inherited, classes | named(function("jax.B.f", "(y)"))).records["jax.B.f"]
    assert (own.added, own.signature.text) == ("", "(y)")


def test_other_names_of_an_object_are_those_of_its_canonical_name(runfile: Callable[..., RunFile]) -> None:
    names = followed(
        runfile, named(function("tf.math.sum"), function("tf.sum", alias_of="tf.math.sum"), function("tf.a"))
    )
    assert names.other_names("tf.sum") == ("tf.math.sum",)
    assert names.other_names("tf.math.sum") == ("tf.sum",)
    assert names.other_names("tf.a") == names.other_names("tf.unknown") == ()
