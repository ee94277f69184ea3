"""An account's facts under supposed rules: what becomes of each entry, and of what corrects it."""

from dataclasses import replace
from typing import Any, Final

from services.ledger.domain.facts import Entry, Fact, Imported, Reversal, Stay, StayLift
from services.ledger.domain.redeciding import Filed, Found, Penalty, Unknown
from services.ledger.domain.supposing import Supposed, suppose
from services.ledger.domain.supposition import Supposition, in_force_since
from shared.rulebook.loader import shipped
from shared.rulebook.model import RulebookVersion, Timeline
from tests.support.drafts import HALVED, MILD, ONLY_MAIL, drafted
from tests.support.ladders import shanghai

SEED: Final = shipped("seed")
CALLS: Final = Found(frozenset({"number_attributable", "frequent_contact"}))
MAIL: Final = Found(frozenset({"number_attributable", "frequent_contact", "offensive_mail"}))
SINCE, UNTIL = shanghai("2026-01-01T00:00"), shanghai("2027-01-01T00:00")


def entry(name: str, at: str, grade: str = "general", points: int = 12, **more: Any) -> Entry:
    """Return a decision by the seed's rules at a local instant, in a case of its own, at the position in its id."""
    instant, track = shanghai(at), "severe" if grade == "grave" else "ordinary"
    made = Entry(name, int(name[1:]), track, grade, points, instant, instant, case=f"case {name}")
    return replace(made, rulebook=SEED.versions[0].ref, **more)


def told(
    *facts: Fact,
    version: RulebookVersion,
    found: Found = CALLS,
    conduct: str | None = "2026-02-01T00:00",
    since: str | None = None,
) -> Supposed:
    """Return these facts as they would be had `version` been in force since the beginning of the period."""
    supposition = Supposition(SEED, in_force_since(SEED, version, shanghai(since) if since else SINCE), SINCE, UNTIL)
    cases = {fact.case: Filed(shanghai(conduct)) for fact in facts if isinstance(fact, Entry) and conduct and fact.case}
    return suppose(facts, supposition, cases, {fact.id: found for fact in facts if isinstance(fact, Entry)})


def outcomes(supposed: Supposed) -> list[tuple[str, str]]:
    """Return what becomes of each entry of the period."""
    return [(verdict.entry.id, verdict.outcome) for verdict in supposed.verdicts]


def test_a_decision_of_the_period_counts_as_the_version_says() -> None:
    given = entry("e1", "2026-03-01T10:00")
    supposed = told(given, version=drafted(HALVED))
    assert outcomes(supposed) == [("e1", "changed")]
    assert supposed.facts == (replace(given, points=6, rulebook=drafted(HALVED).ref),)


def test_decisions_outside_the_period_stay_as_they_are() -> None:
    """It begins inclusive and ends exclusive."""
    facts = [entry("e1", "2025-12-31T23:59"), entry("e2", "2026-01-01T00:00"), entry("e3", "2027-01-01T00:00")]
    supposed = told(*facts, version=drafted(HALVED), conduct="2026-01-01T00:00")
    assert outcomes(supposed) == [("e2", "changed")]
    assert supposed.facts[0] is facts[0]
    assert supposed.facts[2] is facts[2]


def test_conduct_before_the_version_is_judged_as_it_was() -> None:
    given = entry("e1", "2026-03-01T10:00")
    supposed = told(given, version=drafted(HALVED), conduct="2025-12-31T23:59")
    assert outcomes(supposed) == [("e1", "same")]
    assert supposed.facts == (given,)


def test_what_is_not_upheld_goes_with_all_that_corrects_it() -> None:
    """Its reversal, its stay and what regrades it name nothing any more."""
    first, second = entry("e1", "2026-03-01T10:00"), entry("e2", "2026-03-02T10:00")
    recorded = shanghai("2026-03-05T10:00")
    facts: list[Fact] = [first, second, Stay("s3", 3, "e1", recorded), StayLift("s4", 4, "e1", recorded)]
    facts += [Reversal("e5", 5, "e1", "regraded", recorded)]
    facts += [entry("e5", "2026-03-01T10:00", points=6, regrades="e1"), Reversal("r6", 6, "e2", "reversed", recorded)]
    supposed = told(*facts, version=drafted(ONLY_MAIL))
    assert outcomes(supposed) == [("e1", "not_upheld"), ("e2", "not_upheld"), ("e5", "not_upheld")]
    assert supposed.facts == ()


