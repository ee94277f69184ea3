"""The appeal's clock: 15 × 24 h from the notice, standing still while the platform holds the appeal."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.cases_service import MONDAY, STATEMENT, CasesService, cases_service, review

WANTED = "请补充运营商证明"


def told(cases: CasesService, hour: float = 0.0) -> str:
    """Return an upheld case whose parties have the decision exactly `hour` hours after the clock's Monday."""
    case = cases.upheld()
    at(cases, hour)
    cases.officer.post(f"/cases/{case}/decision/notification", {})
    return case


def at(cases: CasesService, hour: float) -> None:
    """Set the clock so that the next request arrives exactly so many hours after Monday and ten minutes."""
    cases.clock.now = MONDAY
    cases.clock.move(hours=hour, minutes=10, milliseconds=-1)


def appeal(cases: CasesService, case: str, expect: int = 200) -> Any:
    """Return the answer to an appeal by the respondent."""
    return cases.seller.post(f"/cases/{case}/appeal", {"statement": STATEMENT}, expect)


def test_at_the_closing_instant_it_is_late_and_a_microsecond_before_it_is_not(tmp_path: Path) -> None:
    with cases_service(tmp_path, clock_interval_s=3600) as cases:
        probe, early, late = told(cases), told(cases), told(cases)
        due = [datetime.fromisoformat(event["data"]["appeal_due"]) for event in cases.feed()[6::7]]
        cases.clock.now = tuesday = MONDAY + timedelta(days=1)
        appeal(cases, probe)
        delay = datetime.fromisoformat(cases.feed()[-1]["data"]["filed_at"]) - tuesday  # until a request's receipt
        cases.clock.now = due[1] - delay - timedelta(microseconds=1)
        appeal(cases, early)
        cases.clock.now = due[2] - delay
        refused = appeal(cases, late, 409)
        assert refused["code"] == "appeal_window_closed"
        assert datetime.fromisoformat(refused["closed_at"]) == due[2]
        assert cases.seller.get(f"/cases/{late}")["next_actions"] == {}


def test_the_window_stands_still_in_every_hold(cases: CasesService) -> None:
    """Given a notice at hour 0 and holds [100, 200) and [250, 450), then the window closes at 360 + 100 + 200."""
    case = told(cases)
    path = f"/cases/{case}/appeal"
    at(cases, 100)
    appeal(cases, case)
    assert [one["name"] for one in cases.seller.get(f"/cases/{case}")["deadlines"]].count("appeal") == 0
    at(cases, 200)
    returned = cases.reviewer.post(f"{path}/return", {"reason": WANTED})
    assert returned["state"] == "returned_for_supplement"
    first = closes(cases, case)
    at(cases, 250)
    assert cases.seller.post(f"{path}/resumption", {"statement": "已补充"})["state"] == "appeal_filed"
    at(cases, 450)
    cases.reviewer.post(f"{path}/return", {"reason": WANTED})
    assert (hours(first), hours(closes(cases, case))) == (460, 660)
    at(cases, 659.9)
    cases.seller.post(f"{path}/resumption", {"statement": "再次补充"})
    assert cases.seller.get(f"/cases/{case}")["appeal"]["statements"] == [STATEMENT, "已补充", "再次补充"]
    at(cases, 5000)
    assert cases.reviewer.decide(f"{path}/decision", review("reject"))["state"] == "upheld_final"


def closes(cases: CasesService, case: str) -> str:
    """Return when a returned appeal comes to nothing, as both sides and the queue read it."""
    (item,) = cases.officer.get("/cases", appeal="pending")["cases"]
    (deadline,) = [one for one in cases.buyer.get(f"/cases/{case}")["deadlines"] if one["name"] == "appeal"]
    closing: str = cases.seller.get(f"/cases/{case}")["appeal"]["closes_at"]
    assert closing == deadline["due"] == item["appeal_closes"]
    return closing


def hours(instant: str) -> int:
    """Return how many hours, rounded, after the notice this is."""
    return round((datetime.fromisoformat(instant) - MONDAY).total_seconds() / 3600)


