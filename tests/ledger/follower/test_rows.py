"""Rows are caches: never old when answered, the same after a replay, made anew under another rulebook."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.ledger.domain.events import AccountEvent
from services.ledger.publication import Publication
from services.ledger.rebuilding import Rebuilt, rebuild
from services.ledger.rendering import Asked
from services.ledger.standings import Standings
from services.ledger.tables import ACCOUNTS, CASES, FOLLOWED, NEXT
from shared.kit.log.model import Stored
from shared.rulebook.model import Timeline
from tests.support.decisions import DAY, FIRST, Decisions
from tests.support.following import Following
from tests.support.rulebooks import edited, load_text

MICROSECOND = timedelta(microseconds=1)


def test_a_standing_is_never_answered_beyond_its_end(cases: Decisions, ledger: Following) -> None:
    """No follower runs: at the very instant at which the sanction ends, the answer is another."""
    cases.ordinary("s-1")
    ledger.step()
    row = ledger.standings.row("s-1")
    assert row is not None
    cases.clock.now = FIRST + 7 * DAY - MICROSECOND
    before = ledger.ask("s-1")
    assert (before["standing"], before["valid_until"]) == ("restricted", "2026-03-09T04:00:00Z")
    cases.clock.now = FIRST + 7 * DAY
    after = ledger.ask("s-1")
    assert (after["standing"], after["valid_from"]) == ("watch", "2026-03-09T04:00:00Z")
    cases.clock.now = FIRST + 7 * DAY - MICROSECOND
    assert ledger.ask("s-1") == before
    cases.clock.now = FIRST + 400 * DAY
    assert ledger.ask("s-1")["standing"] == "good"


def test_a_clock_behind_the_log_asks_at_the_last_fact(cases: Decisions, ledger: Following) -> None:
    """What was folded counts, whatever this machine's clock says."""
    decision = cases.ordinary("s-1")
    ledger.step()
    cases.clock.now = FIRST - 30 * DAY
    assert ledger.questions.now() == decision.recorded_at
    assert ledger.ask("s-1")["standing"] == "restricted"


def test_rows_are_the_same_however_the_account_came_to_be(cases: Decisions, ledger: Following) -> None:
    """Nothing in them is a clock's, and reading writes nothing."""
    for number in range(4):
        cases.ordinary("s-1", at=FIRST + number * DAY)
        ledger.step()
    cases.clock.now = FIRST + 100 * DAY
    other = Following(cases, cases.clock)
    other.catch_up()
    ledger.catch_up()
    ledger.ask("s-1")
    assert ledger.log.get(ACCOUNTS, "s-1") == other.log.get(ACCOUNTS, "s-1")


@pytest.fixture
def longer(tmp_path: Path) -> Timeline:
    """The seed's rulebook with sanctions of 200 hours: what it would be if it had been another one."""
    text = edited(("at = 12, hours = 168", "at = 12, hours = 200"))
    return load_text(tmp_path, text)


def test_another_rulebook_makes_every_row_anew(cases: Decisions, ledger: Following, longer: Timeline) -> None:
    """Once; those of accounts in quarantine too."""
    for number in range(3):
        cases.ordinary(f"s-{number}")
    cases.reverse("s-2", "no-such-decision")
    ledger.step()
    assert rebuild(ledger.log, ledger.codec, ledger.timeline) == Rebuilt()
    assert rebuild(ledger.log, ledger.codec, longer) == Rebuilt(3, 2)
    assert rebuild(ledger.log, ledger.codec, longer) == Rebuilt()
    later = Following(cases, cases.clock, ledger.log, timeline=longer)
    assert later.ask("s-0")["sanctions"][0]["end"] == "2026-03-10T12:00:00Z"
    assert later.refusal("s-2").code == "seller_quarantined"
    followed = ledger.log.get(FOLLOWED, CASES)
    assert followed is not None
    assert followed["source"] == cases.log.id


