"""Statement and timeline of an account whose decisions were corrected: what was done to sanctions, and by what."""

from datetime import timedelta
from typing import Any

import httpx

from shared.contracts.statement import ReversalLine, Statement, StayLiftLine, StayLine, ViolationLine
from shared.contracts.timeline import Timeline
from tests.support.decisions import DAY, FIRST, Decision, Decisions
from tests.support.ledger_service import LedgerService


def statement(service: LedgerService, position: int) -> list[Any]:
    """Return the lines of the account's statement, lapses left out."""
    answer = service.get("/sellers/s-1/entries", min_position=position)
    return [line for line in Statement.model_validate(answer.json()).lines if line.kind != "lapse"]


def timeline(service: LedgerService, **asked: Any) -> Timeline:
    """Return the account's timeline."""
    answer = service.get("/sellers/s-1/timeline", **asked)
    assert answer.status_code == 200, answer.text
    return Timeline.model_validate(answer.json())


def sealed(cases: Decisions) -> tuple[Decision, str, str]:
    """Return the entries of a severe 24, an ordinary 12 on the next day, and the severe 24 that seals on the third."""
    first = cases.severe("s-1", points=24)
    second = cases.ordinary("s-1", at=FIRST + DAY)
    return first, second.id, cases.severe("s-1", points=24, at=FIRST + 2 * DAY).id


def test_a_statement_shows_what_a_reversal_vacated_rescheduled_and_revived(service: LedgerService) -> None:
    """In the line of the reversal, which names what it reversed."""
    older, ordinary, sealing = sealed(service.cases)
    behind = service.cases.ordinary("s-1", at=FIRST + 3 * DAY).id
    unsealed = service.cases.reverse("s-1", sealing, at=FIRST + 4 * DAY)
    undone = service.cases.reverse("s-1", ordinary, at=FIRST + 5 * DAY)
    *_, first, second = statement(service, undone.position)
    assert isinstance(first, ReversalLine)
    assert isinstance(second, ReversalLine)
    assert (first.reversal, first.entry, first.cases_position) == (unsealed.id, sealing, unsealed.position)
    assert [(one.change, one.entry) for one in first.sanctions] == [
        ("revived", older.id),
        ("revived", ordinary),
        ("vacated", sealing),
    ]
    assert [(one.change, one.entry) for one in second.sanctions] == [
        ("vacated", ordinary),
        ("rescheduled", behind),
        ("revived", behind),
    ]
    assert second.sanctions[1].start < FIRST + 3 * DAY + timedelta(seconds=1)


def test_a_statement_links_stays_with_the_entry_and_with_their_lifting(service: LedgerService) -> None:
    """All three ways, with the cases position of each; points before and after are the same."""
    entry = service.cases.ordinary("s-1")
    stay = service.cases.stay("s-1", entry.id, at=FIRST + DAY)
    lift = service.cases.lift("s-1", entry.id, at=FIRST + 2 * DAY)
    again = service.cases.stay("s-1", entry.id, at=FIRST + 3 * DAY)
    entered, stayed, lifted, holding = statement(service, again.position)
    assert isinstance(entered, ViolationLine)
    assert isinstance(stayed, StayLine)
    assert isinstance(lifted, StayLiftLine)
    assert isinstance(holding, StayLine)
    assert [(one.stay, one.lifted_by) for one in entered.stays] == [(stay.id, lift.id), (again.id, None)]
    assert (stayed.stay, stayed.entry, stayed.lifted_by) == (stay.id, entry.id, lift.id)
    assert (stayed.cases_position, stayed.recorded_at) == (stay.position, stay.recorded_at)
    assert (lifted.lift, lifted.stay, lifted.entry) == (lift.id, stay.id, entry.id)
    assert (lifted.cases_position, lifted.recorded_at) == (lift.position, lift.recorded_at)
    assert (holding.stay, holding.lifted_by) == (again.id, None)
    assert stayed.before == stayed.after == lifted.after == {"ordinary": 12, "severe": 0}
    assert [one.change for line in (stayed, lifted) for one in line.sanctions] == ["stayed", "resumed"]


