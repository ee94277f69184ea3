"""The feed's client picking out types and subjects, from the real feed and from feeds that lie."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from shared.kit import cloudevent
from shared.kit.cloudevent import Draft
from shared.kit.feed import feed_router
from shared.kit.feed_client import FeedBroken, FeedClient, FeedPage
from shared.kit.http import create_app
from shared.kit.ids import uuid7
from shared.kit.log.memory import open_memory_log
from shared.kit.log.model import Append, EventLog
from tests.support.server import serving
from tests.support.tokens import local_issuer


@pytest.fixture
def log() -> Iterator[EventLog]:
    """Ten events: two types and two subjects in turn."""
    opened = open_memory_log(lambda: datetime.now(UTC))
    for number in range(10):
        draft = Draft(
            id=uuid7(),
            type=f"demerit.x.{'even' if number % 2 else 'odd'}.v1",
            stream=uuid7(),
            stream_version=1,
            subject="s-1" if number < 5 else "s-2",
            data=cloudevent.canonical({}),
        )
        opened.append(Append(events=[draft]))
    yield opened
    opened.close()


def positions(page: FeedPage) -> list[int]:
    return [cloudevent.decode(state).position for state in page.events]


def test_what_is_picked_out_is_what_was_asked_for(log: EventLog, tmp_path: Path) -> None:
    issuer = local_issuer(tmp_path / "keys")
    token = tmp_path / "token"
    token.write_text(issuer.token("follower", "ledger") + "\n")
    app = create_app(title="f", version="1", verifier=issuer.verifier(), routers=[feed_router(log)], checks={})
    with serving(app) as url, FeedClient(url, token) as client:
        first = client.pick(0, 2, types=["demerit.x.odd.v1"])
        assert positions(first) == [1, 3]
        assert positions(client.pick(first.scanned_through, 9, types=["demerit.x.odd.v1"])) == [5, 7, 9]
        assert positions(client.pick(0, 9, subject="s-2")) == [6, 7, 8, 9, 10]
        assert positions(client.pick(6, 9, types=["demerit.x.odd.v1", "demerit.x.none.v1"], subject="s-2")) == [7, 9]
        nothing = client.pick(0, 9, subject="nobody")
        assert (nothing.events, nothing.scanned_through, nothing.head) == ([], 10, 10)


@pytest.mark.parametrize(
    ("found", "scanned", "head"),
    [([2], 9, 9), ([3, 2], 9, 9), ([4, 4], 9, 9), ([5], 4, 9), ([5], 9, 8), ([3, 4, 5, 6], 9, 9), ([], 1, 9)],
)
def test_a_feed_that_says_what_cannot_be_is_not_believed(
    tmp_path: Path, found: list[int], scanned: int, head: int
) -> None:
    """Not behind the position, out of order, told twice, going back, beyond its head, more than asked for."""
    token = tmp_path / "token"
    token.write_text("a.b.c")
    body = b"".join(json.dumps({"sequence": str(position).zfill(20)}).encode() + b"\n" for position in found)
    headers = {
        "content-type": "application/x-ndjson",
        "demerit-head": str(head),
        "demerit-scanned-through": str(scanned),
        "demerit-recorded-through": "2026-01-31T09:00:00Z",
    }

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(body))

    transport = httpx.MockTransport(answer)
    with FeedClient("http://feed.invalid", token, transport=transport) as client, pytest.raises(FeedBroken):
        client.pick(2, 3)
