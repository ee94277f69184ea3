"""What a candidate would have done, from both logs to the report: given what was decided, when simulated, then told."""

from pathlib import Path
from typing import Any

import pytest

from services.ledger.simulating import keeping
from shared.contracts.simulation import Stage
from shared.rulebook.loader import DATA, shipped
from tests.support.decisions import DAY, FIRST, SEED
from tests.support.drafts import DRAFT, HALVED, INSULTS, ONLY_MAIL, draft
from tests.support.following import Following
from tests.support.simulated import CALLED, MAILED, FoundDecisions, asked, simulated, told

SEED_TEXT = (DATA / "seed.toml").read_text("utf-8")


def test_half_the_points_bring_half_the_nodes(cases: FoundDecisions, ledger: Following, tmp_path: Path) -> None:
    """Two decisions reach the node together that each of them had reached."""
    first = cases.found("s-1")
    cases.clock.now = FIRST + 20 * DAY
    second = cases.found("s-1")
    ledger.catch_up()
    at = cases.clock.now + DAY
    report, lines = simulated(ledger, tmp_path, asked(as_of=[at]))
    decisions = told(lines, "decision")
    assert [(one["entry"], one["outcome"], one["after"]["points"]) for one in decisions] == [
        (first.id, "changed", 6),
        (second.id, "changed", 6),
    ]
    assert [(one["before"]["points"], one["after"]["points"]) for one in told(lines, "standing")] == [
        ({"ordinary": 24}, {"ordinary": 12})
    ]
    removed, changed = told(lines, "sanction")
    assert (removed["effect"], removed["before"]["entry"], removed["before"]["state"]) == (
        "removed",
        first.id,
        "served",
    )
    assert (changed["before"]["node"], changed["after"]["node"]) == (24, 12)
    assert report.decisions.model_dump() == {"same": 0, "changed": 2, "not_upheld": 0, "not_replayable": 0}
    assert report.accounts.model_dump() == {"looked_at": 1, "changed": 1, "not_replayable": 0, "quarantined": 0}
    assert report.judged_by == {DRAFT: 2}
    (compared,) = report.standings
    assert (compared.before.points["ordinary"], compared.after.points["ordinary"]) == (24, 12)
    assert (compared.before.standings, compared.moved) == ({"restricted": 1}, [])
    assert report.supposed is not None
    assert report.supposed.id == DRAFT


def test_who_would_not_be_restricted_is_counted(cases: FoundDecisions, ledger: Following, tmp_path: Path) -> None:
    for seller in ("s-1", "s-2"):
        cases.found(seller)
    cases.found("s-3", MAILED, grade="grave", points=48)
    ledger.catch_up()
    report, _ = simulated(ledger, tmp_path, asked(as_of=[cases.clock.now + DAY]))
    (compared,) = report.standings
    assert [(one.from_, one.to, one.accounts) for one in compared.moved] == [("restricted", "watch", 2)]
    assert report.accounts.changed == 2
    assert report.decisions.same == 1


def test_the_rules_as_they_are_change_nothing(cases: FoundDecisions, ledger: Following, tmp_path: Path) -> None:
    """And no version is supposed where the candidate adds none."""
    decision = cases.found("s-1")
    cases.found("s-2", MAILED, grade="grave", points=48)
    cases.regrade("s-1", decision, 6)
    cases.dismissed("s-1")
    cases.ordinary("s-4")  # of this one neither filing nor findings are known
    ledger.catch_up()
    report, lines = simulated(ledger, tmp_path, asked(SEED_TEXT))
    assert (lines, report.supposed, report.current.digest) == ([], None, report.candidate.digest)
    assert report.changes.told == 0
    assert report.decisions.same == 4
    assert report.dismissals.same == 1


def test_by_the_dates_of_the_file_the_past_is_as_it_was(
    cases: FoundDecisions, ledger: Following, tmp_path: Path
) -> None:
    """A version that begins after the period changes nothing in it."""
    cases.found("s-1")
    ledger.catch_up()
    report, lines = simulated(ledger, tmp_path, asked(as_dated=True))
    assert (lines, report.supposed, report.judged_by) == ([], None, {"TB-2012": 1})


