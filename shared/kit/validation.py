"""What pydantic refused, told without repeating the input: a path into the request and what would have to be there."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from shared.kit.problem import Problem

MAX_ERRORS: Final = 20

_known_name: Final = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")
_ECHOING: Final[Mapping[str, str]] = {
    "extra_forbidden": "No fields are sent but those described",
    "union_tag_invalid": "Input should be one of the described kinds",
    "uuid_parsing": "Input should be a UUID",
    "url_parsing": "Input should be a URL",
}


def invalid_request(errors: Sequence[Mapping[str, str]]) -> Problem:
    """Return the refusal of a request for these errors, each `{path, reason}`."""
    detail = "Every part of the request would have to have the described type and lie within its bounds."
    return Problem(422, "invalid_request", detail, facts={"errors": list(errors)})


def described(errors: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return `{path, reason}` of the first `MAX_ERRORS` validation errors, in their order."""
    return [{"path": _path(error), "reason": _reason(error)} for error in errors[:MAX_ERRORS]]


def _path(error: Mapping[str, Any]) -> str:
    """Name the place, such as `body.incidents[0].at`; a name that the caller made up is shown as `*`."""
    places: Sequence[str | int] = error["loc"]
    if error["type"] == "extra_forbidden":
        places = places[:-1]
    path = ""
    for place in places:
        if isinstance(place, int):
            path += f"[{place}]"
        else:
            path += ("." if path else "") + (place if _known_name.match(place.lower().replace("-", "_")) else "*")
    return path


def _reason(error: Mapping[str, Any]) -> str:
    reason: str = _ECHOING.get(error["type"], error["msg"])
    return reason.removeprefix("Value error, ")
