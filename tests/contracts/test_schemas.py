"""The schemas that are published are those of the code, and what is made is of their form."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from tests.support.bundles import sample
from tests.support.following import Following
from tests.support.replaying import following, replayed
from tests.support.simulated import FoundDecisions, asked, simulated
from tests.support.tree import read
from tools.schemas import schemas

NAMES = ("bundle", "replay", "simulation", "verified")


def validator(name: str) -> jsonschema_rs.Draft202012Validator:
    """Return what validates by a schema as it is published, formats included."""
    return jsonschema_rs.Draft202012Validator(
        json.loads(read(f"docs/schemas/{name}.schema.json")), validate_formats=True
    )


def test_the_schemas_checked_in_are_those_of_the_code() -> None:
    """`make openapi` was run after the last change of a contract."""
    made = dict(schemas())
    assert sorted(made) == [f"{name}.schema.json" for name in NAMES]
    assert [name for name, text in made.items() if read(f"docs/schemas/{name}") != text] == []


def test_a_report_of_a_replay_is_of_its_published_form(tmp_path: Path) -> None:
    with following(tmp_path) as (cases, ledger):
        cases.ordinary("s-1")
        ledger.catch_up()
    report = json.loads(msgspec.json.encode(replayed(tmp_path)))
    assert validator("replay").is_valid(report)
    assert not validator("replay").is_valid({**report, "told": [{}]})


def test_a_report_of_a_simulation_is_of_its_published_form(tmp_path: Path) -> None:
    cases = FoundDecisions()
    ledger = Following(cases, cases.clock)
    cases.found("s-1")
    ledger.catch_up()
    report = json.loads(simulated(ledger, tmp_path, asked())[0].model_dump_json(by_alias=True))
    assert validator("simulation").is_valid(report)
    assert not validator("simulation").is_valid({**report, "until": None})


def test_a_bundle_is_of_its_published_form() -> None:
    assert [error.message for error in validator("bundle").iter_errors(json.loads(sample().raw))] == []


@pytest.mark.parametrize(
    "change",
    [
        {"format": "demerit-bundle/1"},
        {"extra": 1},
        {"folded": -1},
        {"missing_calendars": [{"id": "CN-2026", "digest": "c"}]},
        {"standings": [{"known_position": 1, "body": {}}]},
        {"cases": {"origin": "x", "checkpoint": "", "events": [{"position": 0, "event": "{}", "proof": []}]}},
        {"calendars": [{"id": "CN-2026"}]},
    ],
)
def test_another_form_is_not(change: dict[str, Any]) -> None:
    """The schema can refuse."""
    assert not validator("bundle").is_valid({**json.loads(sample().raw), **change})
