"""How far followers have come: rows of those alone that a service has, and the store's own."""

from collections.abc import Collection

from shared.kit.verifying.findings import Findings, shown
from shared.kit.verifying.raw import RawLog

TRACKING = "tracking"


def check_tracking(raw: RawLog, findings: Findings, followers: Collection[str] = ()) -> dict[str, int]:
    """Return the positions of these followers, 0 for one that never came; find rows of any other, or of no position."""
    there = raw.tracked()
    for name, position in raw.own_tracked().items():
        if there.pop(name, None) != position:
            detail = f"the store's own row would have to say {position}"
            findings.add(TRACKING, "application_name, notification_id", 0, detail, name)
    for name, position in there.items():
        if name not in followers:
            findings.add(TRACKING, "application_name", 0, "the service follows nothing of this name", shown(name))
        elif not isinstance(position, int) or position < 1:
            findings.add(TRACKING, "notification_id", 0, "it would have to be a position", shown(name))
    return {name: there[name] if isinstance(there.get(name), int) else 0 for name in followers}
