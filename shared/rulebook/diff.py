"""What a rulebook version changes against the one before, as a list that people can read."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Final, NamedTuple

from shared.rulebook.model import ZONE, RulebookVersion

# Not what a version says: how it is pinned, where its successor begins, what the key of a part says already; and the
# whole of it in another form.
_APART: Final = frozenset({"ref", "effective_until", "code", "name", "said"})

# What an absent value means, in the words of the file; elsewhere it is simply not there.
_ABSENT: Final = {"announced_at": "unknown", "hours": "indefinite", "carry": "unchanged"}


class Change(NamedTuple):
    """One place that differs; None stands for "not there"."""

    path: str
    before: str | None
    after: str | None


def diff(before: RulebookVersion, after: RulebookVersion) -> list[Change]:
    """Return what differs, in the order of the newer version, then what only the older one had.

    Lists of plain values are one place, lists of parts one place per part; a table is also the order of its keys.
    """
    old, new = dict(_places(before)), dict(_places(after))
    return [Change(path, old.get(path), new.get(path)) for path in {**new, **old} if old.get(path) != new.get(path)]


def _places(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if is_dataclass(value):
        for each in fields(value):
            if each.name not in _APART:
                yield from _places(getattr(value, each.name), f"{path}.{each.name}".removeprefix("."))
    elif isinstance(value, Mapping):
        yield path, ", ".join(value)
        for key, each in value.items():
            yield from _places(each, f"{path}.{key}")
    elif isinstance(value, tuple) and any(is_dataclass(each) for each in value):
        for index, each in enumerate(value):
            yield from _places(each, f"{path}[{index}]")
    elif shown := _shown(value, path.rpartition(".")[2]):
        yield path, shown


def _shown(value: object, name: str) -> str:
    """A plain value in words; empty where there is none."""
    match value:
        case None:
            return _ABSENT.get(name, "")
        case tuple():
            return ", ".join(str(each) for each in value)
        case datetime():
            return value.astimezone(ZONE).isoformat()
        case bool():
            return str(value).lower()
        case _:
            return str(value)
