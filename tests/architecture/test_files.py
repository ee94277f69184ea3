"""Small files, and none that betrays the machine or the package index it was made with."""

import re
import statistics
import sys

from tests.support.tree import read, tracked

MOST_LINES = 300
ONE_FILE = {"tools/verify_audit.py": 2100}  # what an auditor copies is one file: see the record of bundles
MEDIAN_LINES = 80
TRACES = {
    "a package index": re.compile(r"https?://[^\s\"']*/simple(/|\b)|--(extra-)?index-" "url|--find-" "links"),
    "a machine's path": re.compile(r"(?<![\w./-])/(root|home/\w+|Users/\w+)/"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
}


def traces(text: str) -> list[str]:
    """Return what the text betrays, by name."""
    return [name for name, pattern in TRACES.items() if pattern.search(text)]


def test_no_file_is_long_and_most_are_short() -> None:
    """At most 300 lines each but for what is one file on purpose, at most 80 in the middle."""
    lengths = {path: read(path).count("\n") for path in tracked("*.py")}
    code = [length for path, length in lengths.items() if path.parts[0] in {"services", "shared", "tools"} and length]
    limits = {path: ONE_FILE.get(str(path), MOST_LINES) for path in lengths}
    assert {str(path): length for path, length in lengths.items() if length > limits[path]} == {}
    assert statistics.median(code) <= MEDIAN_LINES


def test_no_tool_stands_before_a_module_of_the_standard_library() -> None:
    """A script run by its path finds its neighbours first; the verifier is run so."""
    assert [str(path) for path in tracked("tools/*.py") if path.stem in sys.stdlib_module_names] == []


def test_no_file_names_a_package_index_or_a_machine() -> None:
    """What is checked in installs and runs anywhere."""
    here = "tests/architecture/test_files.py"
    text = [path for path in tracked() if path.suffix not in {".png", ".ico"} and str(path) != here]
    assert {str(path): found for path in text if (found := traces(read(path)))} == {}


def test_such_traces_are_seen() -> None:
    """The check above can fail."""
    assert traces("pip install --extra-index-" + "url mirror") == ["a package index"]
    assert traces("open('/" + "root/notes.txt')") == ["a machine's path"]
    assert traces("see shared/root/ and https://example.org/root/") == []


def test_the_locks_agree_and_hash_everything() -> None:
    """One version per package in both lock files, each pinned with at least one hash."""
    pins = {}
    for name in ("requirements.txt", "requirements-dev.txt"):
        entries = re.findall(r"^([\w.-]+)==([\w.+!-]+)([^\n]*\n(?: +[^\n]*\n?)*)", read(name), re.MULTILINE)
        assert entries
        assert [package for package, _, rest in entries if "--hash=sha256:" not in rest] == []
        pins[name] = {package: version for package, version, _ in entries}
    assert pins["requirements.txt"].items() <= pins["requirements-dev.txt"].items()
