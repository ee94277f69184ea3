"""Any byte of a bundle that is changed, left out or added is found and named; each content has one spelling.

What a file of another spelling says may be the same: it is refused all the same, so that a digest of a bundle is a
digest of what it says.
"""

import json
import re
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.bundles import sample

RAW = sample().raw
TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|-?\d+|true|false|null|[{}\[\],:]')
PLACE = re.compile(
    r"(byte \d+: |the bundle: .*(char|position|key|number)|bundle\.|(cases|ledger)[ .]|"
    r"(standings|calendars|missing_calendars|rulebook|seal|folded|format)\b)"
)
SLOW = timedelta(seconds=20)


@cache
def tokens() -> list[tuple[int, int]]:
    """Return where each token of the bundle begins and ends."""
    return [match.span() for match in TOKEN.finditer(RAW)]


def the_first_difference(raw: bytes) -> int:
    """Return the first byte at which a file is not the bundle."""
    return next(number for number in range(len(RAW) + 1) if raw[number : number + 1] != RAW[number : number + 1])


@st.composite
def edited(draw: st.DrawFn) -> bytes:
    """Return the bundle with a byte or a stretch of it changed, left out, added, doubled or moved."""
    at = draw(st.integers(0, len(RAW) - 1))
    until = min(at + draw(st.sampled_from([1, 1, 2, 9, 400])), len(RAW))
    piece = draw(st.binary(min_size=1, max_size=3))
    kind = draw(st.sampled_from(["flip", "delete", "insert", "replace", "double", "swap", "cut"]))
    flipped = bytes([RAW[at] ^ (1 << draw(st.integers(0, 7)))])
    return {
        "flip": RAW[:at] + flipped + RAW[at + 1 :],
        "delete": RAW[:at] + RAW[until:],
        "insert": RAW[:at] + piece + RAW[at:],
        "replace": RAW[:at] + piece + RAW[at + len(piece) :],
        "double": RAW[:until] + RAW[at:],
        "swap": RAW[:at] + RAW[until : until + 1] + RAW[at + 1 : until] + RAW[at : at + 1] + RAW[until + 1 :],
        "cut": RAW[:at],
    }[kind]


@settings(max_examples=400, deadline=SLOW)
@given(edited())
def test_whatever_happens_to_the_bytes_is_found_and_named(raw: bytes) -> None:
    if raw == RAW:
        return
    wrong = sample().wrong(raw)
    assert wrong
    assert [line for line in wrong if not PLACE.match(line)] == []


def spelled_number(raw: bytes, token: tuple[int, int], spelling: bytes) -> bytes:
    """Return the bundle with a number spelled otherwise; `spelling` has a percent sign for its digits."""
    at, until = token
    return raw[:at] + spelling.replace(b"%", raw[at:until]) + raw[until:]


@st.composite
def spelled_otherwise(draw: st.DrawFn) -> bytes:
    """Return a file that says the same in other bytes, as most readers of JSON would take it."""
    kind = draw(st.sampled_from(["blank", "number", "escape", "key", "order", "end", "begin"]))
    spans = tokens()
    if kind == "blank":
        at = draw(st.sampled_from(spans))[draw(st.integers(0, 1))]
        return RAW[:at] + draw(st.sampled_from([b" ", b"\t", b"\n", b"\r", b"\r\n", b"   "])) + RAW[at:]
    if kind == "number":
        number = draw(st.sampled_from([span for span in spans if RAW[span[0] : span[1]].isdigit()]))
        spelling = draw(st.sampled_from([b"%.0", b"%e0", b"%E+0", b"%.0e0", b"%.00"]))
        return spelled_number(RAW, number, spelling)
    if kind == "escape":
        at, until = draw(st.sampled_from([span for span in spans if span[1] - span[0] > 2 and plain(span)]))
        which = draw(st.integers(at + 1, until - 2))
        return RAW[:which] + b"\\u%04x" % RAW[which] + RAW[which + 1 :]
    if kind == "key":
        at, until = draw(st.sampled_from([span for span in spans if RAW[span[1] : span[1] + 1] == b":"]))
        return RAW[:at] + RAW[at:until] + b":null," + RAW[at:]
    if kind == "order":
        return json.dumps(dict(reversed(json.loads(RAW).items())), separators=(",", ":")).encode() + b"\n"
    if kind == "end":
        return draw(st.sampled_from([RAW[:-1], RAW + b"\n", RAW + b" ", RAW[:-1] + b"\r\n", RAW[:-1] + b" \n"]))
    return draw(st.sampled_from([b"\xef\xbb\xbf", b" ", b"\n", b"\t"])) + RAW


def plain(span: tuple[int, int]) -> bool:
    """Return whether a token is a string without escapes."""
    token = RAW[span[0] : span[1]]
    return token.startswith(b'"') and b"\\" not in token


@settings(max_examples=200, deadline=SLOW)
@given(spelled_otherwise())
def test_the_same_in_another_spelling_is_refused_at_the_first_byte_that_differs(raw: bytes) -> None:
    """Where it is JSON at all that a strict reader takes: no key twice, no fraction, ASCII."""
    (finding,) = sample().wrong(raw)
    if finding.startswith("byte "):
        assert finding.startswith(f"byte {the_first_difference(raw)}: not the canonical form")
    else:
        assert re.match(r"the bundle: no strict JSON in ASCII: .*(is there twice|no whole number|position 0)", finding)


@pytest.mark.parametrize(
    ("spelling", "named"),
    [
        (b"-%", "byte"),
        (b"0%", "the bundle: no strict JSON"),
        (b"+%", "the bundle: no strict JSON"),
        (b"%.", "the bundle: no strict JSON"),
        (b"0x%", "the bundle: no strict JSON"),
        (b"%_0", "the bundle: no strict JSON"),
    ],
)
def test_numbers_have_one_spelling(spelling: bytes, named: str) -> None:
    """A zero with a sign is a zero to most readers."""
    zero = next(span for span in tokens() if RAW[slice(*span)] == b"0")
    raw = spelled_number(RAW, zero, spelling)
    assert sample().wrong(raw)[0].startswith(named)


@pytest.mark.parametrize("tail", [b"\0", b"{}", b"null\n", b"\n\n", b"//", b"\x1a", b"\xff", RAW])
def test_nothing_may_stand_behind_it(tail: bytes) -> None:
    assert sample().wrong(RAW + tail)[0].startswith(("byte ", "the bundle: no strict JSON"))
