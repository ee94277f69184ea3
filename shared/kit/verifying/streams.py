"""The versions of every stream, in one pass over the store's index of them."""

from collections.abc import Iterable

from shared.kit.verifying.events import EVENTS
from shared.kit.verifying.findings import Findings, shown
from shared.kit.verifying.raw import SqlRow


def check_streams(findings: Findings, streams: Iterable[SqlRow]) -> None:
    """Find the streams whose versions are not 1, 2, … in order of position; they come by stream and version."""
    name, version, position = None, 0, 0
    for stream, number, at in streams:
        if stream != name:
            name, version, position = stream, 0, 0
        if number != version + 1:
            detail = f"version {version + 1} of {shown(stream)} would have to come, not {shown(number)}"
            findings.add(EVENTS, "version", at, detail)
        if at < position:
            findings.add(EVENTS, "position", at, f"{shown(stream)} would have to stand in the order of its versions")
        version, position = number if isinstance(number, int) else 0, at
