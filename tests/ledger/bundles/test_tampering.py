"""Whatever is changed in a bundle is found and named, even where the ledger itself has sealed the change."""

import copy
import json
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.application import Released
from services.ledger.decisions import Limits
from services.ledger.rendering import Asked
from shared.rulebook.loader import shipped_calendars
from tests.support.audit import signer
from tests.support.bundles import bundled, findings, sample
from tests.support.decisions import DAY, FIRST, Decisions
from tests.support.following import Following

Content: TypeAlias = dict[str, Any]

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 10**30)
    | st.sampled_from(["", "s-1", "2026-03-02T04:00:00Z", "\u2014"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=2),
    max_leaves=4,
)


@cache
def content() -> Content:
    """Return what is in it."""
    found: Content = json.loads(sample().raw)
    return found


def test_nothing_is_wrong_with_the_bundle_itself() -> None:
    assert sample().wrong() == []


def test_any_byte_that_is_changed_is_found() -> None:
    """One in every stretch of bytes, with another bit each time."""
    raw = sample().raw
    for at in range(0, len(raw), 397):
        bent = bytearray(raw)
        bent[at] ^= 1 << at % 7
        assert sample().wrong(bytes(bent)), at


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"null", b"\xff", b"[" * 100_000, b"1" * 5000, b'{"a":NaN}'])
def test_what_is_no_bundle_is_refused(raw: bytes) -> None:
    assert sample().wrong(raw)


@pytest.mark.parametrize(
    ("bend", "named"),
    [
        (lambda raw: raw + b"\n", "not the canonical form"),
        (lambda raw: raw[:-1], "not the canonical form"),
        (lambda raw: raw.replace(b'"folded":', b'"folded": ', 1), "not the canonical form"),
        (lambda raw: raw.replace(b'{"calendars"', b'{"folded":3,"calendars"', 1), 'the key "folded" is there twice'),
        (lambda raw: raw.replace(b'"folded":', b'"folder":', 1), "bundle.folde"),
        (lambda raw: raw.replace(b'"folded":', b'"folded":1.5,"x":', 1), "no whole number"),
    ],
)
def test_a_spelling_of_its_own_is_named(bend: Callable[[bytes], bytes], named: str) -> None:
    assert named in sample().wrong(bend(sample().raw))[0]


