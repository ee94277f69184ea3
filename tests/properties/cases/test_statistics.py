"""Figures about decisions, against the plain way: all decisions in a list, told from their facts, counted by hand."""

from datetime import datetime
from math import ceil
from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from services.cases import statistics
from services.cases.refusals import Refused
from services.cases.statistics import Column, Period, overturns
from services.cases.statisticsview import per_10000, shown
from services.cases.tally import MEDIAN, NINETIETH, Durations, rounded
from shared.kit.log.instant import to_us
from tests.support.cases_story import dismiss, file, hour
from tests.support.decision_log import kept
from tests.support.reviewed_cases import Life, lives, told

COLUMNS = st.lists(st.sampled_from(["rulebook", "ground", "grade", "officer"]), unique=True, max_size=4)
ENDS = st.none() | st.sampled_from([hour(10), hour(11), hour(20), hour(100)])
CASES = st.lists(st.integers(0, 5), min_size=0, max_size=6).flatmap(
    lambda sizes: st.tuples(*(lives(f"case-{nth}", most=size + 3) for nth, size in enumerate(sizes)))
)


def counted(rows: list[dict[str, Any]], columns: list[Column]) -> list[dict[str, Any]]:
    """Return the figures of every group, counted by hand."""
    keys = {tuple(row[column] for column in columns) for row in rows}
    ordered = sorted(keys, key=lambda key: [(value is not None, value or "") for value in key])
    return [
        {
            **dict(zip(columns, key, strict=True)),
            **figures([row for row in rows if tuple(row[column] for column in columns) == key]),
        }
        for key in ordered
    ]


def figures(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of one group."""
    fates = [row["fate"] for row in rows]
    names = ["stands", "rejected", "lapsed", "reversed", "regraded", "revoked", "overturned"]
    corrected = [row for row in rows if row["fate"] in ("reversed", "regraded", "revoked", "overturned")]
    appealed = sum(row["appealed"] for row in rows)
    return {
        "decisions": len(rows),
        "upheld": sum(row["outcome"] == "upheld" for row in rows),
        "dismissed": sum(row["outcome"] == "dismissed" for row in rows),
        "appealed": appealed,
        **{name: fates.count(name) for name in names},
        "appealed_per_10000": int(10_000 * appealed / len(rows) + 0.5),
        "corrected_per_10000": int(10_000 * len(corrected) / len(rows) + 0.5),
        "time_to_decision": took([row["decided_us"] - row["filed_us"] for row in rows]),
        "time_to_reversal": took([row["fate_us"] - row["decided_us"] for row in corrected]),
    }


def took(microseconds: list[int]) -> dict[str, int | None]:
    """Return count, median, 90th percentile and maximum of durations, by nearest rank."""
    seconds = sorted(max(0, one // 1_000_000) for one in microseconds)
    if not seconds:
        return {"count": 0, "median_s": None, "p90_s": None, "max_s": None}
    ranks = {"median_s": ceil(len(seconds) / 2), "p90_s": ceil(len(seconds) * 9 / 10)}
    digits = {name: str(seconds[rank - 1]) for name, rank in ranks.items()}
    shares = {name: int(written[:3].ljust(len(written), "0")) for name, written in digits.items()}
    return {"count": len(seconds), **shares, "max_s": seconds[-1]}


@settings(max_examples=200, deadline=None)
@over(CASES, COLUMNS, ENDS, ENDS)
def test_the_figures_are_those_counted_by_hand(
    cases: tuple[Life, ...], columns: list[Column], since: datetime | None, before: datetime | None
) -> None:
    rows = [
        row
        for life in cases
        for row in told(life)
        if (since is None or to_us(since) <= row["decided_us"])
        and (before is None or row["decided_us"] < to_us(before))
    ]
    groups = overturns(kept(cases), columns, Period(since, before))
    found = [shown(columns, key, group).model_dump(exclude_unset=True) for key, group in groups]
    assert found == counted(rows, columns)


@over(st.lists(st.integers(0, 10**10), min_size=1, max_size=50))
def test_median_and_percentile_err_by_under_one_percent(seconds: list[int]) -> None:
    durations = Durations()
    for one in seconds:
        durations.add(one * 1_000_000)
    ordered = sorted(seconds)
    for share, rank in ((MEDIAN, ceil(len(seconds) / 2)), (NINETIETH, ceil(len(seconds) * 9 / 10))):
        exact, told_s = ordered[rank - 1], durations.at(share)
        assert told_s is not None
        assert told_s == rounded(exact)
        assert 0 <= exact - told_s <= exact // 100
    assert durations.longest_s == max(seconds)


def test_durations_take_bounded_memory() -> None:
    """Given every length of a day in seconds, then no more than its first three digits are told apart."""
    durations = Durations()
    for one in range(86_400):
        durations.add(one * 1_000_000)
    assert len(durations._seen) <= 1000 + 900 * 2
    assert durations.at(MEDIAN) == rounded(86_400 // 2 - 1)


def test_a_clock_that_went_back_makes_no_negative_duration() -> None:
    durations = Durations()
    durations.add(-5_000_000)
    assert (durations.at(MEDIAN), durations.longest_s, durations.count) == (0, 0, 1)


@pytest.mark.parametrize(
    ("part", "whole", "rate"), [(0, 3, 0), (1, 3, 3333), (2, 3, 6667), (3, 3, 10_000), (1, 20_000, 1)]
)
def test_rates_are_rounded_half_up(part: int, whole: int, rate: int) -> None:
    assert per_10000(part, whole) == rate


def test_more_groups_than_an_answer_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a limit of one group, when two rulings make two, then a narrower question is asked for."""
    one, other = Life("case-1"), Life("case-2")
    for life, officer in ((one, "o-1"), (other, "o-2")):
        for command in (file(), dismiss(officer=officer)):
            life.take(command)
    monkeypatch.setattr(statistics, "MAX_GROUPS", 1)
    assert len(overturns(kept([one, other]), ["grade"], Period())) == 1
    with pytest.raises(Refused, match="too_many_groups"):
        overturns(kept([one, other]), ["officer"], Period())
