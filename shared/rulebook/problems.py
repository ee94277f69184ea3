"""What is wrong with a rulebook or calendar file: where in the file, and what would have to be true."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: `path` such as `versions[1].tracks.ordinary.ladder`, empty for the whole file."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class RulebookError(ValueError):
    """A file that cannot be taken as a rulebook or calendar. `problems` holds every fault found, in file order."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(f"{file}: {problem}" for problem in problems))
        self.file, self.problems = file, tuple(problems)


_WORDED: Final[Mapping[str, str]] = {
    "missing": "must be given",
    "extra_forbidden": "is not a key of this format; it must be left out",
    "timezone_aware": "must be an instant with its offset from UTC",
    "datetime_type": "must be an instant with its offset from UTC",
    "date_type": "must be a date, without a time of day",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
}


def from_schema(error: ValidationError) -> list[Problem]:
    """Return the schema's complaints with paths as one would write them in the file."""
    return [Problem(_path(each["loc"]), _worded(each["type"], each["msg"])) for each in error.errors(include_url=False)]


def _worded(kind: str, message: str) -> str:
    return _WORDED.get(kind) or re.sub(r"^[A-Z]\w+ should", "must", message.removeprefix("Value error, "))


def _path(location: Sequence[int | str]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location if step != "[key]")
    return "".join(steps).removeprefix(".")
