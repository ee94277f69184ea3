"""Random people after the decision and around it: appeals, reviews, stays, revocations, late evidence, extensions."""

from datetime import timedelta
from typing import get_args

from hypothesis import strategies as st

from services.cases.domain import commands
from services.cases.domain.case import World
from services.cases.domain.commands import CaseCommand
from services.cases.domain.events import DeadlineName, Incident, Party
from services.cases.domain.matters import Related
from services.cases.domain.merging import REFUSAL_CODES
from shared.rulebook.model import Calendars
from tests.support.cases_afterwards import (
    CONTESTABLE,
    REVIEWER,
    appeal,
    contest,
    erase,
    lapse,
    lift,
    propose_revocation,
    regrade,
    reject,
    resume,
    reverse,
    revoke,
    send_back,
    stay,
)
from tests.support.cases_scenario import SEED_WORLD, TAOBAO_WORLD
from tests.support.cases_story import BUYER, OFFICER, OTHER, SECOND, SELLER, SUPERVISOR, file, hour

PARTIES: st.SearchStrategy[Party] = st.sampled_from(["complainant", "respondent"])
REVIEWERS = st.sampled_from([REVIEWER, REVIEWER, "reviewer-2", OFFICER, SELLER])
SUPERVISORS = st.sampled_from([SUPERVISOR, OTHER, OFFICER, BUYER])
OFFICERS = st.sampled_from([OFFICER, SECOND, "third", SELLER])
REASONS = st.sampled_from(["digest-reason", "digest-reason", ""])
NOW = st.just(hour(0))  # every command is moved to its own time
BY_REVIEWER = REVIEWERS, REASONS, NOW
BY_SUPERVISOR = SUPERVISORS, REASONS, NOW

AFTERWARDS: st.SearchStrategy[CaseCommand] = st.one_of(
    st.builds(
        commands.RuleOnLateEvidence, OFFICERS, st.sampled_from(["e-1", "e-2", "e-3"]), st.booleans(), REASONS, NOW
    ),
    st.builds(
        commands.ExtendDeadline,
        SUPERVISORS,
        st.sampled_from(get_args(DeadlineName)),
        st.sampled_from([hour(each) for each in (50, 100, 200, 400, 9000)]),
        REASONS,
        NOW,
    ),
    st.builds(commands.MergeComplaint, OFFICERS, st.sampled_from(["case-2", "case-3", "no-such-case"]), REASONS, NOW),
    st.builds(
        commands.RefuseComplaint,
        OFFICERS,
        st.sampled_from([*REFUSAL_CODES, "no-such-code"]),
        st.sampled_from([None, "civility_report", "no-such-referral"]),
        REASONS,
        NOW,
    ),
    st.builds(commands.FileAppeal, PARTIES, REASONS, NOW),
    st.builds(commands.ReturnAppeal, *BY_REVIEWER),
    st.builds(commands.ResumeAppeal, PARTIES, REASONS, NOW),
    st.builds(
        commands.DecideAppeal,
        REVIEWERS,
        st.sampled_from(get_args(commands.AppealOutcome)),
        st.sampled_from([None, None, "general", "aggravated", "grave", "no-such-grade"]),
        REASONS,
        NOW,
    ),
    st.builds(commands.LapseAppeal, NOW),
    st.builds(commands.StaySanction, *BY_REVIEWER),
    st.builds(commands.LiftStay, *BY_REVIEWER),
    st.builds(commands.ProposeRevocation, *BY_SUPERVISOR),
    st.builds(commands.AnswerRevocation, SUPERVISORS, st.sampled_from(["confirm", "decline"]), REASONS, NOW),
    st.builds(commands.WithdrawRevocation, SUPERVISORS, NOW),
    st.builds(
        commands.RevokeInRecall,
        st.just("recall-1"),
        st.integers(1, 14).map(lambda number: f"event-{number}"),
        SUPERVISORS,
        SUPERVISORS,
        NOW,
    ),
    st.builds(commands.EraseData, st.just("administrator-1"), NOW),
)

USUAL_AFTERWARDS: st.SearchStrategy[CaseCommand] = st.sampled_from(
    [
        appeal(),
        contest(),
        send_back(),
        resume(),
        lapse(),
        reject(),
        reverse(),
        regrade(),
        stay(),
        lift(),
        propose_revocation(),
        revoke(),
        erase(),
    ]
)

RELATED = st.lists(
    st.builds(
        Related,
        st.sampled_from(["case-2", "case-3"]),
        st.sampled_from([file().incidents, (Incident("sms", hour(-23)),), (Incident("sms", hour(-5)),)]),
        undecided=st.booleans(),
        penalty=st.sampled_from([None, None, None, "decision-2"]),
        erased=st.booleans(),
    ),
    max_size=2,
)

WORLDS: st.SearchStrategy[World] = st.builds(
    lambda world, related, days, merges: World(
        world.timeline, world.calendars, timedelta(days=days), merges, tuple(related)
    ),
    st.sampled_from([SEED_WORLD, TAOBAO_WORLD, CONTESTABLE]),
    st.just([]) | RELATED,
    st.sampled_from([0, 10, 1000]),
    st.booleans(),
)

CALENDARS = st.sampled_from([SEED_WORLD.calendars, Calendars({})])
"""What is published when the clock looks: as the case was counted with, or nothing."""
