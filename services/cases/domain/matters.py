"""One incident, at most one penalty: which cases are about the same thing. Source: R12.

A matter is one complainant, one seller account and one trade; within it, incidents whose times overlap are one
incident, on whichever channel. A second buyer is a second incident.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from services.cases.domain.events import ComplaintFiled, Incident

Matter: TypeAlias = tuple[str, str, str]
"""Complainant, seller account, trade."""


@dataclass(frozen=True, slots=True)
class Related:
    """Another case of the same matter: its state by the facts, its incidents, the decision that gives a penalty now.

    `incidents` are those that it judges: its own, and those of cases merged into it. `undecided` says that its decision
    is still to come: it was not decided, withdrawn, merged or refused. `taken_in` is set where the case that it is seen
    from judges its incidents too: it names the case into which it was merged itself, which may have been merged on.
    """

    case_id: str
    incidents: tuple[Incident, ...]
    undecided: bool
    penalty: str | None = None
    erased: bool = False
    taken_in: str | None = None


def matter_of(filed: ComplaintFiled) -> Matter:
    """Return what the complaint is about."""
    return (filed.complainant, filed.respondent, filed.trade.id)


def span(incident: Incident) -> tuple[datetime, datetime]:
    """Return when it began and ended, both inclusive."""
    return (incident.at, incident.until or incident.at)


def overlap(some: Iterable[Incident], others: Sequence[Incident]) -> bool:
    """Return whether any of `some` shares an instant with any of `others`."""
    spans = [span(other) for other in others]
    return any(began <= until and since <= ended for began, ended in map(span, some) for since, until in spans)


def covered(some: Iterable[Incident], others: Sequence[Incident]) -> bool:
    """Return whether each of `some` shares an instant with one of `others`: none would be left."""
    return all(overlap((one,), others) for one in some)


def overlapping(incidents: Sequence[Incident], related: Iterable[Related]) -> tuple[Related, ...]:
    """Return the related cases that share an incident with these, in the order given."""
    return tuple(other for other in related if overlap(incidents, other.incidents))


def judged(incidents: Sequence[Incident], related: Iterable[Related]) -> tuple[Incident, ...]:
    """Return all incidents that a case of these incidents judges: its own, then those of cases merged into it."""
    return (*incidents, *(incident for other in related if other.taken_in is not None for incident in other.incidents))


def penalised(incidents: Sequence[Incident], related: Sequence[Related]) -> Related | None:
    """Return the first related case in which an incident that is judged here is penalised already, None without one."""
    found = overlapping(judged(incidents, related), related)
    return next((other for other in found if other.penalty is not None), None)


def same_complaint(incidents: Sequence[Incident], related: Iterable[Related]) -> Related | None:
    """Return the first undecided related case that is about exactly these incidents: the complaint came in twice."""
    wanted = set(incidents)
    return next((other for other in related if other.undecided and set(other.incidents) == wanted), None)
