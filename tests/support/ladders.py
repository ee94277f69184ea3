"""Rulebooks for ledger tests: the shipped default, and tracks and ladders that only data knows."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from shared.rulebook.loader import shipped
from shared.rulebook.model import ZONE, Ladder, Node, Ref, RulebookVersion, Sanction, Timeline, Track, YearEnd

SEED: Final = shipped("seed")
COUNTERFEIT: Final = Track(
    "counterfeit",
    Ladder(
        "heaviest",
        (
            Node(24, Sanction(168, ("shop_hidden",))),
            Node(36, Sanction(336, ("shop_closed",))),
            Node(48, Sanction(None, ("account_sealed",))),
        ),
    ),
    (YearEnd("total", 48, None), YearEnd("new", 24, 24)),
)


def default_version() -> RulebookVersion:
    """Return the one version of the shipped default."""
    return SEED.versions[0]


def with_tracks(*tracks: Track) -> Timeline:
    """Return the default with these tracks added, or put in place of those of the same name."""
    version = default_version()
    return Timeline("test", (replace(version, tracks={**version.tracks, **{track.name: track for track in tracks}}),))


def two_versions(change: datetime, *tracks: Track) -> Timeline:
    """Return the default until `change`, and from then on with these tracks in place."""
    first = replace(default_version(), effective_until=change)
    second = replace(
        default_version(),
        ref=Ref("TEST-2", "0" * 64),
        effective_from=change,
        tracks={**first.tracks, **{track.name: track for track in tracks}},
    )
    return Timeline("test", (first, second))


def shanghai(text: str) -> datetime:
    """Return the instant of a local text such as `2025-03-01T10:00`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


COUNTERFEIT_BOOK: Final = with_tracks(COUNTERFEIT)
_ordinary = default_version().tracks["ordinary"]
_severe = default_version().tracks["severe"]
CHANGING_BOOK: Final = two_versions(
    shanghai("2025-02-01T00:00"),
    replace(
        _ordinary,
        ladder=Ladder(
            "consecutive", (Node(6, Sanction(24, ("shop_hidden",))), Node(12, Sanction(72, ("delist_all",))))
        ),
        year_end=(YearEnd("total", 12, 6),),
    ),
    replace(_severe, year_end=(YearEnd("new", 48, None),)),
)
