"""Describes both feeds as AsyncAPI 3: every event type with the schema of its data, made from the codecs themselves."""

import sys
from collections.abc import Mapping
from typing import Any, Final

import msgspec
import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own

from services.cases.publication import MOVES_POINTS
from services.cases.publication import TYPES as CASES
from services.cases.recallpublication import TYPES as RECALLS
from services.ledger.entries import EFFECTS
from shared.contracts.entries import TYPES as LEDGER
from shared.kit.cloudevent import MAX_EVENT_BYTES, Envelope

FEEDS: Final[Mapping[str, Mapping[str, type]]] = {"cases": {**CASES, **RECALLS}, "ledger": LEDGER}
REF: Final = "#/components/schemas/{name}"


def document() -> dict[str, Any]:
    """Return the description, the same for every machine, its names in order."""
    types = {name: body for feed in FEEDS.values() for name, body in feed.items()}
    schemas, components = msgspec.json.schema_components([Envelope, *types.values()], ref_template=REF)
    envelope, *bodies = schemas
    payloads = dict(zip(types, bodies, strict=True))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Demerit feeds",
            "version": "1",
            "description": "What each service tells, in order of position, without holes: pulled from GET /feed. An "
            f"event is a CloudEvent in canonical JSON of at most {MAX_EVENT_BYTES} bytes; unknown fields are ignored.",
        },
        "channels": {feed: _channel(feed) for feed in FEEDS},
        "operations": {
            f"follow_{feed}": {"action": "receive", "channel": {"$ref": f"#/channels/{feed}"}} for feed in FEEDS
        },
        "components": {
            "messages": {name: _message(name, envelope, payloads[name]) for name in sorted(types)},
            "schemas": dict(sorted(components.items())),
        },
    }


def _channel(feed: str) -> dict[str, Any]:
    return {
        "address": "/feed",
        "title": f"The {feed} log",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in sorted(FEEDS[feed])},
    }


def _message(name: str, envelope: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    effect = EFFECTS.get(name, "points" if name in MOVES_POINTS else "none")
    told = {"type": {"const": name}, "standingeffect": {"const": effect}, "data": data}
    return {
        "name": name,
        "contentType": "application/cloudevents+json",
        "payload": {"allOf": [envelope, {"type": "object", "properties": told}]},
    }


def text() -> str:
    """Return the description as YAML."""
    written: str = yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=120)
    return written


if __name__ == "__main__":
    sys.stdout.write(text())
