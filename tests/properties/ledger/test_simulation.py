"""Laws of simulations: the rules as they are change nothing; other rules are those of the plain oracle on other facts.

Histories are random; so are the findings of every decision and when the conduct was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.domain.facts import Entry, Fact, Reversal
from services.ledger.domain.redeciding import Filed, Found
from services.ledger.domain.standing import standing_at
from services.ledger.domain.supposing import suppose
from services.ledger.domain.supposition import Supposition, in_force_since
from services.ledger.simulating.comparing import compare
from services.ledger.simulating.tally import Tally
from shared.rulebook.loader import shipped
from shared.rulebook.model import RulebookVersion, Timeline
from tests.support.drafts import HALVED, MILD, ONLY_MAIL, drafted
from tests.support.ledger_histories import BEGIN, ORDINARY, SEVERE, commands, facts_of, steps
from tests.support.ledger_oracle import Oracle

SEED: Final = shipped("seed")
FACTS: Final = ("frequent_contact", "number_attributable", "offensive_mail", "grave_harm")
LADDER: Final = ("ladder.nodes = [{ at = 12, hours = 168,", "ladder.nodes = [{ at = 6, hours = 24,")
DRAFTS: Final = {
    "halved": drafted(HALVED),
    "stricter": drafted(ONLY_MAIL),
    "ladder": drafted(HALVED, LADDER, MILD),
}
SINCE: Final = BEGIN + timedelta(days=2)
UNTIL: Final = BEGIN + timedelta(days=200)

Known = tuple[list[Fact], dict[str, Filed], dict[str, Found]]


@st.composite
def histories(draw: st.DrawFn) -> Known:
    """Return facts whose entries are decisions by the seed's rules, with filings and findings of most of them."""
    facts = list[Fact]()
    filed, found = dict[str, Filed](), dict[str, Found]()
    for fact in draw(steps(ORDINARY, SEVERE).map(lambda told: with_regrade(facts_of(commands(told, SEED))))):
        if not isinstance(fact, Entry):
            facts.append(fact)
            continue
        case = next(
            (one.case for one in facts if isinstance(one, Entry) and one.id == fact.regrades), f"case {fact.id}"
        )
        grade = "grave" if fact.track == "severe" else draw(st.sampled_from(["general", "mild"]))
        facts.append(replace(fact, case=case, grade=grade, rulebook=SEED.versions[0].ref))
        if draw(st.integers(0, 9)):
            filed.setdefault(case, Filed(fact.effective_at - timedelta(days=draw(st.integers(0, 3)))))
        if fact.regrades is None and draw(st.integers(0, 9)):
            verified = draw(st.sets(st.sampled_from(FACTS))) | draw(st.sampled_from([{"number_attributable"}, set()]))
            found[fact.id] = Found(frozenset(verified), draw(st.integers(0, 9)) == 0)
    return facts, filed, found


def with_regrade(facts: list[Fact]) -> list[Fact]:
    """Return the facts with a regrade of the last severe entry that counts, if any: few are drawn at random."""
    gone = {fact.entry for fact in facts if isinstance(fact, Reversal)}
    alive = [fact for fact in facts if isinstance(fact, Entry) and fact.id not in gone and fact.track == "severe"]
    if not alive:
        return facts
    old, number, now = alive[-1], facts[-1].position + 1, facts[-1].recorded_at + timedelta(hours=1)
    undone = Reversal("last", number, old.id, "regraded", now)
    lower = replace(old, id="last", position=number, track="ordinary", points=4, recorded_at=now, regrades=old.id)
    return [*facts, undone, lower]


@settings(max_examples=80, deadline=None)
@given(known=histories(), instants=st.lists(st.integers(0, 400), min_size=1, max_size=3, unique=True))
def test_the_rules_as_they_are_change_nothing(known: Known, instants: list[int]) -> None:
    """Whatever is known or missing, over any period and at any instant."""
    facts, filed, found = known
    as_of = [BEGIN + timedelta(days=days) for days in sorted(instants)]
    tally = Tally(as_of)
    supposition = Supposition(SEED, SEED, SINCE, UNTIL)
    assert compare("seller", facts, supposition, as_of, (filed, found), tally) == []
    assert suppose(facts, supposition, filed, found).facts == tuple(facts)
    told = tally.told()
    assert all(one["before"] == one["after"] and one["moved"] == [] for one in told["standings"])
    assert told["missing"] == {}


