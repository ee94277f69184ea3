"""Where a seller stands, at any clocks and under any rules: from the row while it is good, else from the facts."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec

from services.ledger.domain.account import Account, course, open_account
from services.ledger.domain.course import Course, course_of
from services.ledger.domain.stages import Stages
from services.ledger.domain.standing import known_by, standing_in, timeline_of
from services.ledger.history import Histories, History
from services.ledger.lru import Lru
from services.ledger.progress import Folded, Progress
from services.ledger.rendering import NOTHING_ASKED, Asked, body_of, etag_of
from services.ledger.standings import AccountRow, Standings, quarantined, rendered, row_of
from shared.kit.decider import Refusal
from shared.kit.log.instant import from_us, to_us
from shared.rulebook.model import Timeline

STAGES: Final = 1000  # accounts of which is kept what was known once, or under one version of the rulebook
COURSES: Final = 1000  # kept of those
QUICK: Final = 100  # facts: their answer keeps nobody waiting, some 0.3 ms

_NEVER: Final = from_us(0)


class Answer(msgspec.Struct, frozen=True):
    """A rendered answer, its tag, and how far the logs were folded at least when it was made."""

    body: bytes
    etag: str
    folded: Folded


def unfolded(position: int | None, folded: Folded) -> Refusal | None:
    """Return `position_not_folded` where a question names a cases position that is not folded yet, else None."""
    if position is None or position <= folded.position:
        return None
    told = {"folded_position": folded.position}
    return Refusal("position_not_folded", "the position would have to be folded already", told)


class Questions:
    """Answers at once from what is committed; waits for nothing, writes nothing."""

    def __init__(
        self,
        timeline: Timeline,
        standings: Standings,
        histories: Histories,
        progress: Progress,
        clock: Callable[[], datetime],
    ) -> None:
        self._timeline, self._standings, self._histories = timeline, standings, histories
        self._progress, self._clock = progress, clock
        self._alone: dict[str, Timeline] = {}
        self._stages: Lru[tuple[str, int, str], Stages] = Lru(STAGES)
        self._courses: Lru[tuple[str, int, str, int], Course] = Lru(COURSES)

    @property
    def timeline(self) -> Timeline:
        """The rulebook."""
        return self._timeline

    @property
    def folded(self) -> Folded:
        """How far the logs have come, at least, for whatever is answered from now on."""
        return self._progress.now

    def now(self) -> datetime:
        """Return the instant that "now" means: the clock's, but never before the last fact folded was recorded."""
        return max(self._clock(), self._progress.now.recorded_at or _NEVER)

    def ready(self, seller: str, asked: Asked = NOTHING_ASKED) -> Answer | None:
        """Return the standing as asked if it takes no time to speak of, else None; refusals too are left to `standing`.

        It is rendered already and still good, or it is computed from at most `QUICK` facts that are in memory.
        """
        folded = self._progress.now
        row = self._standings.row(seller)
        if row is None or row.quarantined is not None:
            return None
        if asked == NOTHING_ASKED:
            return Answer(row.body, row.etag, folded) if row.answers(to_us(self.now())) else None
        history = self._histories.kept(seller, row.version)
        if history is None or len(history.account.facts) > QUICK:
            return None
        answer = self._computed(seller, asked, folded)
        return answer if isinstance(answer, Answer) else None

    def standing(self, seller: str, asked: Asked = NOTHING_ASKED) -> Answer | Refusal:
        """Return the standing as asked, or why there is none: `seller_quarantined`, `rulebook_unknown`,
        `position_not_folded`.
        """
        folded = self._progress.now
        if asked != NOTHING_ASKED:
            return self._computed(seller, asked, folded)
        row = self.current(seller)
        return Answer(row.body, row.etag, folded) if row.quarantined is None else refused(row.quarantined)

    def current(self, seller: str) -> AccountRow:
        """Return the account's row, good now or quarantined: an old standing is rendered anew, never returned."""
        generation, now = self._standings.generation, self.now()
        row = self._standings.row(seller)
        if row is not None and (row.quarantined is not None or row.answers(to_us(now))):
            return row
        account = open_account(seller) if row is None else self._histories.of(seller, row.version).account
        position = 0 if row is None else row.position
        if account.quarantine is not None:
            return quarantined(account, account.quarantine.position, position=position, parked=0)
        fresh = rendered(row_of(account, self._timeline, position), account, self._timeline, now)
        self._standings.keep(fresh, generation)
        return fresh

    def history(self, seller: str) -> History | Refusal:
        """Return the account's history as committed, or `seller_quarantined`."""
        row = self._standings.row(seller)
        history = History(open_account(seller), ()) if row is None else self._histories.of(seller, row.version)
        quarantine = history.account.quarantine
        return history if quarantine is None else refused(quarantine.position)

    def rules(self, version: str | None) -> Timeline | Refusal:
        """Return the timeline to ask: the rulebook's, or that of one version for ever; else `rulebook_unknown`."""
        if version is None:
            return self._timeline
        named = self._timeline.named(version)
        if named is None:
            known = tuple(one.id for one in self._timeline.versions)
            return Refusal(
                "rulebook_unknown", "the rulebook would have to have a version of this id", {"versions": known}
            )
        return self._alone.setdefault(version, timeline_of(named))

    def _computed(self, seller: str, asked: Asked, folded: Folded) -> Answer | Refusal:
        ahead = unfolded(asked.known_position, folded)
        if ahead is not None:
            return ahead
        history, timeline = self.history(seller), self.rules(asked.rulebook)
        if isinstance(history, Refusal):
            return history
        if isinstance(timeline, Refusal):
            return timeline
        as_of = self.now() if asked.as_of is None else asked.as_of
        account, version = history.account, history.account.version
        facts = known_by(account.facts, asked.known_at, asked.known_position)
        if asked.known_at is not None or asked.known_position is not None:
            version = history.version_knowing(len(facts))
        found = self._course(account, len(facts), timeline)
        body = body_of(standing_in(seller, found, as_of), version, asked, final=_final(asked, folded))
        return Answer(body, etag_of(body), folded)

    def _course(self, account: Account, count: int, timeline: Timeline) -> Course:
        """Return the course of an account's first `count` facts under some rules, kept while it is asked for."""
        if count == len(account.facts) and timeline is self._timeline:
            return course(account, timeline)
        of = (account.seller, account.version, "" if timeline is self._timeline else timeline.name)
        found = self._courses.get((*of, count))
        if found is None:
            stages = self._stages.get(of) or Stages(account.facts, timeline)
            self._stages.put(of, stages)
            found = course_of(stages.known(count))
            self._courses.put((*of, count), found)
        return found


def refused(position: int) -> Refusal:
    """Return why a quarantined account answers nothing: an old standing would be wrong."""
    detail = "the account is released: a fact of the cases log could not be folded, and the later ones wait behind it"
    return Refusal("seller_quarantined", detail, {"position": position})


def _final(asked: Asked, folded: Folded) -> bool:
    if asked.known_position is not None:
        return True
    return asked.known_at is not None and folded.recorded_at is not None and asked.known_at <= folded.recorded_at
