"""What followers are told about the feeds is what the codecs write."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own

from shared.contracts.entries import DIGEST
from tests.support.tree import read
from tools.asyncapi import FEEDS, text

HERE = Path(__file__).parent
EVENTS = sorted(HERE.glob("golden/*.json"))  # whole events
DATA = sorted(HERE.glob("ledger/golden/*.json"))  # the data of events


def test_the_document_is_the_one_the_code_makes() -> None:
    assert read("docs/asyncapi.yaml") == text()


def test_every_event_type_is_told_on_its_feed() -> None:
    told = yaml.safe_load(text())
    for feed, types in FEEDS.items():
        assert set(told["channels"][feed]["messages"]) == set(types)


def validator(event_type: str, part: str | None = None) -> Any:
    """Return what checks the payload of this type as it is told, or one of its members."""
    told = yaml.safe_load(text())
    payload = told["components"]["messages"][event_type]["payload"]
    schema = payload if part is None else payload["allOf"][1]["properties"][part]
    return jsonschema_rs.validator_for({**schema, "components": told["components"]})


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_stored_events_satisfy_what_is_told(path: Path) -> None:
    event = json.loads(path.read_bytes())
    checks = validator(event["type"])
    assert checks.is_valid(event)
    assert not checks.is_valid({**event, "type": "another"})


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.stem)
def test_stored_data_satisfy_what_is_told(path: Path) -> None:
    data = json.loads(path.read_bytes())
    checks = validator(path.stem, "data")
    assert checks.is_valid(data)
    assert not checks.is_valid({**data, "number" if path.stem == DIGEST else "account_version": "7"})
