"""An export says what the API says at the same clocks, of every account, in one file that is whole or not there."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet as pq

from services.ledger.exports.content import Content, Export, Exported
from services.ledger.exports.files import UnknownForm, write
from services.ledger.rendering import Asked
from tests.support.decisions import DAY, FIRST, SEED, Decisions
from tests.support.following import Following


@pytest.fixture
def cases() -> Decisions:
    """Two sellers with a regrade and a reversal, a third in quarantine."""
    made = Decisions()
    first = made.ordinary("s-1", at=FIRST)
    grave = made.severe("s-1", at=FIRST + DAY)
    made.ordinary("s-2", at=FIRST + 2 * DAY)
    made.regrade("s-1", grave, 12, at=FIRST + 3 * DAY)
    made.reverse("s-1", first.id, at=FIRST + 4 * DAY)
    made.reverse("s-3", "no-such-decision", at=FIRST + 5 * DAY)
    return made


@pytest.fixture
def ledger(cases: Decisions) -> Following:
    """A ledger that has folded all of it."""
    following = Following(cases, cases.clock)
    following.catch_up()
    return following


def exported(
    ledger: Following, content: Content, as_of: datetime, known_at: datetime | None = None
) -> tuple[list[dict[str, Any]], Exported]:
    """Return the rows of an export, as JSON has them, and what it says of itself."""
    done = Exported()
    export = Export(ledger.log, ledger.codec, SEED, as_of, known_at, ledger.progress.now.position)
    return [json.loads(json.dumps(dict(row), default=str)) for row in export.rows(content, done)], done


@pytest.mark.parametrize("day", range(8))
@pytest.mark.parametrize("known", [None, 1, 3, 6])
def test_every_standing_is_the_one_that_the_api_answers(ledger: Following, day: int, known: int | None) -> None:
    as_of, known_at = FIRST + day * DAY, None if known is None else FIRST + known * DAY
    rows, done = exported(ledger, "standings", as_of, known_at)
    asked = Asked(as_of, known_at, ledger.progress.now.position)
    assert rows == [ledger.ask(seller, asked) for seller in ("s-1", "s-2")]
    assert (done.rows, done.accounts, done.quarantined) == (2, 3, ["s-3"])


def test_entries_say_what_became_of_them_as_it_was_known(ledger: Following) -> None:
    late = FIRST + 30 * DAY
    rows, _ = exported(ledger, "entries", late, FIRST + 2 * DAY)
    assert [(row["seller"], row["track"], row["points"], row["reversal"]) for row in rows] == [
        ("s-1", "ordinary", 12, None),
        ("s-1", "severe", 48, None),
        ("s-2", "ordinary", 12, None),
    ]
    rows, _ = exported(ledger, "entries", late)
    assert [(row["track"], row["reversal"], row["regrades"] is not None) for row in rows if row["seller"] == "s-1"] == [
        ("ordinary", "reversed", False),
        ("severe", "regraded", False),
        ("ordinary", None, True),
    ]


def test_what_does_not_count_yet_is_no_entry(ledger: Following) -> None:
    rows, _ = exported(ledger, "entries", FIRST + DAY / 2)
    assert len(rows) == 1


def test_what_is_folded_meanwhile_is_left_out(cases: Decisions, ledger: Following) -> None:
    """Given an export under way, when more is decided and folded, then it still says what was known at its start."""
    export = Export(ledger.log, ledger.codec, SEED, FIRST + 30 * DAY, None, ledger.progress.now.position)
    cases.severe("s-2", at=FIRST + 6 * DAY)
    ledger.catch_up()
    rows = list(export.rows("standings", Exported()))
    assert rows[1]["points"] == {"ordinary": 12, "severe": 0}


@pytest.mark.parametrize("content", ["entries", "standings"])
def test_parquet_holds_what_ndjson_holds(ledger: Following, tmp_path: Path, content: Content) -> None:
    export = Export(ledger.log, ledger.codec, SEED, FIRST + 7 * DAY, None, ledger.progress.now.position)
    for name in ("out.ndjson", "out.parquet"):
        write(tmp_path / name, content, export.rows(content, Exported()))
    lines = [json.loads(line) for line in (tmp_path / "out.ndjson").read_text().splitlines()]
    columns = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert len(columns) == len(lines) > 0
    for line, row in zip(lines, columns, strict=True):
        for name, value in row.items():
            told = line["points" if name == "points_by_track" else name]
            if isinstance(told, dict | list):
                assert json.loads(value) == told
            elif isinstance(value, datetime):
                assert value == datetime.fromisoformat(told)
            else:
                assert value == told


def test_a_file_is_whole_or_not_there(ledger: Following, tmp_path: Path) -> None:
    def broken() -> Any:
        yield {"seller": "s-1"}
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write(tmp_path / "out.ndjson", "entries", broken())
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(UnknownForm, match="ndjson"):
        write(tmp_path / "out.xlsx", "entries", [])


def test_an_account_without_entries_by_then_is_in_good_standing(ledger: Following) -> None:
    rows, _ = exported(ledger, "standings", FIRST - timedelta(days=1), FIRST - timedelta(days=1))
    assert {row["standing"] for row in rows} == {"good"}
    assert {row["account_version"] for row in rows} == {0}
