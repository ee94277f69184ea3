"""What a published piece of data pins: the SHA-256 of what it says, not of how its file is laid out.

The canonical form is JSON in ASCII with sorted keys and no blanks; dates and instants in ISO 8601, instants in UTC.
Keys that hold their schema's default are left out, so that a new optional key changes no published digest. Comments,
spacing, the order of keys and the offset that an instant is written with do not matter; the order of lists does.
"""

import json
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from hashlib import sha256

from pydantic import BaseModel

from shared.rulebook.model import Ref, Timeline


def canonical(said: BaseModel, *, outside: AbstractSet[str] = frozenset()) -> str:
    """Return the canonical form of what `said` holds, the keys named by `outside` apart; the same for ever."""
    content = said.model_dump(exclude_defaults=True, exclude=set(outside))
    return json.dumps(content, sort_keys=True, separators=(",", ":"), default=_iso)


def pin(id_: str, canonical: str) -> Ref:
    """Return the reference to what a canonical form says."""
    return Ref(id_, sha256(canonical.encode("ascii")).hexdigest())


def digest_of(timeline: Timeline) -> str:
    """Return the SHA-256 of a whole timeline, 64 hexadecimal digits: what its versions say, and when each holds."""
    told: list[str] = []
    for version in timeline.versions:
        told += [version.ref.digest, str(version.effective_from), str(version.effective_until)]
    return sha256("\n".join(told).encode()).hexdigest()


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form")
