"""The check-list: what is open, and what would have to be true for the rest, in words."""

from dataclasses import replace

import pytest

from services.cases.domain.checklist import check, grades_by, permitting
from services.cases.domain.events import Findings
from shared.rulebook.model import Grade, Ground, RulebookVersion
from tests.support.cases_scenario import SEED_WORLD, TAOBAO_WORLD

TB_2012 = SEED_WORLD.timeline.versions[0]
TB_2016, TB_2017 = TAOBAO_WORLD.timeline.versions[1:3]
NOTHING = Findings()
CALLS = Findings(frequent_contact=True, number_attributable=True)
INSULTS = Findings("abuse", number_attributable=True, factors=("insult",))


def test_what_is_closed_says_what_it_would_need() -> None:
    closed = check(NOTHING, TB_2012).closed
    sender = "number_attributable verified (the respondent is the sender)"
    facts = "one of these facts verified"
    assert closed == {
        "uphold_ordinary": f"It would need {sender} and {facts}: frequent_contact, offensive_mail, grave_harm.",
        "propose_severe": f"It would need {sender} and {facts}: offensive_mail, grave_harm.",
        "abuse_not_harassment": "It would need the matter found to be abuse.",
        "other_dispute_counterfeit": "It would need the matter found to be counterfeit.",
        "other_dispute_fake_trade": "It would need the matter found to be fake_trade.",
        "other_dispute_after_sales": "It would need the matter found to be after_sales.",
        "number_not_respondents": "It would need the respondent's claim to be number_not_mine.",
        "no_contact_proven": (
            "It would need the respondent's claim to be no_contact and number_attributable verified"
            " and certificate_covers verified."
        ),
    }


def test_a_ground_that_holds_but_comes_later_names_the_one_before_it() -> None:
    checklist = check(replace(NOTHING, found_subject="abuse", claim="number_not_mine"), TB_2012)
    assert checklist.open == ("abuse_not_harassment",)
    later = "It would need abuse_not_harassment not to hold, which comes first."
    assert checklist.closed["number_not_respondents"] == later
    assert checklist.closed["evidence_insufficient"] == later


def test_while_an_outcome_is_open_no_ground_is() -> None:
    checklist = check(CALLS, TB_2012)
    assert (checklist.open_outcomes, checklist.open_grounds) == (("uphold_ordinary",), ())
    expected = "It would need every way to uphold closed; open: uphold_ordinary."
    assert checklist.closed["evidence_insufficient"] == expected


def test_frequent_contact_from_nobody_knows_whom_closes_only_the_other_disputes() -> None:
    unsent = Findings(frequent_contact=True)
    assert check(unsent, TB_2012).open == ("evidence_insufficient",)
    assert check(replace(unsent, found_subject="counterfeit"), TB_2012).open == ("evidence_insufficient",)
    assert check(replace(unsent, found_subject="abuse"), TB_2012).open == ("abuse_not_harassment",)


def test_a_void_ground_says_so() -> None:
    checklist = check(replace(NOTHING, found_subject="abuse"), TB_2016)
    assert checklist.open == ("evidence_insufficient",)
    expected = "It would need a rulebook version under which this ground applies."
    assert checklist.closed["abuse_not_harassment"] == expected


def test_the_grades_that_are_permitted_are_named_per_outcome() -> None:
    mail = Findings(number_attributable=True, factors=("offensive_mail",))
    assert check(mail, TB_2017).permitted == {
        "uphold_ordinary": ("general", "aggravated"),
        "propose_severe": ("grave",),
    }
    assert check(CALLS, TB_2017).permitted == {"uphold_ordinary": ("general",), "propose_severe": ()}


@pytest.mark.parametrize(
    ("findings", "version", "needs"),
    [
        (INSULTS, TB_2012, None),
        (replace(INSULTS, factors=("threat",)), TB_2012, None),
        (INSULTS, TB_2016, "a version under which insults are out of scope"),
        (INSULTS, replace(TB_2012, grounds={}), "a version under which insults are out of scope"),
        (replace(INSULTS, found_subject="harassment"), TB_2012, "the matter found to be abuse"),
        (replace(INSULTS, frequent_contact=True), TB_2012, "open: uphold_ordinary"),
        (
            replace(INSULTS, number_attributable=None),
            TB_2012,
            "number_attributable verified (the respondent is the sender)",
        ),
        (replace(INSULTS, factors=()), TB_2012, "a contact or a factor verified"),
    ],
)
def test_the_exception_is_open_only_beside_an_insult_that_is_out_of_scope(
    findings: Findings, version: RulebookVersion, needs: str | None
) -> None:
    reason = check(findings, version).override
    assert reason is None if needs is None else (reason is not None and needs in reason)


def test_a_version_without_severe_grades_has_no_way_to_propose_one() -> None:
    version = replace(TB_2012, grades={"general": TB_2012.grades["general"]})
    assert check(CALLS, version).closed["propose_severe"] == "TB-2012 would have to have a grade for it."


def test_ways_are_told_by_track_and_approvals() -> None:
    grades = [
        Grade("one", "ordinary", 1, ("frequent_contact",), 1),
        Grade("two", "ordinary", 2, ("frequent_contact",), 2),
        Grade("three", "severe", 12, ("frequent_contact",), 1),
        Grade("four", "severe", 48, ("frequent_contact",), 2),
        Grade("five", "severe", 48, ("frequent_contact",), 3),
    ]
    version = replace(TB_2012, grades={grade.code: grade for grade in grades})
    assert grades_by("uphold_ordinary", version) == ("one",)
    assert grades_by("propose_severe", version) == ("three", "four")


def test_only_verified_facts_permit_a_grade() -> None:
    grade = TB_2012.grades["general"]
    assert permitting(grade, CALLS) == ("frequent_contact",)
    assert permitting(grade, replace(CALLS, factors=("grave_harm", "insult"))) == ("frequent_contact", "grave_harm")
    assert permitting(grade, NOTHING) == ()


def test_a_version_whose_grounds_all_have_unmet_conditions_leaves_nothing_open() -> None:
    version = replace(TB_2012, grounds={"abuse_not_harassment": Ground("abuse_not_harassment", claim="other")})
    checklist = check(NOTHING, version)
    assert checklist.open == ()
    assert set(checklist.closed) == {"uphold_ordinary", "propose_severe", "abuse_not_harassment"}