def test_a_returned_appeal_waits_for_the_appellant_alone(cases: CasesService) -> None:
    case = cases.appealed()
    path = f"/cases/{case}/appeal"
    assert cases.seller.post(f"{path}/resumption", {"statement": "x"}, 409)["code"] == "appeal_not_returned"
    assert cases.reviewer.post(f"{path}/return", {"reason": " "}, 409)["code"] == "reason_missing"
    cases.reviewer.post(f"{path}/return", {"reason": WANTED})
    for answer in (
        cases.reviewer.post(f"{path}/return", {"reason": WANTED}, 409),
        cases.reviewer.decide(f"{path}/decision", review("reject"), 409),
    ):
        assert answer["code"] == "appeal_returned"
    refused = cases.buyer.post(f"{path}/resumption", {"statement": "x"}, 403)
    assert (refused["code"], refused["appellant"]) == ("not_appellant", "respondent")
    assert cases.seller.post(f"{path}/resumption", {"statement": " "}, 409)["code"] == "statement_missing"
    assert cases.seller.get(f"/cases/{case}")["next_actions"]["respondent"] == ["resume_appeal", "submit_evidence"]
    assert cases.seller.get(f"/cases/{case}")["appeal"]["wanted"] == WANTED
    assert cases.buyer.get(f"/cases/{case}")["appeal"]["wanted"] is None


def test_what_is_not_supplemented_in_time_has_come_to_nothing(cases: CasesService) -> None:
    """From the closing instant on, for every reader and before the clock has recorded it."""
    case = cases.appealed()
    path = f"/cases/{case}/appeal"
    cases.reviewer.post(f"{path}/return", {"reason": WANTED})
    cases.clock.move(days=15)
    shown = cases.seller.get(f"/cases/{case}")
    assert (shown["state"], shown["appeal"]["status"], shown["appeal"]["outcome"]) == (
        "upheld_final",
        "closed",
        "lapsed",
    )
    for state, found in (("returned_for_supplement", []), ("upheld_final", [case]), ("dismissed_final", [])):
        assert [item["case_id"] for item in cases.officer.get("/cases", state=state)["cases"]] == found
    assert cases.officer.get("/cases", appeal="pending")["cases"] == []
    assert cases.officer.get("/cases")["cases"][0]["state"] == "upheld_final"
    for answer in (
        cases.seller.post(f"{path}/resumption", {"statement": "迟到的补充"}, 409),
        cases.reviewer.decide(f"{path}/decision", review("reverse"), 409),
        cases.reviewer.post("/cases/" + case + "/stay", {"reason": "x"}, 409),
    ):
        assert answer["code"] == "appeal_window_closed"


def test_the_clock_records_the_lapse_and_lifts_the_stay(tmp_path: Path) -> None:
    with cases_service(tmp_path, clock_grace_s=0, clock_interval_s=0.01) as cases:
        case = cases.appealed()
        cases.reviewer.post(f"/cases/{case}/stay", {"reason": "复核期间暂缓"})
        cases.reviewer.post(f"/cases/{case}/appeal/return", {"reason": WANTED})
        closing = cases.seller.get(f"/cases/{case}")["appeal"]["closes_at"]
        position = cases.feed()[-1]["sequence"]
        cases.clock.move(days=20)
        reader = cases.caller("service", "reader")
        lapsed, lifted = reader.get("/feed", after=int(position), limit=2, wait=20)
        assert [lapsed["type"].split(".")[2], lifted["type"].split(".")[2]] == ["appeal_lapsed", "stay_lifted"]
        assert (lapsed["actor"], lapsed["time"], lifted["data"]["cause"]) == ("clock", closing, "appeal_lapsed")
        assert lifted["standingeffect"] == "points"
        shown = cases.seller.get(f"/cases/{case}")
        assert (shown["state"], shown["stay"]) == ("upheld_final", None)
        assert (shown["appeal"]["outcome"], shown["appeal"]["ended_at"]) == ("lapsed", closing)
        history = cases.seller.get(f"/cases/{case}/history")["entries"]
        assert [entry["summary"] for entry in history][-1] == "The stay was lifted with the end of the appeal."
        late = cases.seller.post(f"/cases/{case}/appeal/resumption", {"statement": "x"}, 409)
        assert (late["code"], late["winner"]["id"]) == ("already_decided", lapsed["id"])
