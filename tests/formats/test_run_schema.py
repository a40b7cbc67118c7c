"""The published schema and the dataclasses agree."""

from __future__ import annotations

import dataclasses
import json

import pytest

from monitor import model
from monitor.formats.run_file import FORMAT, SCHEMA

DEFINITIONS = json.loads(SCHEMA.read_text())["$defs"]
NOUNS = {
    "run": model.Run,
    "build": model.Build,
    "package": model.Package,
    "observation": model.Observation,
    "error": model.NumericalError,
    "latency": model.Latency,
    "compiled": model.Compiled,
    "publicName": model.PublicName,
    "comparison": model.Comparison,
    "side": model.ComparisonSide,
    "end": model.RunEnd,
}


@pytest.mark.parametrize("name", NOUNS)
def test_the_schema_has_the_fields_of_the_noun(name: str) -> None:
    fields = dataclasses.fields(NOUNS[name])
    assert set(DEFINITIONS[name]["properties"]) == {field.name for field in fields}
    assert set(DEFINITIONS[name]["required"]) == {
        field.name
        for field in fields
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }


def test_the_schema_has_the_words_of_the_enums() -> None:
    observation = DEFINITIONS["observation"]["properties"]
    assert observation["outcome"]["enum"] == [outcome.value for outcome in model.Outcome]
    assert observation["stage"]["enum"] == [stage.value for stage in model.Stage]
    assert DEFINITIONS["comparison"]["properties"]["reason"]["enum"] == [reason.value for reason in model.Reason]
    assert DEFINITIONS["evidence"]["enum"] == [evidence.value for evidence in model.Evidence]
    assert DEFINITIONS["publicName"]["properties"]["kind"]["enum"] == [kind.value for kind in model.NameKind]
    assert DEFINITIONS["build"]["properties"]["channel"]["enum"] == [channel.value for channel in model.Channel]


def test_the_schema_is_of_this_format() -> None:
    assert DEFINITIONS["runLine"]["properties"]["format"]["const"] == FORMAT