def test_a_timeline_tells_each_correction_with_its_cause(service: LedgerService) -> None:
    """At its recorded time, in order, whatever kind it is."""
    older, ordinary, sealing = sealed(service.cases)
    stay = service.cases.stay("s-1", sealing, at=FIRST + 3 * DAY)
    lift = service.cases.lift("s-1", sealing, at=FIRST + 4 * DAY)
    revoked = service.cases.reverse("s-1", sealing, revoked=True, at=FIRST + 5 * DAY)
    undone = service.cases.reverse("s-1", ordinary, at=FIRST + 6 * DAY)
    regrade = service.cases.regrade("s-1", older, 12, "severe", at=FIRST + 7 * DAY)
    found = timeline(service, min_position=regrade.position).corrections
    assert [(one.kind, one.fact, one.entry) for one in found] == [
        ("stayed", stay.id, sealing),
        ("stay_lifted", lift.id, sealing),
        ("revoked", revoked.id, sealing),
        ("reversed", undone.id, ordinary),
        ("regraded", regrade.id, older.id),
    ]
    assert (found[0].at, found[0].cases_position) == (stay.recorded_at, stay.position)
    told = [[(change.change, change.entry) for change in one.sanctions] for one in found]
    assert told == [
        [("revived", older.id), ("revived", ordinary), ("stayed", sealing)],
        [("resumed", sealing)],
        [("revived", older.id), ("revived", ordinary), ("vacated", sealing)],
        [("vacated", ordinary)],
        [("vacated", older.id), ("ordered", regrade.id)],
    ]


def test_a_timeline_names_stays_among_the_causes_of_its_changes(service: LedgerService) -> None:
    """The sanction is stayed, in force again, and served."""
    entry = service.cases.ordinary("s-1")
    stay = service.cases.stay("s-1", entry.id, at=FIRST + DAY)
    lift = service.cases.lift("s-1", entry.id, at=FIRST + 2 * DAY)
    _, stayed, lifted, ended, _ = timeline(service, min_position=lift.position).changes
    assert (stayed.at, stayed.standing_before, stayed.standing_after) == (stay.recorded_at, "restricted", "watch")
    assert [(turn.before, turn.after) for turn in (*stayed.sanctions, *lifted.sanctions)] == [
        ("in_force", "stayed"),
        ("stayed", "in_force"),
    ]
    assert [(cause.kind, cause.entry) for cause in (*stayed.causes, *lifted.causes)] == [("stay", entry.id)] * 2
    assert ended.at == entry.recorded_at + 7 * DAY


def test_corrections_are_told_as_they_were_known(service: LedgerService) -> None:
    """One recorded later is none."""
    entry = service.cases.ordinary("s-1")
    service.cases.stay("s-1", entry.id, at=FIRST + DAY)
    reversal = service.cases.reverse("s-1", entry.id, at=FIRST + 2 * DAY)
    known_at = (FIRST + DAY + timedelta(hours=1)).isoformat()
    assert [one.kind for one in timeline(service, min_position=3, known_at=known_at).corrections] == ["stayed"]
    everything = timeline(service).corrections
    assert [(one.kind, one.at) for one in everything][1] == ("reversed", reversal.recorded_at)


def test_pages_keep_changes_and_corrections_of_an_instant_together(service: LedgerService) -> None:
    """Whatever the size of a page, all pages together are the whole, and none begins before the last one ended."""
    entry, other = service.cases.ordinary("s-1"), service.cases.ordinary("s-1", at=FIRST + DAY)
    service.cases.stay("s-1", entry.id, at=FIRST + 2 * DAY)
    service.cases.lift("s-1", entry.id, at=FIRST + 3 * DAY)
    service.cases.reverse("s-1", other.id, at=FIRST + 4 * DAY)
    whole = timeline(service, min_position=5)
    assert len(whole.changes) > 3
    assert len(whole.corrections) == 3
    for limit in (1, 2, 3, 100):
        pages: list[Timeline] = []
        answer: httpx.Response | None = service.get("/sellers/s-1/timeline", limit=limit)
        while answer is not None:
            pages.append(Timeline.model_validate(answer.json()))
            link = answer.links.get("next")
            answer = None if link is None else service.http.get(link["url"], headers=service.headers())
        assert [one for page in pages for one in page.changes] == whole.changes
        assert [one for page in pages for one in page.corrections] == whole.corrections
        last = FIRST - DAY
        for page in pages:
            instants = {change.at for change in page.changes} | {one.at for one in page.corrections}
            assert 0 < len(instants) <= limit
            assert min(instants) > last
            last = max(instants)
