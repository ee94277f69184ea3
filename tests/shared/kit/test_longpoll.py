"""A page is cut by its bytes without losing an event or promising too much."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit import longpoll
from shared.kit.log.instant import to_us
from shared.kit.log.model import Page, Stored
from shared.kit.longpoll import bounded

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
LIMIT = 100


def page(*sizes: int) -> Page:
    """Return a full page of events of these sizes behind position 10, in a log that goes on."""
    events = tuple(
        Stored(11 + at, to_us(BEGAN) + at * 1_000_000, "t", "s", at + 1, b"x" * size) for at, size in enumerate(sizes)
    )
    return Page(events, 10 + len(events), 99, BEGAN + timedelta(hours=1))


@pytest.fixture(autouse=True, scope="module")
def small_pages() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(longpoll, "MAX_PAGE_BYTES", LIMIT)
        yield


def test_a_page_within_the_bound_stays_as_it_is() -> None:
    whole = page(50, 50)
    assert bounded(whole) is whole


@given(st.lists(st.integers(1, 150), min_size=1, max_size=12))
def test_a_cut_page_is_a_beginning_with_its_own_promises(sizes: list[int]) -> None:
    whole = page(*sizes)
    cut = bounded(whole)
    assert cut.events == whole.events[: len(cut.events)]
    assert len(cut.events) == 1 or sum(len(event.state) for event in cut.events) <= LIMIT
    if len(cut.events) < len(whole.events):
        last = cut.events[-1]
        assert (cut.scanned_through, cut.recorded_through) == (last.position, last.recorded_at)
        assert sum(sizes[: len(cut.events) + 1]) > LIMIT


def test_one_event_above_the_bound_is_sent_alone() -> None:
    assert len(bounded(page(150, 1)).events) == 1
