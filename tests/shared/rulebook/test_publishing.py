"""Publishing a rulebook: only new versions, only with a report of exactly this change, and everything or nothing."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shared.kit.placing import place
from shared.rulebook.digest import digest_of
from shared.rulebook.loader import RulebookError, load_timeline, parse_timeline
from shared.rulebook.refused import MAX_FILE
from tests.support.audit import signer
from tests.support.drafts import DRAFT, HALVED, draft
from tests.support.publishing import LEDGER, Publishing, report
from tests.support.rulebooks import SEED, edited, version_text
from tests.support.tree import ROOT

SECOND = (
    ('id = "TB-2012"', 'id = "DRAFT-2"'),
    ('announced_at = "unknown"', "announced_at = 2026-12-01T00:00:00+08:00"),
    ("effective_from = 2012-01-01T00:00:00+08:00", "effective_from = 2028-01-01T00:00:00+08:00"),
)


def test_a_new_version_with_its_report_is_published(tmp_path: Path) -> None:
    """The file is the candidate's text; report and record stand beside it."""
    text = draft(HALVED)
    given = Publishing(tmp_path, text)
    (added,) = given.publish(report(text))
    assert added.id == DRAFT
    assert given.onto.read_text("utf-8") == text
    record = json.loads((tmp_path / "rules.publications.json").read_text())
    (publication,) = record["publications"]
    assert (publication["version"], publication["digest"]) == (DRAFT, added.ref.digest)
    assert publication["rulebook_after"] == digest_of(load_timeline(given.onto))
    kept = json.loads((tmp_path / "rules.reports" / f"{publication['report']}.json").read_text())
    assert kept == report(text)


def test_the_answer_of_the_service_is_a_report_too(tmp_path: Path) -> None:
    """As `GET /simulations/…` gives it: the report is in it, and it is kept in the same form."""
    text = draft(HALVED)
    given = Publishing(tmp_path, text)
    given.publish({"id": "x", "state": "complete", "report": report(text)})
    (kept,) = (tmp_path / "rules.reports").iterdir()
    assert json.loads(kept.read_text()) == report(text)


def test_each_version_needs_a_report_of_its_own(tmp_path: Path) -> None:
    text = draft(HALVED) + version_text(*SECOND)
    given = Publishing(tmp_path, text)
    assert "DRAFT-2 has to have a report" in given.refused(report(text))
    assert [one.id for one in given.publish(report(text), report(text, version=2))] == [DRAFT, "DRAFT-2"]


def test_what_was_published_before_stays_on_record(tmp_path: Path) -> None:
    first = draft(HALVED)
    second = first + version_text(*SECOND)
    given = Publishing(tmp_path, first)
    given.publish(report(first))
    given.candidate.write_text(second, "utf-8")
    given.publish(report(second, onto=first, version=2))
    record = json.loads((tmp_path / "rules.publications.json").read_text())
    assert [one["version"] for one in record["publications"]] == [DRAFT, "DRAFT-2"]
    assert len(list((tmp_path / "rules.reports").iterdir())) == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"sellers": ["s-1"]},
        {"supposed": None},
        {"format": "demerit-simulation/2"},
        {"candidate": {"digest": "0" * 64}},
        {"current": {"digest": "0" * 64}},
        {"supposed": {"id": DRAFT, "digest": "0" * 64}},
        {"current": None},
    ],
)
def test_a_report_of_anything_else_is_none(tmp_path: Path, changed: dict[str, Any]) -> None:
    """Of some accounts, of no supposed version, of another candidate, against another rulebook."""
    text = draft(HALVED)
    assert "DRAFT-1 has to have a report" in Publishing(tmp_path, text).refused(report(text, **changed))


@pytest.mark.parametrize("content", [{"state": "running", "report": None}, [], 7, "null"])
def test_a_simulation_that_is_not_complete_has_no_report(tmp_path: Path, content: Any) -> None:
    assert "has to have a report" in Publishing(tmp_path, draft(HALVED)).refused(content)


@pytest.mark.parametrize(
    ("text", "onto", "said"),
    [
        (edited(HALVED), SEED, "the published version TB-2012 has to stay as it is"),
        (SEED, SEED, "has to add a version"),
        (SEED, draft(HALVED), "the published version DRAFT-1 has to stay as it is"),
        (draft(HALVED).replace('name = "seed"', 'name = "other"'), SEED, "name has to be seed"),
        (draft(starts="2026-12-08T08:00:01+08:00"), SEED, ""),
    ],
)
def test_what_is_published_stays_as_it_is(tmp_path: Path, text: str, onto: str, said: str) -> None:
    """Another content, fewer versions, another name; a last one that begins a moment later may be published."""
    given = Publishing(tmp_path, text, onto)
    if said:
        assert said in given.refused(report(text, onto))
    else:
        given.publish(report(text, onto))


