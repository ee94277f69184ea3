"""How the figures about decisions are shown. Rates are whole numbers in 10 000, so that no figure is a float."""

from collections.abc import Sequence
from typing import Any, get_args

from pydantic import BaseModel, Field

from services.cases.decisionrow import Fate
from services.cases.statistics import Column, Group, Key
from services.cases.tally import MEDIAN, NINETIETH, Durations


class Took(BaseModel):
    """How long something took, in seconds; median and 90th percentile by nearest rank, to three digits."""

    count: int = Field(ge=0)
    median_s: int | None = Field(description="Null where nothing was counted")
    p90_s: int | None
    max_s: int | None


class OverturnGroup(BaseModel):
    """The decisions of one group. Of the four columns, those asked for are given; null: the decision has none.

    Each decision has one fate: what became of it last.
    """

    rulebook: str | None = None
    ground: str | None = Field(None, description="Of a dismissal")
    grade: str | None = Field(None, description="Of a violation")
    officer: str | None = None
    decisions: int
    upheld: int
    dismissed: int
    appealed: int = Field(description="Appealed against, or contested, whatever came of it")
    stands: int = Field(description="Neither corrected nor confirmed so far")
    rejected: int = Field(description="The appeal was rejected")
    lapsed: int = Field(description="The appeal came to nothing")
    reversed: int
    regraded: int
    revoked: int
    overturned: int = Field(description="Dismissals that were overturned")
    appealed_per_10000: int = Field(description="Of all decisions, rounded half up")
    corrected_per_10000: int = Field(description="Reversed, regraded, revoked or overturned, of all, rounded half up")
    time_to_decision: Took = Field(description="From filing")
    time_to_reversal: Took = Field(description="From the decision to what corrected it: its last fate")


class Overturns(BaseModel):
    """The groups in the order of their values, nothing first; without columns, one of all decisions if any."""

    by: list[Column]
    groups: list[OverturnGroup]


def shown(columns: Sequence[Column], key: Key, group: Group) -> OverturnGroup:
    """Return the group as it is shown."""
    figures: dict[str, Any] = {
        **dict(zip(columns, key, strict=True)),
        "decisions": group.decisions,
        "upheld": group.outcomes["upheld"],
        "dismissed": group.outcomes["dismissed"],
        "appealed": group.appealed,
        **{fate: group.fates[fate] for fate in get_args(Fate)},
        "appealed_per_10000": per_10000(group.appealed, group.decisions),
        "corrected_per_10000": per_10000(group.corrected, group.decisions),
        "time_to_decision": _took(group.to_decision),
        "time_to_reversal": _took(group.to_reversal),
    }
    return OverturnGroup(**figures)


def per_10000(part: int, whole: int) -> int:
    """Return the rate in 10 000, rounded half up; `whole` is not 0."""
    return (20_000 * part + whole) // (2 * whole)


def _took(durations: Durations) -> Took:
    longest = durations.longest_s if durations.count else None
    return Took(count=durations.count, median_s=durations.at(MEDIAN), p90_s=durations.at(NINETIETH), max_s=longest)