def test_a_start_by_other_rules_that_is_cut_off_has_changed_nothing(
    cases: Decisions, ledger: Following, longer: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one goes back to the rules before and finds their rows, or has the other ones still to make."""
    for number in range(3):
        cases.ordinary(f"s-{number}")
    ledger.step()
    before = ledger.log.select(ACCOUNTS, limit=9)
    read: list[Stored] = []

    class CutOff(Publication):
        """Reads two events and no more."""

        def event(self, stored: Stored) -> AccountEvent:
            """Return the first events."""
            if len(read) == 2:
                raise KeyboardInterrupt
            read.append(stored)
            return super().event(stored)

    monkeypatch.setattr("services.ledger.rebuilding.BATCH", 1)
    with pytest.raises(KeyboardInterrupt):
        rebuild(ledger.log, CutOff(longer), longer)
    assert len(ledger.log.select(NEXT, limit=9)) == 2
    assert ledger.log.select(ACCOUNTS, limit=9) == before
    assert rebuild(ledger.log, ledger.codec, ledger.timeline) == Rebuilt()
    assert rebuild(ledger.log, ledger.codec, longer) == Rebuilt(3, 3)
    assert ledger.log.select(ACCOUNTS, limit=9) != before
    assert rebuild(ledger.log, ledger.codec, ledger.timeline) == Rebuilt(3, 3)
    assert ledger.log.select(ACCOUNTS, limit=9) == before


def test_a_row_read_while_rows_are_replaced_is_not_kept(cases: Decisions, ledger: Following) -> None:
    """The reader of an old row may answer with it, but the next reader sees the new one."""
    cases.ordinary("s-1")
    ledger.step()
    standings = Standings(ledger.log, 10)
    generation = standings.generation
    old = standings.row("s-1")
    assert old is not None
    standings.replace([])
    standings.forget()
    standings.keep(old, generation)
    cases.ordinary("s-1")
    ledger.step()
    fresh = standings.row("s-1")
    assert fresh is not None
    assert fresh.version == 2


def test_final_answers_stay_as_they_are(cases: Decisions, ledger: Following) -> None:
    """What was known at a recorded instant or position is the same for ever, version and bytes."""
    cases.ordinary("s-1")
    second = cases.ordinary("s-1", at=FIRST + DAY)
    ledger.step()
    then = [
        Asked(as_of=FIRST + 2 * DAY, known_at=second.recorded_at),
        Asked(as_of=FIRST + 2 * DAY, known_at=second.recorded_at - MICROSECOND),
        Asked(as_of=FIRST + 2 * DAY, known_position=1),
    ]
    answers = [ledger.ask("s-1", asked) for asked in then]
    assert [answer["final"] for answer in answers] == [True, True, True]
    assert [answer["points"]["ordinary"] for answer in answers] == [24, 12, 12]
    assert [answer["account_version"] for answer in answers] == [2, 1, 1]
    assert [answer["as_of"] for answer in answers] == ["2026-03-04T04:00:00Z"] * 3
    cases.reverse("s-1", second.id, at=FIRST + 20 * DAY)
    ledger.catch_up()
    assert [ledger.ask("s-1", asked) for asked in then] == answers
    assert ledger.ask("s-1", Asked(known_at=cases.clock.now + DAY))["final"] is False


def test_a_position_that_is_not_folded_yet_is_no_answer(cases: Decisions, ledger: Following) -> None:
    """Nor is a rulebook that does not exist."""
    cases.ordinary("s-1")
    ledger.step()
    refusal = ledger.refusal("s-1", Asked(known_position=2))
    assert (refusal.code, refusal.facts["folded_position"]) == ("position_not_folded", 1)
    assert ledger.refusal("s-1", Asked(rulebook="TB-1999")).facts["versions"] == ("TB-2012",)
    body = ledger.ask("s-1", Asked(rulebook="TB-2012"))
    assert (body["rulebook"], body["points"]["ordinary"]) == ("TB-2012", 12)