def test_a_factor_that_nobody_assessed_is_named(cases: FoundDecisions, ledger: Following, tmp_path: Path) -> None:
    decision = cases.found("s-1")
    ledger.catch_up()
    report, lines = simulated(ledger, tmp_path, asked(draft(*INSULTS)))
    (line,) = told(lines, "decision")
    assert (line["entry"], line["missing"], line["names"]) == (decision.id, "factor", ["insult"])
    assert line["after"] == line["before"]
    assert report.missing == {"factor": 1}
    assert report.accounts.not_replayable == 1


def test_what_would_not_be_upheld_brings_nothing(cases: FoundDecisions, ledger: Following, tmp_path: Path) -> None:
    cases.found("s-1")
    ledger.catch_up()
    report, lines = simulated(ledger, tmp_path, asked(draft(ONLY_MAIL), as_of=[cases.clock.now + DAY]))
    (line,) = told(lines, "decision")
    assert (line["outcome"], line["after"]) == ("not_upheld", None)
    (standing,) = told(lines, "standing")
    assert (standing["before"]["standing"], standing["after"]["standing"]) == ("restricted", "good")
    assert standing["after"]["points"] == {}
    assert report.standings[0].after.standings == {"good": 1}


def test_dismissals_that_could_have_been_upheld_are_told(
    cases: FoundDecisions, ledger: Following, tmp_path: Path
) -> None:
    """Of an account that the ledger does not know, too; an overturned one counts no longer."""
    mine = cases.dismissed("nobody", ("number_attributable", "certificate_covers"))
    cases.dismissed("s-1", ("frequent_contact",))
    cases.overturned("s-2", cases.dismissed("s-2", ("number_attributable", "certificate_covers")))
    ledger.catch_up()
    wide = ('permitted_by = ["frequent_contact", ', 'permitted_by = ["certificate_covers", "frequent_contact", ')
    text = draft(wide, ('factors = ["offensive_mail"', 'factors = ["certificate_covers", "offensive_mail"'))
    report, lines = simulated(ledger, tmp_path, asked(text))
    (line,) = lines
    assert (line["kind"], line["decision"], line["outcome"], line["grades"]) == (
        "dismissal",
        mine.id,
        "would_be_open",
        ["general"],
    )
    assert report.dismissals.model_dump() == {"same": 1, "would_be_open": 1, "not_replayable": 0}


def test_a_dismissal_that_nobody_can_redecide_is_told(cases: FoundDecisions, ledger: Following, tmp_path: Path) -> None:
    cases.dismissed("s-1")
    ledger.catch_up()
    _, (line,) = simulated(ledger, tmp_path, asked(draft(*INSULTS)))
    assert (line["outcome"], line["grades"], line["missing"], line["names"]) == (
        "not_replayable",
        [],
        "factor",
        ["insult"],
    )


def test_only_the_accounts_asked_about_are_looked_at(cases: FoundDecisions, ledger: Following, tmp_path: Path) -> None:
    for seller in ("s-1", "s-2", "s-3"):
        cases.found(seller)
        cases.dismissed(seller)
    ledger.catch_up()
    report, lines = simulated(ledger, tmp_path, asked(draft(*INSULTS), sellers=["s-2", "unheard-of"]))
    assert {line["seller"] for line in lines} == {"s-2"}
    assert report.sellers == ["s-2", "unheard-of"]
    assert (report.accounts.looked_at, report.dismissals.not_replayable) == (1, 1)


