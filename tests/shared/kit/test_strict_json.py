"""JSON that means one thing only: laws against the standard parser, and every trap by name."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.strict_json import MAX_DEPTH, MAX_INTEGER, JsonRefused, strict_json

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4))


@given(values)
def test_what_is_sound_is_read_as_the_standard_parser_reads_it(value: object) -> None:
    raw = json.dumps(value, ensure_ascii=False).encode()
    assert strict_json(raw) == json.loads(raw)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_but_never_an_accident(raw: bytes) -> None:
    with suppress(JsonRefused):
        strict_json(raw)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"NaN", "number_not_finite"),
        (b'{"a": [Infinity]}', "number_not_finite"),
        (b"-Infinity", "number_not_finite"),
        (b"1e999", "number_not_finite"),
        (b"-1e999", "number_not_finite"),
        (str(2**53).encode(), "number_out_of_range"),
        (str(-(2**53)).encode(), "number_out_of_range"),
        (b"1" * 5000, "number_out_of_range"),
        (b'{"a": 1, "a": 1}', "duplicate_member"),
        (b'[{"b": {"a": 1, "\\u0061": 2}}]', "duplicate_member"),
        (b'"a\\u0000b"', "nul_character"),
        (b'{"\\u0000": 1}', "nul_character"),
        (b'"a\0b"', "invalid_json"),
        (b'"\\ud800"', "lone_surrogate"),
        (b'{"\\udfff": 1}', "lone_surrogate"),
        (b'["\\udc00\\ud800"]', "lone_surrogate"),
        (b'"\xed\xa0\x80"', "body_not_utf8"),
        (b"\xff", "body_not_utf8"),
        (b"\xef\xbb\xbf{}", "invalid_json"),
        (b"[1,]", "invalid_json"),
        (b"{} {}", "invalid_json"),
        (b"{'a': 1}", "invalid_json"),
        (b"", "invalid_json"),
        (b"01", "invalid_json"),
        (b"[" * 100_000, "json_too_deep"),
        (b'{"a":' * 100_000, "json_too_deep"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "json_too_deep"),
    ],
)
def test_a_trap_is_refused_by_its_own_code(raw: bytes, code: str) -> None:
    with pytest.raises(JsonRefused) as refusal:
        strict_json(raw)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "raw",
    [
        b'"\\ud83d\\ude00"',
        b"[" * MAX_DEPTH + b"]" * MAX_DEPTH,
        str(MAX_INTEGER).encode(),
        str(-MAX_INTEGER).encode(),
        '"举证号"'.encode(),
    ],
)
def test_what_stands_just_inside_the_limits_is_read(raw: bytes) -> None:
    assert strict_json(raw) == json.loads(raw)


@pytest.mark.parametrize(
    ("raw", "value"), [(b"2.0", 2), (b"2e3", 2000), (b"-0.0", 0), (b"2.5", 2.5), (b"9007199254740991.0", MAX_INTEGER)]
)
def test_a_number_is_what_it_is_worth_not_how_it_is_written(raw: bytes, value: float) -> None:
    read = strict_json(raw)
    assert (read, type(read)) == (value, type(value))


def test_a_refusal_repeats_nothing_of_the_text() -> None:
    with pytest.raises(JsonRefused) as refusal:
        strict_json(b'{"13800138000": 1, "13800138000": 2}')
    assert "13800138000" not in f"{refusal.value!r} {refusal.value.detail}"
