"""Conformance: what every log promises of reading (pages, filters, streams, waiting, closing)."""

from collections.abc import Sequence
from itertools import product
from threading import Thread

import pytest

from shared.kit.log.model import MAX_READ, MAX_STREAMS, MAX_TYPES, Append, EventLog, LogUnavailable, Tracking
from shared.kit.log.rows import Where
from tests.support.eventually import eventually
from tests.support.logs import ITEMS, draft, everything

KINDS = ("demerit.test.red.v1", "demerit.test.green.v1", "demerit.test.blue.v1")


def fill(log: EventLog, count: int) -> None:
    """Append events whose kinds and subjects take turns, with different periods."""
    drafts = [draft(f"stream-{n}", kind=KINDS[n % 3], subject=f"s{n % 4}") for n in range(count)]
    log.append(Append(drafts))


def positions(
    log: EventLog, after: int, limit: int, types: Sequence[str] = (), subject: str | None = None
) -> list[int]:
    return [event.position for event in log.read(after, limit, types=types, subject=subject).events]


@pytest.mark.parametrize(("after", "limit"), [(-1, 10), (0, 0), (0, -1), (0, MAX_READ + 1)])
def test_a_page_has_limits(log: EventLog, after: int, limit: int) -> None:
    with pytest.raises(ValueError, match="a page holds 1 to 1000 events"):
        log.read(after, limit)


def test_a_page_is_filtered_by_a_bounded_number_of_types(log: EventLog) -> None:
    log.append(Append([draft()]))
    assert positions(log, 0, 10, [f"t{n}" for n in range(MAX_TYPES)]) == []
    with pytest.raises(ValueError, match="at most 100 types"):
        log.read(0, 10, types=["t"] * (MAX_TYPES + 1))


def test_pages_follow_each_other(log: EventLog) -> None:
    fill(log, 7)
    first = log.read(0, 3)
    second = log.read(first.scanned_through, 3)
    third = log.read(second.scanned_through, 3)
    assert [[event.position for event in page.events] for page in (first, second, third)] == [
        [1, 2, 3],
        [4, 5, 6],
        [7],
    ]
    assert [page.scanned_through for page in (first, second, third)] == [3, 6, 7]
    assert {page.head for page in (first, second, third)} == {7}


def test_an_empty_log_has_an_empty_page(log: EventLog) -> None:
    page = log.read(0, 10)
    assert (page.events, page.scanned_through, page.head) == ((), 0, 0)


def test_a_reader_ahead_of_the_log_stays_where_it_is(log: EventLog) -> None:
    fill(log, 2)
    page = log.read(5, 10)
    assert (page.events, page.scanned_through, page.head) == ((), 5, 2)


@pytest.mark.parametrize("types", [(), KINDS[:1], KINDS[:2], (KINDS[0], KINDS[0]), ("demerit.test.none.v1",)])
@pytest.mark.parametrize("subject", [None, "s1", "nobody"])
def test_filters_choose_as_a_plain_search_does(log: EventLog, types: Sequence[str], subject: str | None) -> None:
    fill(log, 30)
    chosen = [
        n + 1 for n in range(30) if (not types or KINDS[n % 3] in types) and (subject is None or f"s{n % 4}" == subject)
    ]
    for after, limit in product(range(0, 31, 5), (1, 2, 5, 30)):
        page = log.read(after, limit, types=types, subject=subject)
        found = [position for position in chosen if position > after][:limit]
        assert [event.position for event in page.events] == found
        assert page.scanned_through == (found[-1] if len(found) == limit else 30)


def test_a_filtered_reader_resumes_where_it_was_scanned_to(log: EventLog) -> None:
    fill(log, 10)
    page = log.read(0, 10, types=["demerit.test.none.v1"])
    assert (page.events, page.scanned_through) == ((), 10)
    log.append(Append([draft("late", kind="demerit.test.none.v1")]))
    assert positions(log, page.scanned_through, 10, ["demerit.test.none.v1"]) == [11]


def test_streams_are_read_together_in_order_of_position(log: EventLog) -> None:
    log.append(Append([draft("case-1", 1), draft("case-2", 1), draft("clock-case-1", 1), draft("case-1", 2)]))
    assert [event.position for event in log.stream("case-1")] == [1, 4]
    assert [event.position for event in log.stream("clock-case-1", "case-1", "case-1")] == [1, 3, 4]
    assert log.stream("case-1") == [event for event in everything(log) if event.stream == "case-1"]


def test_an_unknown_stream_is_empty(log: EventLog) -> None:
    assert log.stream("case-1") == []
    assert log.stream() == []


def test_a_bounded_number_of_streams_is_read_at_once(log: EventLog) -> None:
    assert log.stream(*(f"case-{n}" for n in range(MAX_STREAMS))) == []
    with pytest.raises(ValueError, match="at most 1000 streams"):
        log.stream(*(f"case-{n}" for n in range(MAX_STREAMS + 1)))


def test_waiting_ends_at_once_when_there_is_more(log: EventLog) -> None:
    log.append(Append([draft()]))
    assert log.wait(0, 30)


def test_waiting_ends_when_its_time_is_over(log: EventLog) -> None:
    assert not log.wait(0, 0.01)
    assert not log.wait(0, 0)
    assert not log.wait(0, -1)


def test_an_append_wakes_those_who_wait(log: EventLog) -> None:
    woken: list[bool] = []
    waiting = Thread(target=lambda: woken.append(log.wait(1, 30)))
    waiting.start()
    log.append(Append([draft(version=1)]))
    log.append(Append((), tracking=Tracking("cases", 1)))
    assert woken == []
    log.append(Append([draft(version=2)]))
    waiting.join(5)
    assert woken == [True]


def test_closing_lets_those_go_who_wait(log: EventLog) -> None:
    woken: list[bool] = []
    waiting = Thread(target=lambda: woken.append(log.wait(0, 30)))
    waiting.start()
    log.close()
    waiting.join(5)
    eventually(lambda: bool(woken))
    assert woken == [False]


def test_a_closed_log_says_so(log: EventLog) -> None:
    log.append(Append([draft()]))
    log.close()
    log.close()
    for call in (
        lambda: log.append(Append()),
        lambda: log.read(0, 1),
        lambda: log.stream("a"),
        log.head,
        lambda: log.kept("k"),
        lambda: log.tracked("n"),
        lambda: log.get(ITEMS, "a", 1),
        lambda: log.select(ITEMS, Where("shelf", "=", "a"), limit=1),
        lambda: log.wait(0, 1),
    ):
        with pytest.raises(LogUnavailable, match="closed"):
            call()