def test_what_cannot_be_redecided_counts_as_it_was_recorded() -> None:
    given = entry("e1", "2026-03-01T10:00", grade="mild", points=4)
    supposed = told(given, version=drafted(HALVED), found=MAIL)
    assert outcomes(supposed) == [("e1", "not_replayable")]
    assert supposed.verdicts[0].unknown == Unknown("choice", ("general", "grave"))
    assert supposed.facts == (given,)


def test_of_a_decision_without_findings_nobody_can_say() -> None:
    version = drafted(HALVED)
    supposition = Supposition(SEED, in_force_since(SEED, version, SINCE), SINCE, UNTIL)
    given = entry("e1", "2026-03-01T10:00")
    supposed = suppose([given], supposition, {given.case: Filed(shanghai("2026-02-01T00:00"))}, {})
    assert supposed.verdicts[0].unknown == Unknown("findings")


def test_of_an_import_nobody_knows_when_it_happened() -> None:
    """It is replayable only where its version holds for exactly as long as it did."""
    source = Imported("i-1", 1, "old-1", shanghai("2024-01-01T00:00"))
    given = entry("e1", "2026-03-01T10:00", case="", imported=source)
    supposed = told(given, version=drafted(HALVED))
    assert supposed.verdicts[0].unknown == Unknown("conduct_at")
    same = suppose([given], Supposition(SEED, SEED, SINCE, UNTIL), {}, {})
    assert outcomes(same) == [("e1", "same")]


def test_a_regrade_is_to_the_same_grade_where_it_is_lower_still() -> None:
    old = entry("e1", "2026-03-01T10:00", grade="grave", points=48)
    recorded = shanghai("2026-03-05T10:00")
    undone = Reversal("e2", 2, "e1", "regraded", recorded)
    lowered = entry("e2", "2026-03-01T10:00", regrades="e1", recorded_at=recorded)
    supposed = told(old, undone, lowered, version=drafted(HALVED), found=MAIL)
    assert outcomes(supposed) == [("e1", "same"), ("e2", "changed")]
    assert supposed.verdicts[1].penalty == Penalty("general", "ordinary", 6)


def test_a_regrade_that_would_lower_nothing_cannot_be_redecided() -> None:
    old = entry("e1", "2026-03-01T10:00")
    recorded = shanghai("2026-03-05T10:00")
    undone = Reversal("e2", 2, "e1", "regraded", recorded)
    lowered = entry("e2", "2026-03-01T10:00", grade="mild", points=4, regrades="e1", recorded_at=recorded)
    version = drafted(("points = 12", "points = 4"), MILD)
    supposed = told(old, undone, lowered, version=version)
    assert [one.unknown for one in supposed.verdicts] == [None, Unknown("regrade", ("mild",))]


def test_a_regrade_of_what_nobody_can_redecide_is_one_too() -> None:
    old = entry("e1", "2026-03-01T10:00", grade="mild", points=14)
    recorded = shanghai("2026-03-05T10:00")
    undone = Reversal("e2", 2, "e1", "regraded", recorded)
    lowered = entry("e2", "2026-03-01T10:00", regrades="e1", recorded_at=recorded)
    supposed = told(old, undone, lowered, version=drafted(HALVED), found=MAIL)
    assert [one.unknown for one in supposed.verdicts] == [Unknown("choice", ("general", "grave"))] * 2


def test_points_on_a_track_that_is_not_there_when_they_count_are_not_replayable() -> None:
    """The account would not take such an entry."""
    version = drafted()
    bare = replace(version, tracks={"severe": version.tracks["severe"]})
    supposed = told(entry("e1", "2026-03-01T10:00"), version=bare)
    assert supposed.verdicts[0].unknown == Unknown("track")


def test_the_rules_until_a_version_begins_are_those_there_are() -> None:
    version = drafted()
    rules = in_force_since(SEED, version, SINCE)
    assert [one.id for one in rules.versions] == ["TB-2012", "DRAFT-1"]
    assert rules.at(SINCE) == replace(version, effective_from=SINCE, effective_until=None)
    before = rules.at(shanghai("2025-12-31T23:59"))
    assert before is not None
    assert (before.ref, before.effective_until) == (SEED.versions[0].ref, SINCE)
    early = in_force_since(Timeline("late", (version,)), SEED.versions[0], SINCE)
    assert [one.id for one in early.versions] == ["TB-2012"]
