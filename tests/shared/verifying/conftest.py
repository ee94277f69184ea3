"""A log with a history in a store of each kind, for somebody to change."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.kit.cloudevent import Draft, canonical
from shared.kit.ids import uuid7
from shared.kit.log.model import Append, Appended, Idempotency, Stamp
from tests.support.damage import Victim

EVENTS = 40


def response(draft: Draft, stamp: Stamp) -> bytes:
    """Return what is kept of a request."""
    cited = {"id": draft.id, "type": draft.type, "position": stamp.position, "recorded_at": stamp.recorded_at}
    return canonical({"events": [cited]})


@pytest.fixture(params=["sqlite", "postgres"])
def victim(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Victim]:
    """Forty events in five streams, every second one asked for with a key."""
    victim = Victim(request.param, (), tmp_path)
    with victim.log() as log:
        for number in range(EVENTS):
            scope = f"scope-{number:02}" if number % 2 else ""
            draft = Draft(
                id=uuid7(),
                type=f"demerit.test.kind_{number % 3}.v1",
                stream=f"stream-{number % 5}",
                stream_version=number // 5 + 1,
                subject=f"s-{number % 4}",
                data=canonical({"number": number}),
                command_key=scope,
            )
            key = Idempotency(scope, b"digest", lambda stamps, draft=draft: response(draft, stamps[0]))  # type: ignore[misc]  # bound in this turn
            victim.clock.advance(1)
            assert isinstance(log.append(Append([draft], idempotency=key if scope else None)), Appended)
    yield victim
    victim.drop()
