"""What a measure implies: a heavier one is never narrower than a lighter one. Source: domain rules §2, §5."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

SHOP_CLOSED: Final = "shop_closed"  # 关闭店铺

_SEVERE_12: Final = (
    "shop_hidden",
    "listing_restricted",
    "messaging_restricted",
    "community_restricted",
    "shop_creation_restricted",
    "public_warning",
)
_IMPLIES: Final = {"account_sealed": (SHOP_CLOSED,), SHOP_CLOSED: ("delist_all", *_SEVERE_12)}


def closed(measures: Iterable[str]) -> frozenset[str]:
    """Return the measures with all they imply: a seal closes the shop, a closed shop brings all that severe 12 does."""
    found: set[str] = set()
    waiting = list(measures)
    while waiting:
        measure = waiting.pop()
        if measure not in found:
            found.add(measure)
            waiting += _IMPLIES.get(measure, ())
    return frozenset(found)


@lru_cache(maxsize=1024)
def closes_shop(measures: tuple[str, ...]) -> bool:
    """Return whether these measures, with all they imply, close the shop."""
    return SHOP_CLOSED in closed(measures)
