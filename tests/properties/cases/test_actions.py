"""What a case offers is what it accepts: an action on offer is never refused for the state, one not on offer always."""

from hypothesis import given as forall
from hypothesis import strategies as st

from services.cases.domain import commands, errors
from services.cases.domain.actions import next_actions
from services.cases.domain.case import decide
from services.cases.domain.commands import CaseCommand
from shared.kit.decider import Refusal
from tests.support.cases_scenario import Given
from tests.support.cases_story import hour
from tests.support.cases_strategies import any_command, cases

BY_TYPE: dict[type[CaseCommand], tuple[str, str]] = {
    commands.FileComplaint: ("complainant", "file_complaint"),
    commands.NotifyRespondent: ("system", "notify_respondent"),
    commands.SubmitDefence: ("respondent", "submit_defence"),
    commands.WaiveWindow: ("respondent", "waive_window"),
    commands.WithdrawComplaint: ("complainant", "withdraw_complaint"),
    commands.StartHandling: ("officer", "start_handling"),
    commands.Recuse: ("officer", "recuse"),
    commands.AssessEvidence: ("officer", "assess_evidence"),
    commands.Dismiss: ("officer", "dismiss"),
    commands.UpholdOrdinary: ("officer", "uphold_ordinary"),
    commands.ProposeSevere: ("officer", "propose_severe"),
    commands.ProposeOverride: ("officer", "propose_override"),
    commands.WithdrawProposal: ("proposer", "withdraw_proposal"),
    commands.NotifyDecision: ("system", "notify_decision"),
}


def offered_as(command: CaseCommand) -> tuple[str, str]:
    """Return the role and the name under which a case offers this command."""
    if isinstance(command, commands.SubmitEvidence):
        return command.party, "submit_evidence"
    if isinstance(command, commands.AnswerProposal):
        return "second_officer", command.answer
    return BY_TYPE[type(command)]


@forall(cases(), st.data())
def test_an_action_is_on_offer_exactly_where_the_state_allows_it(
    case_at: tuple[Given, float], data: st.DataObject
) -> None:
    case, at = case_at
    command = data.draw(any_command(at))
    role, action = offered_as(command)
    said = decide(case.state, command, case.world)
    if action in next_actions(case.state, hour(at)).get(role, ()):
        assert not (isinstance(said, Refusal) and said.code in errors.STATE_CODES), said
    else:
        assert isinstance(said, Refusal)


@forall(cases(most=12))
def test_every_running_case_offers_a_way_on(case_at: tuple[Given, float]) -> None:
    case, at = case_at
    actions = next_actions(case.state, hour(at))
    ended = "notify_decision" in actions.get("system", ()) or not actions
    assert ended or set(actions) & {"complainant", "officer", "second_officer"}
    assert all(actions.values())
