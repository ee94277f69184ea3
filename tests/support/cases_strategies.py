"""Random people: commands from small pools, so that they meet and contradict each other; and the cases they make."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args

from hypothesis import strategies as st

from services.cases.domain import commands, events
from services.cases.domain.breaches import breaches
from services.cases.domain.commands import CaseCommand
from services.cases.domain.events import Incident, Party, Trade
from services.cases.domain.evidence_kinds import KINDS
from services.cases.domain.intake import CHANNELS
from services.cases.domain.recounting import recount
from shared.kit.decider import Refusal
from shared.rulebook.model import Calendars
from tests.support.cases_afterwards import (
    DISMISSED,
    SEVERE,
    UPHELD,
    appeal,
    contest,
    propose_revocation,
    regrade,
    reject,
    reverse,
    send_back,
    stay,
)
from tests.support.cases_scenario import SEED_WORLD, Given
from tests.support.cases_story import (
    BUYER,
    CALLS,
    INSULTS,
    MAIL,
    OFFICER,
    SECOND,
    SELLER,
    confirm,
    decline,
    dismiss,
    file,
    hour,
    notify,
    override,
    propose,
    submit,
    tell,
    uphold,
    waive,
    withdraw,
)
from tests.support.cases_strategies_afterwards import AFTERWARDS, CALENDARS, USUAL_AFTERWARDS, WORLDS

OFFICERS = st.sampled_from([OFFICER, SECOND, "third", SELLER])
GRADES = st.sampled_from(["general", "aggravated", "grave", "no-such-grade"])
SUBJECTS = st.sampled_from(get_args(events.Subject))
PARTIES: st.SearchStrategy[Party] = st.sampled_from(["complainant", "respondent"])
GROUNDS = st.sampled_from([*SEED_WORLD.timeline.versions[0].grounds, "no-such-ground"])
IDS = st.sampled_from(["e-1", "e-2", "e-3"])
MEDIA = st.sampled_from([None, "image/png", "application/pdf", "text/plain"])
REASONS = st.sampled_from(["digest-reason", "digest-reason", ""])
FACTS = st.lists(
    st.sampled_from(
        [
            "frequent_contact",
            "number_attributable",
            "number_not_attributable",
            "covers_alleged_times",
            "offensive_mail",
            "insult",
            "no-such-fact",
        ]
    ),
    max_size=3,
).map(tuple)
HOURS = st.sampled_from([-100.0, -1.0, 0.0, 0.5, 1.0, 30.0])
INCIDENTS = st.lists(
    st.builds(
        lambda channel, start, length: Incident(channel, hour(start), None if length is None else hour(start + length)),
        st.sampled_from([*CHANNELS, "no-such-channel"]),
        HOURS,
        st.none() | HOURS,
    ),
    max_size=2,
).map(tuple)


PEOPLE = st.sampled_from([BUYER, SELLER, ""])
NOW = st.just(hour(0))  # every command is moved to its own time
DIGEST = st.just("digest")
DECIDED = OFFICERS, GRADES, SUBJECTS, REASONS, NOW
EARLIER = st.sampled_from([hour(0), hour(1), hour(10), hour(1000)])

FILINGS = st.builds(
    commands.FileComplaint,
    PEOPLE,
    PEOPLE,
    st.builds(Trade, st.sampled_from(["trade-1", ""]), st.none() | HOURS.map(hour)),
    st.lists(st.sampled_from([*CHANNELS, "no-such-channel"]), max_size=3).map(tuple),
    INCIDENTS,
    DIGEST,
    st.just(()),
    NOW,
)
PIECES = st.builds(
    commands.SubmitEvidence,
    IDS,
    PARTIES,
    st.sampled_from([*KINDS, "no-such-kind"]),
    MEDIA,
    MEDIA,
    st.sampled_from([0, 1, 1000, 10**9]),
    DIGEST,
    NOW,
)
USUAL = st.sampled_from(
    [
        uphold(),
        uphold(officer=SECOND),
        confirm(),
        confirm("third"),
        decline(),
        tell(),
        dismiss(),
        waive(),
        withdraw(),
    ]
)
COMMANDS: st.SearchStrategy[CaseCommand] = st.one_of(
    FILINGS,
    st.builds(commands.NotifyRespondent, EARLIER, NOW),
    st.builds(commands.SubmitDefence, st.sampled_from(get_args(events.Claim)), DIGEST, NOW),
    PIECES,
    st.builds(submit, IDS, party=PARTIES),
    st.builds(commands.WaiveWindow, NOW),
    st.builds(commands.StartHandling, OFFICERS, NOW),
    st.builds(commands.Recuse, OFFICERS, DIGEST, NOW),
    st.builds(commands.AssessEvidence, OFFICERS, IDS, st.sampled_from(get_args(events.Verdict)), FACTS, NOW),
    USUAL,
    st.builds(
        commands.Dismiss,
        OFFICERS,
        GROUNDS,
        SUBJECTS,
        st.sampled_from([None, "after_sales_dispute", "no-such-referral"]),
        REASONS,
        NOW,
    ),
    st.builds(commands.UpholdOrdinary, *DECIDED),
    st.builds(commands.ProposeSevere, *DECIDED),
    st.builds(commands.ProposeOverride, *DECIDED),
    st.builds(commands.AnswerProposal, OFFICERS, st.sampled_from(["confirm", "decline"]), REASONS, NOW),
    st.builds(commands.WithdrawProposal, OFFICERS, NOW),
    st.builds(commands.NotifyDecision, EARLIER, NOW),
    AFTERWARDS,
    USUAL_AFTERWARDS,
)


def any_command(at: float) -> st.SearchStrategy[CaseCommand]:
    """Return commands of every kind that are given so many hours after the usual filing."""
    return COMMANDS.map(lambda command: replace(command, at=hour(at)))


BEGINNINGS: tuple[tuple[CaseCommand, ...], ...] = (
    (),
    (file(),),
    (file(), notify(), submit()),
    CALLS,
    MAIL,
    INSULTS,
    (*MAIL, propose()),
    (*INSULTS, override()),
    (*CALLS, uphold()),
    (*MAIL, propose(), confirm()),
    (file(), dismiss()),
    UPHELD,
    (*UPHELD, appeal()),
    (*UPHELD, appeal(), send_back()),
    (*UPHELD, appeal(), stay()),
    (*UPHELD, propose_revocation(at=15)),
    (*UPHELD, appeal(), reject()),
    (*SEVERE, appeal()),
    (*SEVERE, appeal(), regrade()),
    (*DISMISSED, contest()),
    (*DISMISSED, contest(), reverse()),
    (file(), notify(), submit(at=100)),
)
"""A command of these that the world refuses leaves the case as it is."""


@st.composite
def cases(draw: st.DrawFn, most: int = 8) -> tuple[Given, float]:
    """Return a case after a usual beginning and up to `most` random commands, and the hour of the last; refused ones
    leave it as it is. Now and then the clock looks at it, and now and then the clock is set back."""
    world = draw(WORLDS)
    beginning = draw(st.sampled_from(BEGINNINGS))
    case, at = Given(world), 10.0
    for command in beginning:
        case = _heard(case, command, command.at)
    for _ in range(draw(st.integers(0, most))):
        at += draw(st.sampled_from([0.0, 1.0, 40.0, 100.0, 400.0, -3.0]))
        case = _heard(case, replace(draw(COMMANDS), at=hour(at)), hour(at))
        if draw(st.booleans()):
            case = _clocked(case, hour(at), draw(CALENDARS))
    return case, at


def _heard(case: Given, command: CaseCommand, at: datetime) -> Given:
    said = case.when(command).said
    return case if isinstance(said, Refusal) else case.after(_next(case, at), *said)


def _clocked(case: Given, now: datetime, calendars: Calendars) -> Given:
    """The case once the clock has looked at it: what is breached, and what these calendars change."""
    case = case.after(_next(case, now), *breaches(case.state, now))
    recounted = recount(case.state, replace(case.world, calendars=calendars), now)
    return case if recounted is None else case.after(_next(case, now), recounted)


def _next(case: Given, at: datetime) -> datetime:
    """When the log records what happens now: recorded time only rises."""
    return max(at, case.history[-1].recorded_at + timedelta(microseconds=1)) if case.history else at