def test_what_is_decided_meanwhile_is_not_looked_at(cases: FoundDecisions, ledger: Following, tmp_path: Path) -> None:
    """The report says up to which position it answers."""
    cases.found("s-1")
    ledger.catch_up()
    known = ledger.progress.now.position

    def meanwhile(stage: Stage, done: int, total: int) -> None:
        if stage == "reading":
            cases.found("s-1")
            cases.found("s-2")
            before = ledger.progress.now
            ledger.catch_up()
            assert ledger.progress.now.position > before.position

    report, lines = simulated(ledger, tmp_path, asked(), meanwhile)
    assert len(told(lines, "decision")) == 1
    assert (report.known.cases_position, report.accounts.looked_at) == (known, 1)


def test_an_account_in_quarantine_is_said_to_be_left_out(
    cases: FoundDecisions, ledger: Following, tmp_path: Path
) -> None:
    cases.reverse("s-1", "no-such-decision")
    cases.found("s-2")
    ledger.catch_up()
    report, lines = simulated(ledger, tmp_path, asked())
    assert told(lines, "withheld") == [{"kind": "withheld", "seller": "s-1", "problem": "seller_quarantined"}]
    assert (report.accounts.quarantined, report.accounts.looked_at) == (1, 1)


def test_a_version_that_is_edited_in_place_is_supposed_too(
    cases: FoundDecisions, ledger: Following, tmp_path: Path
) -> None:
    """A newcomer changes the file there is; what was before the period stays as it was."""
    cases.found("s-1")
    ledger.catch_up()
    report, lines = simulated(ledger, tmp_path, asked(SEED_TEXT.replace(*HALVED, 1)))
    assert report.supposed is not None
    assert report.supposed.id == SEED.versions[0].id
    assert report.supposed.digest != SEED.versions[0].ref.digest
    assert told(lines, "decision")[0]["after"]["points"] == 6


def test_another_year_end_shows_where_it_is_looked_for(
    cases: FoundDecisions, ledger: Following, tmp_path: Path
) -> None:
    cases.found("s-1")
    ledger.catch_up()
    kept = (
        "year_end = [] # nothing is carried",
        'year_end = [{ measure = "total", at_least = 1, carry = "unchanged" }]',
    )
    december, january = FIRST.replace(month=12), FIRST.replace(year=2027, month=1)
    report, lines = simulated(ledger, tmp_path, asked(draft(kept), as_of=[january, december]))
    (standing,) = told(lines, "standing")
    assert (standing["before"]["points"], standing["after"]["points"]) == ({}, {"ordinary": 12})
    assert [one.as_of for one in report.standings] == [december, january]
    assert report.decisions.same == 1


def test_only_so_many_differences_are_kept_and_all_are_counted(
    cases: FoundDecisions, ledger: Following, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seller in range(5):
        cases.found(f"s-{seller}")
    ledger.catch_up()
    monkeypatch.setattr(keeping, "MAX_LINES", 3)
    report, lines = simulated(ledger, tmp_path, asked())
    assert (len(lines), report.changes.kept, report.accounts.changed) == (3, 3, 5)
    assert report.changes.told > 3


def test_the_same_question_has_the_same_answer(cases: FoundDecisions, ledger: Following, tmp_path: Path) -> None:
    """Byte for byte: the digest of the differences pins them."""
    for seller in range(12):
        cases.found(f"s-{seller}", CALLED if seller % 2 else MAILED)
    ledger.catch_up()
    answers: list[Any] = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        answers.append(simulated(ledger, tmp_path / name, asked()))
    assert answers[0] == answers[1]
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == ["changes.ndjson"]


def test_the_other_timeline_can_be_supposed_over_history(
    cases: FoundDecisions, ledger: Following, tmp_path: Path
) -> None:
    """What is shipped: by the rule of 2017, frequent contact alone brings no points but a hidden shop."""
    cases.found("s-1")
    ledger.catch_up()
    text = (DATA / "taobao.toml").read_text("utf-8")
    report, lines = simulated(ledger, tmp_path, asked(text))
    (line,) = told(lines, "decision")
    assert line["version"] == shipped("taobao").versions[-1].id
    assert (line["after"]["points"], line["after"]["direct"]) == (0, [{"hours": 168, "measures": ["shop_hidden"]}])
    assert report.supposed is not None
