"""What a case offers is what it accepts: an action on offer is never refused for the state, one not on offer always.

A recall is on offer nowhere: it is made of many cases at once.
"""

from hypothesis import given as forall
from hypothesis import strategies as st

from services.cases.domain import commands, errors
from services.cases.domain.actions import Actions, next_actions
from services.cases.domain.case import decide
from services.cases.domain.commands import CaseCommand
from services.cases.domain.state import Undecided, Unfiled
from shared.kit.decider import Refusal
from shared.rulebook.model import RulebookVersion
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
    commands.RuleOnLateEvidence: ("officer", "rule_on_late_evidence"),
    commands.ExtendDeadline: ("supervisor", "extend_deadline"),
    commands.MergeComplaint: ("officer", "merge_complaint"),
    commands.RefuseComplaint: ("officer", "refuse_complaint"),
    commands.ReturnAppeal: ("reviewer", "return_appeal"),
    commands.DecideAppeal: ("reviewer", "decide_appeal"),
    commands.LapseAppeal: ("system", "lapse_appeal"),
    commands.StaySanction: ("reviewer", "stay_sanction"),
    commands.LiftStay: ("reviewer", "lift_stay"),
    commands.ProposeRevocation: ("supervisor", "propose_revocation"),
    commands.WithdrawRevocation: ("supervisor", "withdraw_revocation"),
    commands.EraseData: ("administrator", "erase_data"),
}
OF_PARTIES: dict[type[CaseCommand], str] = {
    commands.SubmitEvidence: "submit_evidence",
    commands.FileAppeal: "file_appeal",
    commands.ResumeAppeal: "resume_appeal",
}


def offered_as(command: CaseCommand) -> tuple[str, str]:
    """Return the role and the name under which a case offers this command."""
    if isinstance(command, commands.SubmitEvidence | commands.FileAppeal | commands.ResumeAppeal):
        return command.party, OF_PARTIES[type(command)]
    if isinstance(command, commands.AnswerProposal):
        return "second_officer", command.answer
    if isinstance(command, commands.AnswerRevocation):
        return "second_supervisor", f"{command.answer}_revocation"
    return BY_TYPE[type(command)]


def actions_of(case: Given, at: float) -> Actions:
    """Return what the case offers, with what its rulebook says of contesting a dismissal."""
    version = None if isinstance(case.state, Unfiled) else case.world.pinned(case.state.file.filed)
    contestable = isinstance(version, RulebookVersion) and version.dismissal_contestable
    return next_actions(case.state, hour(at), contestable=contestable)


@forall(cases(), st.data())
def test_an_action_is_on_offer_exactly_where_the_state_allows_it(
    case_at: tuple[Given, float], data: st.DataObject
) -> None:
    case, at = case_at
    command = data.draw(any_command(at).filter(lambda drawn: not isinstance(drawn, commands.RevokeInRecall)))
    role, action = offered_as(command)
    said = decide(case.state, command, case.world)
    if action in actions_of(case, at).get(role, ()):
        assert not (isinstance(said, Refusal) and said.code in errors.STATE_CODES), said
    else:
        assert isinstance(said, Refusal)


@forall(cases(most=12))
def test_every_running_case_offers_a_way_on(case_at: tuple[Given, float]) -> None:
    case, at = case_at
    actions = actions_of(case, at)
    assert all(actions.values())
    if isinstance(case.state, Unfiled | Undecided):
        assert set(actions) & {"complainant", "officer", "second_officer"}
    elif case.state.file.erased is None:
        assert set(actions) & {"administrator", "system", "reviewer", "respondent", "complainant", "second_supervisor"}
    else:
        assert actions == {}
