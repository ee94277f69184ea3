"""The feed over real HTTP: pages, long polls, filters, negotiation, stopping."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from shared.kit import cloudevent
from shared.kit.cloudevent import Draft
from shared.kit.feed import feed_router
from shared.kit.headwatch import HeadWatch
from shared.kit.http import create_app
from shared.kit.ids import uuid7
from shared.kit.log.memory import open_memory_log
from shared.kit.log.model import Append, EventLog
from tests.support.eventually import eventually
from tests.support.server import serving
from tests.support.tokens import Issuer, local_issuer

NDJSON = "application/x-ndjson"


@dataclass
class Feed:
    """A served feed, its log, and a client that may read it."""

    log: EventLog
    watch: HeadWatch
    http: httpx.Client

    def add(self, subject: str = "seller-1", kind: str = "demerit.cases.complaint_filed.v1") -> None:
        case = uuid7()
        draft = Draft(
            id=case, type=kind, stream=f"case-{case}", stream_version=1, subject=subject, data=cloudevent.canonical({})
        )
        self.log.append(Append(events=[draft]))

    def stored(self) -> list[bytes]:
        return [event.state for event in self.log.read(0, 1000).events]

    def get(self, *, accept: str = NDJSON, **params: Any) -> httpx.Response:
        return self.http.get("/feed", params=params, headers={"Accept": accept})

    def wait(self, **params: Any) -> "Future[httpx.Response]":
        """Ask for a page from position 0 in a thread; returns when the server has begun to wait."""
        answer: Future[httpx.Response] = Future()
        Thread(target=lambda: answer.set_result(self.get(wait=20, **params)), daemon=True).start()
        eventually(lambda: self.watch.waiting == 1)
        return answer


@contextmanager
def served(issuer: Issuer, log: EventLog, watch: HeadWatch | None = None) -> Iterator[Feed]:
    watch = HeadWatch(log) if watch is None else watch
    app = create_app(
        title="feed", version="1", verifier=issuer.verifier(), routers=[feed_router(log, watch)], checks={}
    )
    with httpx.Client(headers=issuer.headers("follower"), timeout=10) as http, serving(app) as url:
        http.base_url = httpx.URL(url)
        yield Feed(log, watch, http)


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return local_issuer(tmp_path / "keys")


@pytest.fixture
def log() -> Iterator[EventLog]:
    opened = open_memory_log(lambda: datetime.now(UTC))
    yield opened
    opened.close()


@pytest.fixture
def feed(issuer: Issuer, log: EventLog) -> Iterator[Feed]:
    with served(issuer, log) as one:
        yield one


def test_an_empty_log_answers_an_empty_page_with_its_three_headers(feed: Feed) -> None:
    answer = feed.get()
    assert (answer.status_code, answer.content) == (200, b"")
    assert (answer.headers["Demerit-Head"], answer.headers["Demerit-Scanned-Through"]) == ("0", "0")
    assert datetime.fromisoformat(answer.headers["Demerit-Recorded-Through"]).tzinfo is not None


def test_the_stored_bytes_are_sent_unchanged_one_per_line(feed: Feed) -> None:
    for _ in range(3):
        feed.add()
    answer = feed.get(after=0)
    assert answer.headers["content-type"] == NDJSON
    assert answer.content == b"".join(state + b"\n" for state in feed.stored())


def test_the_batch_is_a_json_array_of_the_same_bytes(feed: Feed) -> None:
    for _ in range(2):
        feed.add()
    answer = feed.get(accept="application/cloudevents-batch+json")
    assert answer.headers["content-type"] == "application/cloudevents-batch+json"
    assert answer.content == b"[" + b",".join(feed.stored()) + b"]"
    assert [event["sequence"] for event in json.loads(answer.content)] == ["0" * 19 + "1", "0" * 19 + "2"]


def test_pages_go_on_where_the_one_before_was_scanned_through(feed: Feed) -> None:
    for _ in range(5):
        feed.add()
    first = feed.get(after=0, limit=3)
    second = feed.get(after=first.headers["Demerit-Scanned-Through"], limit=3)
    assert first.content + second.content == b"".join(state + b"\n" for state in feed.stored())
    assert [page.headers["Demerit-Head"] for page in (first, second)] == ["5", "5"]


def test_filters_narrow_the_events_but_not_how_far_the_page_has_looked(feed: Feed) -> None:
    feed.add("seller-1", "demerit.cases.complaint_filed.v1")
    feed.add("seller-2", "demerit.cases.complaint_filed.v1")
    feed.add("seller-1", "demerit.cases.decision_notified.v1")
    by_subject = feed.get(subject="seller-2")
    assert by_subject.content.count(b"\n") == 1
    assert by_subject.headers["Demerit-Scanned-Through"] == "3"
    two_types = ["demerit.cases.complaint_filed.v1", "demerit.cases.decision_notified.v1"]
    assert feed.get(type=two_types).content.count(b"\n") == 3
    assert feed.get(type=two_types[1], subject="seller-2").content == b""


def test_a_waiting_reader_gets_the_event_as_soon_as_it_is_appended(feed: Feed) -> None:
    answer = feed.wait()
    feed.add()
    assert answer.result(2).content == feed.stored()[0] + b"\n"


def test_a_wait_without_an_event_ends_after_its_seconds(feed: Feed) -> None:
    began = time.monotonic()
    answer = feed.get(after=0, wait=1)
    assert 0.9 < time.monotonic() - began < 4
    assert answer.content == b""


def test_a_filtered_reader_goes_on_waiting_while_only_others_events_come(feed: Feed) -> None:
    answer = feed.wait(subject="seller-2")
    feed.add("seller-1")
    feed.add("seller-2")
    assert answer.result(2).content == feed.stored()[1] + b"\n"
    assert answer.result().headers["Demerit-Scanned-Through"] == "2"


def test_many_waiting_readers_are_all_woken(feed: Feed) -> None:
    with ThreadPoolExecutor(20) as readers:
        answers = [readers.submit(feed.get, wait=20) for _ in range(20)]
        eventually(lambda: feed.watch.waiting == 20)
        feed.add()
        assert {answer.result(5).content for answer in answers} == {feed.stored()[0] + b"\n"}


def test_a_reader_beyond_the_head_is_told_so_at_once(feed: Feed) -> None:
    feed.add()
    began = time.monotonic()
    answer = feed.get(after=7, wait=20)
    assert time.monotonic() - began < 2
    assert (answer.headers["Demerit-Head"], answer.headers["Demerit-Scanned-Through"]) == ("1", "7")


def test_stopping_the_server_ends_waiting_polls_with_a_page(issuer: Issuer, log: EventLog) -> None:
    with served(issuer, log) as feed:
        answer = feed.wait()
        began = time.monotonic()
    assert (answer.result(2).status_code, answer.result().content) == (200, b"")
    assert time.monotonic() - began < 2


def test_beyond_the_bound_a_waiter_is_asked_to_come_back(issuer: Issuer, log: EventLog) -> None:
    with served(issuer, log, HeadWatch(log, max_waiters=0)) as feed:
        answer = feed.get(after=0, wait=5)
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "too_many_waiters", "1")


def test_a_reader_that_hangs_up_is_forgotten(issuer: Issuer, log: EventLog) -> None:
    with served(issuer, log) as feed:
        with pytest.raises(httpx.ReadTimeout):
            feed.http.get("/feed", params={"wait": 30}, timeout=0.3)
        eventually(lambda: feed.watch.waiting == 0)


def test_a_closed_log_is_said_to_be_unavailable(feed: Feed) -> None:
    feed.log.close()
    answer = feed.get()
    assert (answer.status_code, answer.json()["code"]) == (503, "log_unavailable")


def test_a_log_that_closes_under_a_waiting_reader_is_said_to_be_unavailable(feed: Feed) -> None:
    answer = feed.wait()
    feed.log.close()
    assert answer.result(5).json()["code"] == "log_unavailable"


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Feed]:
    """A served feed of an empty log, for tests that only ask."""
    log = open_memory_log(lambda: datetime.now(UTC))
    with served(local_issuer(tmp_path_factory.mktemp("keys")), log) as one:
        yield one
    log.close()


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 406),
        ("text/html, application/x-ndjson;q=0", 406),
        ("*/*", 200),
        ("application/*;q=0.1", 200),
        ("application/x-ndjson;q=0.2, application/cloudevents-batch+json;q=0.1", 200),
        ("application/x-ndjson;q=nonsense", 406),
    ],
)
def test_the_accept_header_chooses_among_two_forms(idle: Feed, accept: str, status: int) -> None:
    assert idle.get(accept=accept).status_code == status


@pytest.mark.parametrize(
    "params",
    [
        {"after": "-1"},
        {"after": "1_0"},
        {"after": "1.0"},
        {"after": "9" * 30},
        {"limit": "0"},
        {"limit": "1001"},
        {"wait": "31"},
        {"type": "Not A Type"},
        {"type": ["a"] * 51},
        {"subject": "a b"},
        {"subject": "a\0"},
        {"aftre": "1"},
        {"after": ["1", "2"]},
    ],
)
def test_what_is_no_position_limit_or_filter_is_refused(idle: Feed, params: dict[str, Any]) -> None:
    answer = idle.get(**params)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_feed_is_for_holders_of_its_scope(feed: Feed, issuer: Issuer) -> None:
    assert httpx.get(f"{feed.http.base_url}/feed").status_code == 401
    assert feed.http.get("/feed", headers=issuer.headers("officer")).status_code == 403