@pytest.mark.parametrize("version", DRAFTS.values(), ids=DRAFTS)
@settings(max_examples=60, deadline=None)
@given(known=histories(), data=st.data())
def test_other_rules_are_as_the_plain_oracle_says(version: RulebookVersion, known: Known, data: st.DataObject) -> None:
    """Entries are replaced by a plain reading of the draft, and the oracle folds what comes of it from scratch."""
    facts, filed, found = known
    rules = in_force_since(SEED, version, SINCE)
    replaced = plainly(facts, version, filed, found)
    oracle = Oracle(replaced, rules)
    moments = oracle.moments() or [BEGIN]
    instant = data.draw(st.sampled_from(moments) | st.integers(0, 400).map(lambda days: BEGIN + timedelta(days=days)))
    supposed = suppose(facts, Supposition(SEED, rules, SINCE, UNTIL), filed, found)
    answer = standing_at("seller", supposed.facts, rules, as_of=instant)
    assert {track: points for track, points in answer.points.items() if points} == oracle.points(instant)
    assert answer.standing == oracle.standing(instant)
    rows = [(row.entry, row.node, row.start, row.end, row.state, row.lifted_at) for row in answer.sanctions]
    assert sorted(rows, key=repr) == oracle.told(instant)


def plainly(
    facts: Sequence[Fact], version: RulebookVersion, filed: Mapping[str, Filed], found: Mapping[str, Found]
) -> list[Fact]:
    """Return the facts under a draft that gives the seed's grades, and perhaps `mild`, on the seed's factors alone."""
    told: list[Fact] = []
    gone, stuck, now = set[str](), set[str](), dict[str, Entry]()
    for fact in facts:
        if not isinstance(fact, Entry):
            if fact.entry not in gone:
                told.append(fact)
            continue
        new: Entry | None = fact
        if SINCE <= fact.effective_at < UNTIL and fact.case in filed and filed[fact.case].conduct_at >= SINCE:
            if fact.regrades is not None:
                new = regraded(fact, version, gone, stuck, now)
            elif fact.id in found:
                new = redecided(fact, version, found[fact.id])
            if new is None:
                gone.add(fact.id)
                continue
            if new is fact and (
                fact.regrades in stuck or fact.id not in found or unsure(fact, version, found[fact.id])
            ):
                stuck.add(fact.id)
        elif SINCE <= fact.effective_at < UNTIL and fact.case not in filed:
            stuck.add(fact.id)
        assert new is not None
        now[fact.id] = new
        told.append(new)
    return told


def open_on(version: RulebookVersion, found: Found) -> list[str]:
    """Return the grades that the findings permit."""
    if "number_attributable" not in found.verified:
        return []
    return [
        code for code, grade in version.grades.items() if any(fact in found.verified for fact in grade.permitted_by)
    ]


def unsure(fact: Entry, version: RulebookVersion, found: Found) -> bool:
    """Return whether the findings do not settle what a decision would be."""
    granted = open_on(version, found)
    escalated = fact.track == "ordinary" and granted == ["grave"]
    return fact.grade not in granted and (found.override or len(granted) > 1 or escalated)


def redecided(fact: Entry, version: RulebookVersion, found: Found) -> Entry | None:
    """Return a decision as the draft has it; itself where nobody knows, None where it is not upheld."""
    granted = open_on(version, found)
    if unsure(fact, version, found):
        return fact
    if not granted:
        return None
    return graded(fact, version, fact.grade if fact.grade in granted else granted[0])


def regraded(
    fact: Entry, version: RulebookVersion, gone: set[str], stuck: set[str], now: Mapping[str, Entry]
) -> Entry | None:
    """Return a regrade as the draft has it, where that is lower than what it replaces."""
    assert fact.regrades is not None
    if fact.regrades in gone:
        return None
    if fact.regrades in stuck or fact.grade not in version.grades:
        return fact
    old, new = now[fact.regrades], graded(fact, version, fact.grade)
    heavy = [one.track == "severe" for one in (new, old)]
    if heavy[0] > heavy[1] or new.points > old.points or (heavy[0] == heavy[1] and new.points == old.points):
        return fact
    return new


def graded(fact: Entry, version: RulebookVersion, code: str) -> Entry:
    """Return an entry with what a grade brings, and nothing else changed."""
    grade = version.grades[code]
    brought: dict[str, Any] = {"grade": code, "track": grade.track, "points": grade.points, "direct": grade.direct}
    return replace(fact, rulebook=version.ref, **brought)


def test_the_histories_reach_every_outcome() -> None:
    """Drawn at random they could all be trivial: these are not."""
    seen: set[str] = set()

    @settings(max_examples=300, deadline=None, database=None)
    @given(known=histories())
    def look(known: Known) -> None:
        facts, filed, found = known
        for version in DRAFTS.values():
            rules = Timeline("t", in_force_since(SEED, version, SINCE).versions)
            for verdict in suppose(facts, Supposition(SEED, rules, SINCE, UNTIL), filed, found).verdicts:
                seen.add(verdict.outcome if verdict.unknown is None else verdict.unknown.missing)
                if verdict.entry.regrades is not None and verdict.outcome == "changed":
                    seen.add("regrade changed")
        seen.update("reversed" for fact in facts if isinstance(fact, Reversal) and fact.kind == "reversed")

    look()
    wanted = {"same", "changed", "not_upheld", "conduct_at", "findings", "choice", "override", "regrade"}
    assert {*wanted, "regrade changed", "reversed"} <= seen