def test_a_version_in_the_midst_of_others_is_refused(tmp_path: Path) -> None:
    onto = draft(HALVED, starts="2028-06-01T00:00:00+08:00")
    text = SEED + version_text(*SECOND) + onto[len(SEED) :]
    assert "the published version DRAFT-1 has to stay as it is, in its place" in Publishing(
        tmp_path, text, onto
    ).refused(report(text, onto))


def test_a_published_end_stays(tmp_path: Path) -> None:
    """A timeline that ends is not prolonged by a version that begins earlier."""
    closing = ('basis = "conduct_at"', 'effective_until = 2028-01-01T00:00:00+08:00\nbasis = "conduct_at"')
    onto = edited(closing)
    text = draft(HALVED)
    assert "the published version TB-2012 has to end when it does" in Publishing(tmp_path, text, onto).refused(
        report(text, onto)
    )


def test_a_version_that_has_begun_is_refused(tmp_path: Path) -> None:
    """At the instant at which it begins it has."""
    text = draft(HALVED)
    begins = parse_timeline(text, "t").versions[-1].effective_from
    assert "DRAFT-1 has to begin after it is published" in Publishing(tmp_path, text).refused(report(text), now=begins)


def test_a_candidate_announced_too_late_is_no_rulebook(tmp_path: Path) -> None:
    text = draft(HALVED, starts="2026-12-05T00:00:00+08:00")
    with pytest.raises(RulebookError, match="7 days after announced_at"):
        Publishing(tmp_path, text).publish()


def test_all_reasons_are_told_at_once(tmp_path: Path) -> None:
    text = edited(HALVED)
    said = Publishing(tmp_path, text).refused().splitlines()
    assert len(said) == 2


def test_a_crash_before_the_file_is_in_place_is_made_good_by_the_same_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Record and report are there first; publishing again tells of the version once."""
    text = draft(HALVED)
    given = Publishing(tmp_path, text)

    def crash(path: Path, content: bytes, **how: Any) -> None:
        if path == given.onto:
            raise OSError("no power")
        place(path, content, **how)

    with monkeypatch.context() as patched:
        patched.setattr("shared.rulebook.publishing.place", crash)
        with pytest.raises(OSError, match="no power"):
            given.publish(report(text))
    assert given.onto.read_text("utf-8") == SEED
    given.publish(report(text))
    record = json.loads((tmp_path / "rules.publications.json").read_text())
    assert [one["version"] for one in record["publications"]] == [DRAFT]
    assert given.onto.read_text("utf-8") == text


def test_a_record_that_is_none_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "rules.publications.json").write_text("{}")
    text = draft(HALVED)
    assert "record of what was published" in Publishing(tmp_path, text).refused(report(text))


@pytest.mark.parametrize("content", ["{", "[" * 100_000, '"' + "x" * MAX_FILE])
def test_what_is_no_json_is_refused(tmp_path: Path, content: str) -> None:
    assert "report-0.json has to be" in Publishing(tmp_path, draft(HALVED)).refused(content)


def test_the_command_publishes_or_says_why_not(tmp_path: Path) -> None:
    """Far enough ahead for any clock of the machine that runs this."""
    starts, announced = "2098-01-01T00:00:00+08:00", ("announced_at = 2026-12-01", "announced_at = 2097-12-01")
    text = edited(announced, text=draft(HALVED, starts=starts))
    given = Publishing(tmp_path, text)
    (tmp_path / "report.json").write_text(json.dumps(report(text, sellers=["s-1"])))
    asked = [sys.executable, "-m", "shared.rulebook", "publish", str(given.candidate), "--onto", str(given.onto)]
    asked += ["--report", str(tmp_path / "report.json"), "--key", str(LEDGER.key)]
    refused = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "DRAFT-1 has to have a report" in refused.stderr
    (tmp_path / "report.json").write_text(json.dumps(report(text)))
    asked[-1] = f"{signer(2).key}\n{asked[-1]}"  # as the log's list has them after a rotation
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("DRAFT-1  sha256:")
    assert given.onto.read_text("utf-8") == text


def test_the_command_wants_a_key(tmp_path: Path) -> None:
    """That of the ledger is named by whoever publishes; none, or what is none, is wrong use."""
    text = draft(HALVED)
    given = Publishing(tmp_path, text)
    (tmp_path / "report.json").write_text(json.dumps(report(text)))
    asked = [sys.executable, "-m", "shared.rulebook", "publish", str(given.candidate), "--onto", str(given.onto)]
    asked += ["--report", str(tmp_path / "report.json")]
    for keys in ([], ["--key", "mine"], ["--key", f"{LEDGER.key}", "--key", "mine"]):
        refused = subprocess.run([*asked, *keys], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "--key" in refused.stderr
    assert given.onto.read_text("utf-8") == SEED
