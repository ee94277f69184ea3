"""What a running ledger would have to answer about an account."""

from dataclasses import fields
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from services.ledger.domain.standing import Standing

SAID: Final = tuple(field.name for field in fields(Standing))
QUARANTINED: Final = "seller_quarantined"


class Clocks(NamedTuple):
    """At which standings are asked for: when they count, and by which facts, both inclusive."""

    as_of: datetime
    known_position: int


def said_of(standing: Standing) -> dict[str, Any]:
    """Return what would have to be answered, as JSON has it, but for clocks and version."""
    told: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(standing))
    return told
