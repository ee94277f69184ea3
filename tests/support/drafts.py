"""Drafts of rulebooks for tests: the seed's file with one more version, which holds from 2027 on."""

from typing import Final

from shared.rulebook.loader import parse_timeline
from shared.rulebook.model import RulebookVersion
from tests.support.rulebooks import SEED, version_text

FROM: Final = "2027-01-01T00:00:00+08:00"
DRAFT: Final = "DRAFT-1"


def draft(*edits: tuple[str, str], starts: str = FROM) -> str:
    """Return the text of the seed's rulebook with its version again as `DRAFT`, edited, from `starts` on."""
    renamed = ('id = "TB-2012"', f'id = "{DRAFT}"')
    announced = ('announced_at = "unknown"', "announced_at = 2026-12-01T00:00:00+08:00")
    begins = ("effective_from = 2012-01-01T00:00:00+08:00", f"effective_from = {starts}")
    return SEED + version_text(renamed, announced, begins, *edits)


def drafted(*edits: tuple[str, str]) -> RulebookVersion:
    """Return the version that a draft adds."""
    return parse_timeline(draft(*edits), "draft").versions[-1]


HALVED: Final = ("points = 12", "points = 6")  # general: 6 points
ONLY_MAIL: Final = (
    'permitted_by = ["frequent_contact", "offensive_mail", "grave_harm"]',
    'permitted_by = ["grave_harm"]',
)
INSULTS: Final = (
    ('factors = ["offensive_mail", "grave_harm"]', 'factors = ["offensive_mail", "grave_harm", "insult"]'),
    ('permitted_by = ["frequent_contact", "offensive_mail", "grave_harm"]', 'permitted_by = ["insult"]'),
)
MILD: Final = (
    "[versions.grades.grave]",
    '[versions.grades.mild]\ntrack = "ordinary"\npoints = 4\npermitted_by = ["frequent_contact"]\napprovals = 1\n\n'
    "[versions.grades.grave]",
)
