"""What came of a simulation, in a few lines for people."""

from typing import Any

from shared.rulebook.model import ZONE


def worded(report: dict[str, Any]) -> str:
    """Return the counts of a report in words, one kind a line."""
    accounts, decisions, dismissals = report["accounts"], report["decisions"], report["dismissals"]
    supposed = report["supposed"]
    rules = f"{supposed['id']} supposed in force" if supposed else "the candidate as it is dated"
    begins, ends = (report[name].astimezone(ZONE).isoformat() for name in ("from", "until"))
    lines = [
        f"{rules}, from {begins} until {ends}",
        f"decisions: {_counts(decisions)}",
        f"dismissals: {_counts(dismissals)}",
        f"accounts: {_counts(accounts)}",
    ]
    if report["missing"]:
        lines.append(f"missing: {_counts(report['missing'])}")
    for one in report["standings"]:
        moved = ", ".join(f"{each['accounts']} {each['from']} -> {each['to']}" for each in one["moved"]) or "none"
        lines.append(f"standings that would differ at {one['as_of'].astimezone(ZONE).isoformat()}: {moved}")
    return "\n".join(lines)


def _counts(counted: dict[str, int]) -> str:
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counted.items())
