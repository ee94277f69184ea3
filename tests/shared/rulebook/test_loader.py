"""A rulebook file is taken whole or refused with the path of every fault and what would have to be true."""

from pathlib import Path

import pytest

from shared.rulebook.loader import RulebookError, load_timeline
from tests.support.rulebooks import edited, load_text

SEVERE = "versions[0].tracks.severe"

FAULTS = [
    ("basis", "versions[0].colour", "not a key", ("basis =", 'colour = "red"\nbasis =')),
    ("nested key", "versions[0].deadlines.grace", "not a key", ("appeal_hours", "grace = 1\nappeal_hours")),
    ("key left out", "versions[0].basis", "must be given", ('basis = "conduct_at"', "")),
    ("bool as int", "versions[0].grades.general.points", "whole number", ("points = 12", "points = true")),
    ("text as int", "versions[0].grades.general.points", "whole number", ("points = 12", 'points = "12"')),
    ("float as int", "versions[0].grades.general.points", "whole number", ("points = 12", "points = 12.0")),
    ("negative", "versions[0].grades.general.points", "greater than or equal to 0", ("points = 12", "points = -1")),
    ("int as bool", "versions[0].dismissal_contestable", "true or false", ("contestable = false", "contestable = 0")),
    ("no offset", "versions[0].effective_from", "offset", ("00:00:00+08:00", "00:00:00")),
    ("a date alone", "versions[0].effective_from", "offset", ("T00:00:00+08:00", "")),
    ("vague date", "versions[0].announced_at", '"unknown"', ('"unknown"', '"soon"')),
    ("zone", "versions[0].zone", "'Asia/Shanghai'", ('"Asia/Shanghai"', '"Asia/Tokyo"')),
    ("unknown basis", "versions[0].basis", "'order_paid_at'", ("conduct_at", "paid_at")),
    ("measure", "versions[0].tracks.ordinary.ladder.nodes[0].measures[0]", "'shop_hidden'", ("shop_hidden", "hidden")),
    ("hours", f"{SEVERE}.ladder.nodes[3].hours", '"indefinite"', ('"indefinite"', '"for ever"')),
    ("no hours", f"{SEVERE}.ladder.nodes[0].hours", "greater", ("at = 12\nhours = 168", "at = 12\nhours = 0")),
    ("code", "versions[0].grades.Grave", "pattern", ("grades.grave]", "grades.Grave]")),
    ("no provenance", "versions[0].provenance.tracks", "must be given", ("tracks = ", "# ")),
    ("no name", "name", "must be given", ('name = "seed"', "")),
]


@pytest.mark.parametrize(("path", "says", "edit"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_a_fault_is_named_by_its_path_and_by_what_would_have_to_be_true(
    tmp_path: Path, path: str, says: str, edit: tuple[str, str]
) -> None:
    with pytest.raises(RulebookError) as refused:
        load_text(tmp_path, edited(edit))
    told = {problem.path: problem.message for problem in refused.value.problems}
    assert says in told.get(path, ""), told
    assert f"{tmp_path / 'rulebook.toml'}: {path}: " in str(refused.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(RulebookError) as refused:
        load_text(tmp_path, edited(("at = 24", "at = 12"), ("approvals = 2", "approvals = 1")))
    assert len(refused.value.problems) == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"name = ", "must be TOML"),
        pytest.param(b"name = " + b"9" * 5000, "must be TOML", id="endless number"),
        pytest.param(b"name = " + b"[" * 5000, "must be TOML", id="too deep"),
        (b"\xff", "UTF-8"),
        (b'name = "empty"\nversions = []', "versions: must have at least"),
    ],
)
def test_what_is_no_rulebook_file_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "rulebook.toml"
    file.write_bytes(content)
    with pytest.raises(RulebookError, match=says):
        load_timeline(file)
