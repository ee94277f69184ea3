"""A simulation that fails says why and where; a feed that is late delays it, and nobody has to wait for that."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.ledger.simulating import patience
from shared.kit.feed_client import FeedBroken, FeedUnavailable
from tests.support.eventually import eventually
from tests.support.ledger_service import LedgerService, ledger_service
from tests.support.simulating import GatedDecisions, begun, ended, get


@pytest.fixture
def cases() -> GatedDecisions:
    """An empty cases log."""
    return GatedDecisions()


@pytest.fixture
def service(tmp_path: Path, cases: GatedDecisions) -> Iterator[LedgerService]:
    """A ledger that simulates over it."""
    with ledger_service(tmp_path, cases) as running:
        yield running
        cases.gate.set()


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (FeedUnavailable("no connection"), "cases_unavailable"),
        (FeedBroken("a hole"), "cases_broken"),
        (OSError("no space"), "folder_unwritable"),
        (RuntimeError("secret"), "internal_error"),
    ],
)
def test_one_that_fails_says_why(
    service: LedgerService, cases: GatedDecisions, monkeypatch: pytest.MonkeyPatch, failure: Exception, code: str
) -> None:
    """And nothing of what went wrong inside."""
    monkeypatch.setattr(patience, "PAUSES_S", (0, 0.01))
    cases.found("s-1")
    cases.failure = failure
    path = begun(service)
    told = ended(service, path)
    assert told.state == "failed"
    assert told.failure is not None
    assert told.failure.code == code
    assert str(failure) not in get(service, path).text


def test_a_page_that_comes_late_delays_it_and_no_more(
    service: LedgerService, cases: GatedDecisions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PAUSES_S", (0, 0.01))
    cases.found("s-1")
    cases.failure, cases.failing = FeedUnavailable("answered 503"), 2
    told = ended(service, begun(service))
    assert (told.state, told.failure) == ("complete", None)


def test_one_that_gave_up_says_where_and_keeps_how_far_it_came(
    service: LedgerService, cases: GatedDecisions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PAUSES_S", (0, 0.01))
    cases.found("s-1")
    cases.failure = FeedUnavailable("no connection")
    told = ended(service, begun(service))
    assert (told.state, told.stage) == ("failed", "reading")
    assert told.failure is not None
    assert told.failure.detail.endswith("(tries behind position 0: 3).")


def test_one_that_waits_for_the_feed_hears_that_it_is_cancelled(
    service: LedgerService, cases: GatedDecisions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PAUSES_S", (60,))
    cases.found("s-1")
    cases.failure = FeedUnavailable("no connection")
    path = begun(service)
    eventually(lambda: cases.failing < 10**9)
    assert service.http.delete(path, headers=service.headers("analyst")).status_code == 204
    assert ended(service, path).state == "cancelled"


def test_stopping_the_service_does_not_wait_for_the_feed(
    tmp_path: Path, cases: GatedDecisions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PAUSES_S", (3600,))
    cases.found("s-1")
    with ledger_service(tmp_path, cases) as first:
        cases.failure = FeedUnavailable("no connection")
        path = begun(first)
        eventually(lambda: cases.failing < 10**9)
    cases.failure = None
    with ledger_service(tmp_path, cases) as second:
        assert get(second, path).json()["state"] == "interrupted"


def test_one_that_another_host_keeps_is_said_to_be_there(service: LedgerService) -> None:
    answer = get(service, "/simulations/01a20a0b-6a0d-72bc-890e-5bc69604c17c")
    assert (answer.status_code, answer.json()["code"]) == (404, "simulation_unknown")
    assert "by this host" in answer.json()["detail"]


def test_a_filing_that_breaks_its_contract_fails_it(service: LedgerService, cases: GatedDecisions) -> None:
    cases.nothing("s-1")
    told = ended(service, begun(service))
    assert told.failure is not None
    assert told.failure.code == "cases_broken"