def test_the_bundle_is_sealed_as_a_whole() -> None:
    """What follows from nothing else, such as how far the ledger had folded, is protected by the seal."""
    changed = {**content(), "folded": content()["folded"] - 1}
    raw = json.dumps(changed, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    assert any(line.startswith("seal: is not of this bundle") for line in sample().wrong(raw))


def event(content: Content, log: str, number: int) -> Content:
    """Return one event of a log, decoded."""
    found: Content = json.loads(content[log]["events"][number]["event"])
    return found


def put(content: Content, log: str, number: int, said: Content) -> None:
    """Put another event in the place of one."""
    content[log]["events"][number]["event"] = json.dumps(said, sort_keys=True, separators=(",", ":"))


def points_13(content: Content) -> None:
    """Let a decision be of another number of points."""
    said = event(content, "cases", 0)
    said["data"]["points"] = 13
    put(content, "cases", 0, said)


def grade_gone(content: Content) -> None:
    """Let a decision be of a grade that the rulebook does not have."""
    said = event(content, "cases", 0)
    said["data"]["grade"] = "minor"
    put(content, "cases", 0, said)


def backdated(content: Content) -> None:
    """Let a decision count from an hour before it was recorded."""
    said = event(content, "cases", 0)
    said["time"] = "2026-03-02T03:00:00Z"
    put(content, "cases", 0, said)


def after_11(content: Content) -> None:
    """Let the ledger say another total."""
    said = event(content, "ledger", 0)
    said["data"]["after"]["ordinary"] = 11
    put(content, "ledger", 0, said)


def without(log: str, number: int) -> Callable[[Content], Any]:
    """Leave an event of a log out."""
    return lambda content: content[log]["events"].pop(number)


def swapped(content: Content) -> None:
    """Give two events each other's proof."""
    one, other = content["cases"]["events"][:2]
    one["proof"], other["proof"] = other["proof"], one["proof"]


def moved(content: Content) -> None:
    """Say that an event stands elsewhere."""
    content["cases"]["events"][0]["position"] = 2


def rulebook(content: Content) -> None:
    """Let the ordinary ladder begin at 13 points."""
    content["rulebook"]["versions"][0] = content["rulebook"]["versions"][0].replace('"at":12', '"at":13', 1)


def of_another(content: Content) -> None:
    """Say that the bundle is of another seller."""
    content["seller"] = "s-2"


def calendar(content: Content) -> None:
    """Enclose a calendar that no decision pins."""
    content["calendars"].append(shipped_calendars().years[2026].said)


@pytest.mark.parametrize(
    ("bend", "named"),
    [
        (points_13, "cases position 1: the event, or its proof, does not lead to the root of the checkpoint"),
        (points_13, "cases position 1.data.points: is 13, computed 12"),
        (grade_gone, 'cases position 1.data.grade: "minor" is no grade of TB-2012'),
        (backdated, "cases position 1.time: is 2026-03-02T03:00:00Z; a decision counts from its recordedtime"),
        (after_11, "ledger position 1: the event, or its proof, does not lead to the root of the checkpoint"),
        (after_11, "ledger position 1.data.after.ordinary: is 11, computed 12"),
        (swapped, "cases position 3: the event, or its proof, does not lead to the root of the checkpoint"),
        (moved, 'cases position 2.sequence: is "00000000000000000001", computed "00000000000000000002"'),
        (without("cases", 0), "ledger position 1: is demerit.ledger.ordinary_violation_recorded.v1, computed"),
        (without("cases", -1), "no event of the cases log that is enclosed makes this one"),
        (without("ledger", 1), "ledger position 3.streamversion: is 3, computed 2"),
        (without("ledger", -1), "is folded, but no event of the account tells of it"),
        (rulebook, "is no version that is enclosed"),
        (of_another, 'cases position 1.subject: is "s-1", computed "s-2"'),
        (calendar, "calendars[0]: no event pins CN-2026"),
        (
            lambda content: content["missing_calendars"].clear(),
            f"position 1: pins calendar CN-2026 with the digest {'c' * 64}, neither enclosed nor said to be missing",
        ),
        (
            lambda content: content["missing_calendars"].append(content["missing_calendars"][0]),
            "missing_calendars[1]: no event pins CN-2026",
        ),
        (
            lambda content: content["missing_calendars"][0].update(id="CN-2027"),
            "missing_calendars[0]: no event pins CN-2027",
        ),
        (lambda content: content.update(folded=3), "cases position 4: is behind 3"),
        (lambda content: content.update(folded=99), "folded: is 99, beyond the"),
        (lambda content: content.update(extra=1), "bundle.extra: is not known"),
        (lambda content: content.update(format="demerit-bundle/1"), "format: is"),
        (lambda content: content["standings"][0].update(known_position=99), "standings[0].known_position: is 99"),
        (lambda content: content["standings"][1]["body"].update(as_of="now"), "standings[1].body.as_of"),
        (lambda content: content["standings"][2]["body"].update(rulebook="TB-1"), "standings[2].body.rulebook"),
        (lambda content: content["cases"].update(checkpoint="none"), "cases.checkpoint: "),
        (lambda content: content["ledger"].update(origin="urn:uuid:0"), "ledger.checkpoint: the checkpoint is of"),
    ],
)
def test_what_the_ledger_would_have_sealed_falsely_is_named(bend: Callable[[Content], Any], named: str) -> None:
    changed = copy.deepcopy(content())
    bend(changed)
    wrong = sample().wrong(sample().resealed(changed))
    assert any(named in line for line in wrong), wrong


def test_only_the_keys_that_are_given_count() -> None:
    cases, ledger = sample().keys
    stranger = signer(99, ledger.key.name)
    assert [line.partition(":")[0] for line in findings(sample().raw, [cases])] == ["ledger.checkpoint", "seal"]
    assert [line.partition(":")[0] for line in findings(sample().raw, [ledger])] == ["cases.checkpoint"]
    assert findings(sample().raw, [cases, stranger]) == [
        "ledger.checkpoint: none of the keys given signed this",
        "seal: none of the keys given signed this",
    ]


def test_a_quarantined_account_answers_nothing() -> None:
    """What waits is no fault; a standing would be one."""
    cases = Decisions()
    ledger = Following(cases, cases.clock)
    cases.ordinary("s-1")
    cases.reverse("s-1", "nothing-known", at=FIRST + DAY)
    cases.ordinary("s-1", at=FIRST + 2 * DAY)
    ledger.catch_up()
    waiting = bundled(cases, ledger, "s-1")
    assert waiting.wrong() == []
    standings = [{"known_position": 1, "body": {}}]
    assert waiting.wrong(waiting.resealed({"standings": standings}))[0].startswith("standings: cannot be computed")


def test_what_waited_is_told_in_order_once_the_account_is_released() -> None:
    cases = Decisions()
    ledger = Following(cases, cases.clock, limits=Limits(points=11))
    cases.ordinary("s-1")
    cases.ordinary("s-1", at=FIRST + DAY)
    ledger.catch_up()
    assert bundled(cases, ledger, "s-1").wrong() == []
    mended = Following(cases, cases.clock, ledger.log)
    assert isinstance(mended.ledger.release("s-1", "someone-1"), Released)
    cases.reverse("s-1", cases.ordinary("s-1", at=FIRST + 20 * DAY).id)
    mended.catch_up()
    assert bundled(cases, mended, "s-1", Asked(FIRST + 30 * DAY)).wrong() == []


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return every place in a value."""
    inner: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [path, *(found for key, one in inner for found in paths(one, (*path, key)))]


def free(path: tuple[str | int, ...]) -> bool:
    """Return whether another value there may be as true, so that only the seal tells which one the ledger meant."""
    clocks = ("name", "until", "known_position", "as_of", "known_at", "rulebook")
    return path[0] in ("seal", "folded") or path == ("standings",) or (len(path) > 1 and path[-1] in clocks)


@settings(max_examples=100, deadline=timedelta(seconds=20))
@given(st.data())
def test_any_other_value_in_any_place_is_found(data: st.DataObject) -> None:
    """Whatever stands there instead, in the bundle or within an event or a version, and is sealed: named, no crash."""
    changed = copy.deepcopy(content())
    inside = data.draw(st.sampled_from(["bundle", "event", "version"]))
    holder: Any = changed
    if inside != "bundle":
        log, number = data.draw(st.sampled_from(["cases", "ledger"])), data.draw(st.integers(0, 4))
        text = changed["rulebook"]["versions"][0] if inside == "version" else changed[log]["events"][number]["event"]
        holder = json.loads(text)
    *way, last = data.draw(
        st.sampled_from([path for path in paths(holder)[1:] if inside != "bundle" or not free(path)])
    )
    place = holder
    for step in way:
        place = place[step]
    value = data.draw(JSON.filter(lambda value: value != place[last] or type(value) is not type(place[last])))
    place[last] = value
    spelled = json.dumps(holder, sort_keys=True, separators=(",", ":"))
    if inside == "version":
        changed["rulebook"]["versions"][0] = spelled
    elif inside == "event":
        changed[log]["events"][number]["event"] = spelled
    assert sample().wrong(sample().resealed(changed))
