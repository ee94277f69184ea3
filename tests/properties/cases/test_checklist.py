"""The check-list over every combination of findings, against the words of the seed written down plainly."""

from itertools import chain, combinations, product
from typing import get_args

import pytest

from services.cases.domain.checklist import check
from services.cases.domain.events import Claim, Findings, Subject
from shared.rulebook.model import RulebookVersion
from tests.support.cases_scenario import SEED_WORLD, TAOBAO_WORLD

TB_2012 = SEED_WORLD.timeline.versions[0]
TB_2016 = TAOBAO_WORLD.timeline.versions[1]
FACTORS = ("offensive_mail", "insult")

EVERY = [
    Findings(found, claim, frequent, attributable, factors, certificate)
    for found, claim, frequent, attributable, factors, certificate in product(
        get_args(Subject),
        (None, *get_args(Claim)),
        (None, False, True),
        (None, False, True),
        chain.from_iterable(combinations(FACTORS, size) for size in range(3)),
        (False, True),
    )
]


def _outcomes(findings: Findings, aggravating: set[str]) -> list[str]:
    mail = "offensive_mail" in findings.factors
    if not findings.number_attributable:
        return []
    ordinary = findings.frequent_contact or aggravating.intersection(findings.factors)
    return (["uphold_ordinary"] if ordinary else []) + (["propose_severe"] if mail else [])


def _ground(findings: Findings, *, insults_out_of_scope: bool) -> str:
    if findings.found_subject == "abuse" and insults_out_of_scope:
        return "abuse_not_harassment"
    if findings.found_subject in ("counterfeit", "fake_trade", "after_sales") and not findings.frequent_contact:
        return f"other_dispute_{findings.found_subject}"
    if findings.claim == "number_not_mine" and not findings.number_attributable:
        return "number_not_respondents"
    own_number = findings.claim == "no_contact" and findings.number_attributable
    if own_number and findings.certificate_covers and not findings.frequent_contact:
        return "no_contact_proven"
    return "evidence_insufficient"


@pytest.mark.parametrize(
    ("version", "aggravating", "insults_out_of_scope"),
    [(TB_2012, {"offensive_mail"}, True), (TB_2016, {"offensive_mail", "insult"}, False)],
)
def test_every_combination_of_findings_opens_what_the_seed_says(
    version: RulebookVersion, aggravating: set[str], insults_out_of_scope: bool
) -> None:
    for findings in EVERY:
        outcomes = _outcomes(findings, aggravating)
        expected = outcomes or [_ground(findings, insults_out_of_scope=insults_out_of_scope)]
        assert list(check(findings, version).open) == expected, findings


@pytest.mark.parametrize("version", [*TAOBAO_WORLD.timeline.versions], ids=lambda version: version.id)
def test_every_code_is_open_or_closed_for_a_reason_and_one_ground_is_open_where_no_outcome_is(
    version: RulebookVersion,
) -> None:
    codes = {"uphold_ordinary", "propose_severe", *version.grounds}
    for findings in EVERY:
        checklist = check(findings, version)
        assert set(checklist.open).isdisjoint(checklist.closed)
        assert {*checklist.open, *checklist.closed} == codes
        assert all(reason.endswith(".") for reason in checklist.closed.values())
        assert len(checklist.open_grounds) == (0 if checklist.open_outcomes else 1)


@pytest.mark.parametrize("version", [*TAOBAO_WORLD.timeline.versions], ids=lambda version: version.id)
def test_the_exception_stands_beside_the_ground_of_insults_and_nothing_else(version: RulebookVersion) -> None:
    for findings in EVERY:
        checklist = check(findings, version)
        if checklist.override is None:
            assert checklist.open == ("abuse_not_harassment",), findings
            assert findings.number_attributable
