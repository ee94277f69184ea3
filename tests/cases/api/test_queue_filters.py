"""What the work queue is asked for beyond a deadline: breaches, estimates, what is soon due, appeals, every state."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.cases.queue import STATE_NAMES
from tests.support.cases_service import CasesService, HandClock, cases_service, review, uphold

WHY = {"reason": "理由"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CasesService]:
    with cases_service(tmp_path_factory.mktemp("queue"), clock_interval_s=3600) as running:
        yield running


@pytest.fixture(scope="module")
def ended(service: CasesService) -> dict[str, str]:
    """One case in each state that comes after a decision, or without one, by the state's name."""
    named = {"upheld": service.upheld(), "appeal_filed": service.appealed()}
    for state, path, body in (
        ("returned_for_supplement", "return", WHY),
        ("upheld_final", "decision", review("reject")),
        ("reversed", "decision", review("reverse")),
    ):
        named[state] = service.appealed()
        service.reviewer.decide(f"/cases/{named[state]}/appeal/{path}", body)
    named["regraded"] = service.upheld_severe()
    service.seller.post(f"/cases/{named['regraded']}/appeal", {"statement": "过重"})
    service.reviewer.decide(f"/cases/{named['regraded']}/appeal/decision", review("regrade", grade="general"))
    target, named["merged"] = (service.file(trade={"id": "t-twice"}) for _ in range(2))
    service.officer.post(f"/cases/{named['merged']}/merge", {"into": target, **WHY})
    service.buyer.post(f"/cases/{target}/withdrawal")
    named["withdrawn"], named["refused"] = target, service.file()
    service.officer.post(f"/cases/{named['refused']}/refusal", {"code": "too_long_ago", **WHY})
    return named


def found(service: CasesService, **params: Any) -> list[str]:
    """Return the ids of the cases that a reviewer's question finds, in its order."""
    return [item["case_id"] for item in service.reviewer.get("/cases", **params)["cases"]]


@pytest.mark.parametrize("state", STATE_NAMES)
def test_a_case_is_found_under_its_state_and_no_other(service: CasesService, ended: dict[str, str], state: str) -> None:
    assert found(service, state=state) == ([ended[state]] if state in ended else [])


def test_reviewers_see_what_appeals_go_on_and_everybody_what_counts(
    service: CasesService, ended: dict[str, str]
) -> None:
    assert set(found(service, appeal="pending")) == {ended["appeal_filed"], ended["returned_for_supplement"]}
    items = {item["state"]: item for item in service.reviewer.get("/cases")["cases"]}
    counting = {state for state, item in items.items() if item["penalty"] is not None}
    assert counting == {"upheld", "appeal_filed", "returned_for_supplement", "upheld_final", "regraded"}
    assert items["upheld"]["penalty"] == items["upheld"]["decision"]
    assert items["regraded"]["penalty"] != items["regraded"]["decision"]
    closing = {state for state, item in items.items() if item["appeal_closes"] is not None}
    assert closing == {"returned_for_supplement"}
    assert all(item["ended_at"] is not None for item in items.values())


def test_breached_cases_are_those_that_missed_a_deadline_handled_meanwhile_or_not(tmp_path: Path) -> None:
    """Given one in time, one handled too late, one untouched, when the first deadline passes, then two are breached."""
    with cases_service(tmp_path, clock_interval_s=3600) as service:
        good, late, idle = (service.file() for _ in range(3))
        service.officer.post(f"/cases/{good}/handling")
        assert (found(service, breached="true"), len(found(service, breached="false"))) == ([], 3)
        service.clock.move(days=4)
        service.officer.post(f"/cases/{late}/handling")
        assert set(found(service, breached="true")) == {late, idle}
        assert found(service, breached="false") == [good]
        service.buyer.post(f"/cases/{good}/withdrawal")
        service.clock.move(days=10)
        assert found(service, breached="false") == [good]


def test_a_recorded_breach_stays_and_its_deadline_where_it_passed(tmp_path: Path) -> None:
    """A notice that comes after the resolution was due moves nothing: what was missed stays missed."""
    with cases_service(tmp_path, clock_interval_s=0.01, clock_grace_s=0) as service:
        case = service.file()
        service.clock.move(days=9)
        reader = service.caller("service", "reader")
        assert len(reader.get("/feed", after=1, limit=2, wait=20)) == 2
        service.officer.post(f"/cases/{case}/notification", {})
        (item,) = service.reviewer.get("/cases", breached="true")["cases"]
        assert item["breached"] == ["first_handling", "resolution"]
        assert item["resolution_due"] == "2026-03-09T16:00:00Z"
        deadlines = service.officer.get(f"/cases/{case}")["deadlines"]
        assert {one["name"] for one in deadlines if one["breached"]} == {"first_handling", "resolution"}


def test_provisional_cases_are_those_whose_open_deadlines_are_estimates(tmp_path: Path) -> None:
    """Filed over the turn of a year whose calendar is not published; a decided case waits for no calendar."""
    clock = HandClock(datetime(2026, 12, 28, 2, 0, tzinfo=UTC))
    with cases_service(tmp_path, clock, clock_interval_s=3600) as service:
        estimated, decided = service.file(), service.heard()
        service.officer.decide(f"/cases/{decided}/decision", uphold())
        assert (found(service, provisional="true"), found(service, provisional="false")) == ([estimated], [decided])


def test_soon_due_are_those_with_a_deadline_in_the_next_hours_or_behind_them(tmp_path: Path) -> None:
    with cases_service(tmp_path, clock_interval_s=3600) as service:
        first = service.file()
        service.clock.move(days=1)
        second = service.file()
        service.clock.move(hours=-service.clock.now.hour, minutes=-service.clock.now.minute)
        assert found(service, due_within_hours=63) == []
        assert found(service, due_within_hours=64) == [first]
        assert found(service, due_within_hours=88) == [first, second]
        assert found(service, due_within_hours=88, due_before="2026-03-06T00:00:00+08:00") == []
        service.clock.move(days=20)
        assert found(service, due_within_hours=1, breached="true") == [first, second]


@pytest.mark.parametrize(
    "params",
    [
        {"breached": "1"},
        {"breached": "yes"},
        {"provisional": "True"},
        {"due_within_hours": "0"},
        {"due_within_hours": "721"},
        {"due_within_hours": "1.5"},
        {"appeal": "over"},
        {"state": "open"},
        {"state": "unfiled"},
    ],
)
def test_a_filter_that_means_nothing_is_refused(service: CasesService, params: dict[str, str]) -> None:
    assert service.reviewer.get("/cases", 422, **params)["code"] == "invalid_request"


def test_filters_are_kept_from_page_to_page(service: CasesService, ended: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {service.reviewer.token}"}
    seen, path = [], "/cases?limit=1&appeal=pending&breached=false"
    while path:
        answer = service.http.get(path, headers=headers)
        seen += [item["case_id"] for item in answer.json()["cases"]]
        link = answer.headers.get("link", "<>")
        path = link[1 : link.index(">")]
    assert sorted(seen) == sorted([ended["appeal_filed"], ended["returned_for_supplement"]])
