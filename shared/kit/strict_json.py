"""JSON from outside, read so that it means one thing only: what a lax parser lets pass is refused here.

Source: RFC 8259 with the restrictions of RFC 7493 (I-JSON).
"""

import json
import math
from typing import Any, Final, NoReturn

MAX_DEPTH: Final = 32  # arrays and objects inside each other
MAX_INTEGER: Final = 2**53 - 1
_MAX_DIGITS: Final = 16


class JsonRefused(ValueError):
    """The bytes are not JSON that can be trusted; `code` is stable, `detail` says what would have to be true."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


def strict_json(raw: bytes) -> Any:
    """Return the value of a JSON text. A number is an integer if its value is one, also when written as 2.0 or 2e3.

    Raises:
        JsonRefused: not UTF-8; not JSON; a number that is not finite or an integer beyond ±(2^53 - 1); a member named
            twice in one object; a NUL or half of a surrogate pair in a string; nested deeper than `MAX_DEPTH`.
            Nothing of the text is repeated in it.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise JsonRefused("body_not_utf8", "JSON must be sent as valid UTF-8.") from None
    try:
        value = _decoder.decode(text)
    except json.JSONDecodeError:
        raise JsonRefused("invalid_json", "The content would have to be one well-formed JSON text.") from None
    except RecursionError:
        raise _too_deep() from None
    _check(value)
    return value


def _check(value: Any) -> None:
    """Walk the value without recursion: strings must be storable everywhere, nesting bounded."""
    waiting: list[tuple[Any, int]] = [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        if isinstance(item, str):
            _check_text(item)
        elif isinstance(item, dict | list):
            if depth > MAX_DEPTH:
                raise _too_deep()
            waiting.extend((inner, depth + 1) for inner in (item.values() if isinstance(item, dict) else item))
            if isinstance(item, dict):
                for name in item:
                    _check_text(name)


def _check_text(text: str) -> None:
    if "\0" in text:
        raise JsonRefused("nul_character", "No string may hold the character U+0000.")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise JsonRefused("lone_surrogate", "Each surrogate in a string must stand in a pair.")


def _too_deep() -> JsonRefused:
    return JsonRefused("json_too_deep", f"Arrays and objects may be nested at most {MAX_DEPTH} deep.")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise JsonRefused("duplicate_member", "An object would have to name each of its members once.")
    return members


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS + 1 or abs(int(digits)) > MAX_INTEGER:
        raise JsonRefused("number_out_of_range", f"Integers must lie between -{MAX_INTEGER} and {MAX_INTEGER}.")
    return int(digits)


def _fraction(digits: str) -> int | float:
    value = float(digits)
    if not math.isfinite(value):
        _not_finite(digits)
    return int(value) if value.is_integer() and abs(value) <= MAX_INTEGER else value


def _not_finite(_: str) -> NoReturn:
    raise JsonRefused("number_not_finite", "Every number would have to be finite: NaN and Infinity are not JSON.")


_decoder: Final = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=_integer, parse_float=_fraction, parse_constant=_not_finite
)
