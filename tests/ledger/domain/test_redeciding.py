"""What a decision would be under another version: the same choice where it is open, else what leaves none."""

from datetime import datetime

import pytest

from services.ledger.domain.redeciding import (
    Filed,
    Found,
    Penalty,
    Unknown,
    could_uphold,
    judged,
    open_grades,
    speaking,
)
from shared.rulebook.loader import shipped
from shared.rulebook.model import Timeline
from tests.support.drafts import HALVED, INSULTS, MILD, ONLY_MAIL, drafted
from tests.support.ladders import shanghai

SEED = shipped("seed").versions[0]
ASSESSED = frozenset(SEED.factors)
CALLS = Found(frozenset({"number_attributable", "frequent_contact"}))
MAIL = Found(frozenset({"number_attributable", "offensive_mail"}))
GENERAL, GRAVE = Penalty("general", "ordinary", 12), Penalty("grave", "severe", 48)


def test_the_grade_that_was_given_is_given_again_with_what_it_brings_then() -> None:
    assert judged(GENERAL, drafted(HALVED), CALLS, ASSESSED) == Penalty("general", "ordinary", 6)
    assert judged(GRAVE, drafted(HALVED), MAIL, ASSESSED) == Penalty("grave", "severe", 48)


def test_a_choice_stands_beside_new_ones() -> None:
    """A milder grade that is open too: officers chose the heavier one."""
    assert judged(GENERAL, drafted(MILD), CALLS, ASSESSED) == Penalty("general", "ordinary", 12)


def test_what_nothing_permits_any_more_is_not_upheld() -> None:
    """What officers could assess and did not verify was not: the burden is the complainant's."""
    assert judged(GENERAL, drafted(ONLY_MAIL), CALLS, ASSESSED) is None


def test_the_one_grade_that_is_left_is_what_it_would_be() -> None:
    gone = ("[versions.grades.general]", "[versions.grades.usual]")
    assert judged(GENERAL, drafted(gone), CALLS, ASSESSED) == Penalty("usual", "ordinary", 12)


def test_the_heavier_grade_that_is_left_takes_a_second_officer() -> None:
    """One officer decided: that the severe grade is all that is open makes nobody propose and confirm it."""
    assert judged(GENERAL, drafted(ONLY_MAIL), MAIL, ASSESSED) == Unknown("choice", ("grave",))
    gone = ("[versions.grades.grave]", "[versions.grades.gravest]")
    only = ('permitted_by = ["frequent_contact", "offensive_mail", "grave_harm"]', 'permitted_by = ["grave_harm"]')
    assert judged(GRAVE, drafted(gone, only), MAIL, ASSESSED) == Penalty("gravest", "severe", 48)


def test_which_of_several_grades_is_left_open_nobody_knows() -> None:
    version = drafted(MILD, ("[versions.grades.general]", "[versions.grades.usual]"))
    assert judged(GENERAL, version, CALLS, ASSESSED) == Unknown("choice", ("usual", "mild"))


def test_a_factor_that_nobody_assessed_is_what_is_missing() -> None:
    assert judged(GENERAL, drafted(*INSULTS), CALLS, ASSESSED) == Unknown("factor", ("insult",))
    assert judged(GENERAL, drafted(*INSULTS), CALLS, {*ASSESSED, "insult"}) is None


def test_a_factor_that_would_open_nothing_more_is_not_missed() -> None:
    """The severe grade of a draft does not ask for it, and the ordinary one is open already."""
    added = ('factors = ["offensive_mail", "grave_harm"]', 'factors = ["offensive_mail", "grave_harm", "insult"]')
    version = drafted(added, ("[versions.grades.general]", "[versions.grades.usual]"))
    assert judged(GENERAL, version, CALLS, ASSESSED) == Penalty("usual", "ordinary", 12)


def test_an_override_is_beside_the_list_and_stays_there() -> None:
    """Unless the facts themselves permit its grade."""
    insult = Found(frozenset({"number_attributable"}), override=True)
    assert judged(GENERAL, drafted(HALVED), insult, ASSESSED) == Unknown("override")
    with_calls = Found(CALLS.verified, override=True)
    assert judged(GENERAL, drafted(HALVED), with_calls, ASSESSED) == Penalty("general", "ordinary", 6)


def test_nothing_is_open_against_a_sender_that_is_not_known() -> None:
    """Nor would a factor that nobody assessed open anything."""
    assert open_grades(SEED, {"frequent_contact", "offensive_mail"}) == ()
    assert could_uphold(drafted(*INSULTS), {"frequent_contact"}, ASSESSED) == ()


def test_a_dismissed_complaint_could_be_upheld_with_what_is_open() -> None:
    assert could_uphold(SEED, MAIL.verified, ASSESSED) == ("general", "grave")
    assert could_uphold(SEED, {"number_attributable"}, ASSESSED) == ()
    assert could_uphold(drafted(*INSULTS), {"number_attributable"}, ASSESSED) == Unknown("factor", ("insult",))


@pytest.mark.parametrize(
    ("conduct", "paid", "named"),
    [
        ("2011-12-31T23:59", None, Unknown("version")),
        ("2016-05-31T23:59", None, "TB-2012"),
        ("2016-06-01T00:00", None, "TB-2016-06"),
        ("2018-01-01T00:00", None, "TB-2017-07-25"),
        ("2018-01-01T00:00", "2016-01-01T00:00", "TB-2017-07-25"),
    ],
)
def test_the_conduct_chooses_the_version(conduct: str, paid: str | None, named: str | Unknown) -> None:
    assert named_by(shipped("taobao"), conduct, paid) == named


@pytest.mark.parametrize(
    ("paid", "named"),
    [
        (None, Unknown("order_paid_at")),
        ("2026-06-01T00:00", "TB-2012"),
        ("2027-02-01T00:00", "DRAFT-1"),
        ("2011-01-01T00:00", Unknown("version")),
    ],
)
def test_the_payment_chooses_it_where_the_version_says_so(paid: str | None, named: str | Unknown) -> None:
    version = drafted(('basis = "conduct_at"', 'basis = "order_paid_at"'))
    timeline = Timeline("both", (*shipped("seed").versions, version))
    assert named_by(timeline, "2027-03-01T00:00", paid) == named


def named_by(timeline: Timeline, conduct: str, paid: str | None) -> str | Unknown:
    """Return the id of the version that speaks, or why none does."""
    instant: datetime | None = None if paid is None else shanghai(paid)
    found = speaking(timeline, Filed(shanghai(conduct), instant))
    return found if isinstance(found, Unknown) else found.id
