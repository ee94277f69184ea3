"""How a standing changes in effective time: each instant with what changes and why, and what was corrected then."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from services.ledger.corrections import corrections_of
from services.ledger.domain.course import Change, Course, course_of
from services.ledger.domain.knowledge import learn_all
from services.ledger.domain.lines import Line, State
from services.ledger.domain.standing import known_by
from services.ledger.history import History
from shared.contracts import timeline as contract
from shared.rulebook.model import ZONE, Timeline


def changes_of(
    history: History, rules: Timeline, *, after: datetime, limit: int, known_at: datetime | None
) -> tuple[contract.Timeline, datetime | None]:
    """Return what happened at the first `limit` instants later than `after`, and the `after` of the next page, if any.

    Changes are past ones and those to come; corrections are those known.
    """
    seller, facts = history.account.seller, known_by(history.account.facts, known_at, None)
    course = course_of(learn_all(rules, facts))
    changes = list(islice(course.changes(after), limit + 1))
    corrections = [one for one in corrections_of(history, known_at) if one.at > after]
    instants = sorted({one.at for one in changes} | {one.at for one in corrections})
    more = instants[limit - 1] if len(instants) > limit else None
    page = contract.Timeline(
        seller=seller,
        known_at=known_at,
        changes=[_told(course, one) for one in changes if more is None or one.at <= more],
        corrections=[one for one in corrections if more is None or one.at <= more],
    )
    return page, more


def _told(course: Course, change: Change) -> contract.Change:
    turned = [
        contract.SanctionTurn(
            entry=line.entry.id, track=line.entry.track, node=line.row.node, before=before, after=after
        )
        for line, before, after in _turned(course, change)
    ]
    return contract.Change(
        at=change.at,
        standing_before=change.before.standing,
        standing_after=change.after.standing,
        points_before=change.before.points,
        points_after=change.after.points,
        sanctions=turned,
        causes=list(_causes(course, change)),
    )


def _turned(course: Course, change: Change) -> Iterator[tuple[Line, State | None, State | None]]:
    for line, before, after in zip(course.lines, change.before.states, change.after.states, strict=True):
        if before != after:
            yield line, before, after


def _causes(course: Course, change: Change) -> Iterator[contract.Cause]:
    """Yield the entries that count from then on, a year end that clears points, sanctions that start or end and stays
    that are given or lifted (by their entry), and a rulebook version that comes or goes.
    """
    began = [entry.id for entry in course.known.entries.values() if entry.effective_at == change.at]
    yield from (contract.Cause(kind="entry", entry=entry) for entry in began)
    local = change.at.astimezone(ZONE)
    year_began = local.year != (local - timedelta(microseconds=1)).year
    if year_began and any(change.after.points.get(track, 0) < had for track, had in change.before.points.items()):
        yield contract.Cause(kind="year_end", entry=None)
    ran = {
        line.entry.id: None
        for line, _, _ in _turned(course, change)
        if line.entry.id not in began and change.at in (line.row.start, line.row.end)
    }
    yield from (contract.Cause(kind="sanction", entry=entry) for entry in ran)
    stayed = [entry for entry, spans in course.known.stays.items() if any(change.at in span for span in spans)]
    yield from (contract.Cause(kind="stay", entry=entry) for entry in stayed)
    versions = course.known.timeline.versions
    if any(change.at in (version.effective_from, version.effective_until) for version in versions):
        yield contract.Cause(kind="rulebook", entry=None)
