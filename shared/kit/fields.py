"""Field types for what comes in over HTTP: they refuse what pydantic would kindly convert.

A plain `int` takes `true` and "5", a plain `datetime` takes 1700000000 and times without an offset; these do not.
`Body` fields use the JSON types below; query and path parameters `Identifier`, `Instant`, `QueryFlag` and `QueryNumber`
(`StrictRoute` demands digits of every number in a query, so that its type can stay a plain one).
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from unicodedata import category

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictStr,
    StringConstraints,
    WithJsonSchema,
)

from shared.kit.strict_json import MAX_INTEGER

IDENTIFIER_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"
TEXT_PATTERN: Final = r"^[^\x00]*$"  # strict JSON refuses U+0000 everywhere; this tells so in the document
INSTANT_PATTERN: Final = (
    r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
    r"(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$"
)

_identifier: Final = re.compile(IDENTIFIER_PATTERN.replace("$", r"\Z"))
_instant: Final = re.compile(INSTANT_PATTERN.replace("$", r"\Z"))


class Body(BaseModel):
    """Base of request bodies: immutable, and a field that is not named here is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def examples(*bodies: Mapping[str, Any]) -> ConfigDict:
    """Return the `model_config` of a body whose schema shows these."""
    return ConfigDict(json_schema_extra={"examples": [dict(body) for body in bodies]})


def is_identifier(value: object) -> bool:
    """Return whether this is a string of the shape that every id from outside has (`Identifier`)."""
    return isinstance(value, str) and _identifier.match(value) is not None


def says_something(text: str) -> bool:
    """Return whether a text shows anything: a character that is neither blank nor invisible."""
    return any(category(character)[0] not in "ZC" for character in text)


def parse_instant(value: object) -> datetime:
    """Return the UTC instant of an RFC 3339 text with offset in the years 2000 to 2099, to the microsecond.

    Raises:
        ValueError: anything else, numbers and times without an offset included. The text is not repeated.
    """
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if not isinstance(value, str) or not _instant.match(value):
        raise ValueError(
            "an instant is RFC 3339 with offset, 2000 to 2099: 2026-01-31T01:00:00Z or +08:00 (in a query, + is %2B)"
        )
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        raise ValueError("an instant names a day that exists") from None


def parse_flag(value: object) -> bool:
    """Return what `true` or `false` says in a query.

    Raises:
        ValueError: anything else, `1` and `yes` included.
    """
    if value not in ("true", "false"):
        raise ValueError("a flag is true or false")
    return value == "true"


_AS_INSTANT: Final[dict[str, Any]] = {
    "type": "string",
    "format": "date-time",
    "pattern": INSTANT_PATTERN,
    "examples": ["2026-01-31T09:00:00+08:00"],
}

Identifier = Annotated[
    str, StringConstraints(strict=True, pattern=IDENTIFIER_PATTERN), Field(description="Letters, digits and . _ : -")
]
Instant = Annotated[datetime, BeforeValidator(parse_instant), WithJsonSchema(_AS_INSTANT, mode="validation")]
Natural = Annotated[int, Field(strict=True, ge=0, le=MAX_INTEGER)]
Code = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z][a-z0-9_]{0,63}$")]
ShortText = Annotated[StrictStr, Field(min_length=1, max_length=200, pattern=TEXT_PATTERN)]
LongText = Annotated[StrictStr, Field(min_length=1, max_length=4000, pattern=TEXT_PATTERN)]
Flag = StrictBool
QueryFlag = Annotated[bool, BeforeValidator(parse_flag), WithJsonSchema({"type": "boolean"}, mode="validation")]
QueryNumber = Annotated[int, Field(ge=0, le=MAX_INTEGER)]
