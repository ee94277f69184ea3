"""The calendars that a bundle can enclose, superseded ones too, and which of them events pin."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from shared.contracts.decisions import PinnedRef
from shared.rulebook.calendars import load_years
from shared.rulebook.loader import DATA
from shared.rulebook.model import Ref


class _Event(msgspec.Struct):
    data: dict[str, Any]


_event: Final = msgspec.json.Decoder(_Event)


def known_calendars(folder: Path | None) -> dict[Ref, str]:
    """Return the canonical form of every calendar in a folder, None: of those that come with the product.

    Raises:
        RulebookError: a file is no calendar, or two claim the same id.
    """
    return {year.ref: year.said for year, _ in load_years(DATA if folder is None else folder)}


def pinned_by(events: Iterable[bytes]) -> list[Ref]:
    """Return what pins the calendars that stored events rest on, each once, in the order in which they are met.

    A pin stands wherever working days were counted: in a decision, and in each deadline.

    Raises:
        msgspec.ValidationError, msgspec.DecodeError: an event is none, or pins in no known form.
    """
    return list(dict.fromkeys(pin for event in events for pin in _pins(_event.decode(event).data)))


def _pins(value: Any) -> Iterator[Ref]:
    if isinstance(value, list):
        for one in value:
            yield from _pins(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name == "calendars":
                yield from (Ref(pin.id, pin.digest) for pin in msgspec.convert(one, list[PinnedRef]))
            else:
                yield from _pins(one)
