"""The feed's client against the real feed, and against feeds that lie."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit import cloudevent
from shared.kit.cloudevent import Draft
from shared.kit.feed import feed_router
from shared.kit.feed_client import MAX_RESPONSE_BYTES, FeedBroken, FeedClient, FeedUnavailable
from shared.kit.http import create_app
from shared.kit.ids import uuid7
from shared.kit.log.memory import open_memory_log
from shared.kit.log.model import Append, EventLog
from tests.support.server import serving
from tests.support.tokens import local_issuer

NOW = "2026-01-31T09:00:00.000000Z"


@pytest.fixture
def log() -> Iterator[EventLog]:
    opened = open_memory_log(lambda: datetime.now(UTC))
    yield opened
    opened.close()


def fill(log: EventLog, count: int) -> None:
    for _ in range(count):
        case = uuid7()
        draft = Draft(
            id=case, type="demerit.x.y.v1", stream=case, stream_version=1, subject="s-1", data=cloudevent.canonical({})
        )
        log.append(Append(events=[draft]))


def test_a_follower_reads_a_whole_feed_as_it_is_stored(log: EventLog, tmp_path: Path) -> None:
    issuer = local_issuer(tmp_path / "keys")
    token = tmp_path / "token"
    token.write_text(issuer.token("follower", "ledger") + "\n")
    app = create_app(title="f", version="1", verifier=issuer.verifier(), routers=[feed_router(log)], checks={})
    fill(log, 5)
    with serving(app) as url, FeedClient(url, token) as client:
        first = client.page(0, 3)
        second = client.page(first.scanned_through, 3, wait_s=1)
        last = client.page(second.scanned_through, 3)
        assert first.events + second.events == [event.state for event in log.read(0, 10).events]
        assert (first.head, second.scanned_through, last.events) == (5, 5, [])
        assert second.recorded_through <= last.recorded_through
        token.write_text("revoked")
        with pytest.raises(FeedUnavailable, match="401"):
            client.page(5, 3)
        token.write_text(issuer.token("follower", "ledger-2"))
        assert client.page(5, 3).events == []


def line(position: int, **more: Any) -> bytes:
    return json.dumps({"sequence": str(position).zfill(20), **more}).encode()


def page(*positions: int, **changed: str | bytes | None) -> httpx.Response:
    """Return a page of these positions; headers say the natural thing unless changed."""
    through = str(positions[-1] if positions else 0)
    headers: dict[str, str | bytes | None] = {
        "content-type": "application/x-ndjson",
        "demerit-head": through,
        "demerit-scanned-through": through,
        "demerit-recorded-through": NOW,
    }
    headers |= {name.replace("_", "-"): value for name, value in changed.items() if name != "body"}
    body = changed.get("body")
    content = b"".join(line(position) + b"\n" for position in positions) if not isinstance(body, bytes) else body
    given = {name: value for name, value in headers.items() if isinstance(value, str)}
    return httpx.Response(200, headers=given, stream=httpx.ByteStream(content))


def asked(tmp_path: Path, answer: Callable[[httpx.Request], httpx.Response], after: int = 0, limit: int = 100) -> Any:
    token = tmp_path / "token"
    token.write_text("a.b.c")
    with FeedClient("http://feed.invalid", token, transport=httpx.MockTransport(answer)) as client:
        return client.page(after, limit)


def test_a_sound_page_is_believed(tmp_path: Path) -> None:
    read = asked(tmp_path, lambda _: page(3, 4, demerit_head="9"), after=2)
    assert (read.events, read.scanned_through, read.head) == ([line(3), line(4)], 4, 9)
    assert read.recorded_through == datetime.fromisoformat(NOW)


def test_the_request_says_who_asks_for_what(tmp_path: Path) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return page(8)

    asked(tmp_path, answer, after=7, limit=50)
    assert dict(seen[0].url.params) == {"after": "7", "limit": "50", "wait": "0"}
    assert seen[0].headers["authorization"] == "Bearer a.b.c"
    assert seen[0].headers["accept"] == "application/x-ndjson"


@pytest.mark.parametrize(
    "answer",
    [
        page(2),
        page(1, 3),
        page(1, 1),
        page(2, 1),
        page(1, 2, demerit_scanned_through="3", demerit_head="3"),
        page(1, 2, demerit_scanned_through="1"),
        page(demerit_scanned_through="4", demerit_head="4"),
        page(1, 2, demerit_head="1"),
        page(1, demerit_head="-1"),
        page(1, demerit_head="1e3"),
        page(1, demerit_head=None),
        page(1, demerit_scanned_through=None),
        page(1, demerit_recorded_through=None),
        page(1, demerit_recorded_through="yesterday"),
        page(1, demerit_recorded_through="2026-01-31T09:00:00"),
        page(1, content_type="text/html"),
        page(1, content_type=None),
        page(1, body=line(1)),
        page(1, body=b"no event\n"),
        page(1, body=b"\n"),
        page(1, body=b'{"sequence": 1}\n'),
        page(1, body=b'{"sequence": "1"}\n'),
        page(1, body='{"sequence": "０0000000000000000001"}\n'.encode()),
        page(1, body=b'{"id": "a"}\n'),
        page(*range(1, 102)),
        httpx.Response(302, headers={"location": "http://elsewhere.invalid/feed"}),
    ],
)
def test_a_feed_that_says_what_cannot_be_raises_the_alarm(tmp_path: Path, answer: httpx.Response) -> None:
    with pytest.raises(FeedBroken):
        asked(tmp_path, lambda _: answer)


@given(st.lists(st.integers(1, 8), max_size=8), st.integers(0, 4))
def test_only_an_unbroken_run_behind_the_last_position_is_believed(
    tmp_path_factory: pytest.TempPathFactory, positions: list[int], after: int
) -> None:
    through = str(positions[-1] if positions else after)
    answer = page(*positions, demerit_head="8", demerit_scanned_through=through)
    sound = positions == list(range(after + 1, after + 1 + len(positions)))
    folder = tmp_path_factory.getbasetemp()
    if sound:
        assert asked(folder, lambda _: answer, after=after).scanned_through == after + len(positions)
    else:
        with pytest.raises(FeedBroken):
            asked(folder, lambda _: answer, after=after)


def test_a_log_that_has_become_shorter_raises_the_alarm(tmp_path: Path) -> None:
    with pytest.raises(FeedBroken, match="log_went_back at position 3"):
        asked(tmp_path, lambda _: page(demerit_scanned_through="5", demerit_head="3"), after=5)


def test_a_page_above_the_size_limit_raises_the_alarm(tmp_path: Path) -> None:
    huge = page(1, body=line(1, padding="x" * MAX_RESPONSE_BYTES) + b"\n")
    with pytest.raises(FeedBroken, match="larger"):
        asked(tmp_path, lambda _: huge)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 406, 422, 429, 500, 502, 503])
def test_a_refusal_is_tried_again_when_it_says(tmp_path: Path, status: int) -> None:
    with pytest.raises(FeedUnavailable, match=str(status)) as refusal:
        asked(tmp_path, lambda _: httpx.Response(status, headers={"Retry-After": "7"}))
    assert refusal.value.retry_after_s == 7.0


def test_a_date_to_retry_after_is_no_number_of_seconds(tmp_path: Path) -> None:
    with pytest.raises(FeedUnavailable) as refusal:
        asked(tmp_path, lambda _: httpx.Response(503, headers={"Retry-After": "Sat, 31 Jan 2026 09:00:00 GMT"}))
    assert refusal.value.retry_after_s is None


@pytest.mark.parametrize("failure", [httpx.ConnectError("x"), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x")])
def test_a_broken_connection_is_tried_again(tmp_path: Path, failure: httpx.HTTPError) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise failure

    with pytest.raises(FeedUnavailable, match=type(failure).__name__):
        asked(tmp_path, answer)


def test_who_does_not_answer_is_named_to_operators_alone(tmp_path: Path) -> None:
    """And never the name and password of an address."""

    def away(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("x")

    token = tmp_path / "token"
    token.write_text("a.b.c")
    transport = httpx.MockTransport(away)
    client = FeedClient("http://me:secret@feed.invalid:8001", token, transport=transport)
    with client, pytest.raises(FeedUnavailable) as refusal:
        client.page(0, 1)
    assert str(refusal.value) == "http://feed.invalid:8001: no answer (ConnectError)"
    assert refusal.value.reason == "no answer (ConnectError)"


@pytest.mark.parametrize("content", [None, b"", b"two words", b"\xff", b"x" * 9000])
def test_without_a_token_the_feed_is_unavailable(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    with FeedClient("http://feed.invalid", path) as client, pytest.raises(FeedUnavailable, match="token"):
        client.page(0, 1)


def test_a_token_is_read_again_only_when_its_file_changed(tmp_path: Path) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        return page()

    path = tmp_path / "token"
    path.write_text("one")
    with FeedClient("http://feed.invalid", path, transport=httpx.MockTransport(answer)) as client:
        client.page(0, 1)
        client.page(0, 1)
        draft = tmp_path / "draft"
        draft.write_text("two")
        os.replace(draft, path)
        client.page(0, 1)
    assert seen == ["Bearer one", "Bearer one", "Bearer two"]
