"""Ladder arithmetic: which nodes a rise of points reaches. Generic over tracks. Source: domain rules §5, R3, R4."""

from datetime import datetime

from shared.rulebook.model import Ladder, Node, Timeline


def ladder_at(timeline: Timeline, track: str, instant: datetime) -> Ladder | None:
    """Return the ladder of the track in the version in force at `instant`, or None where there is none."""
    version = timeline.at(instant)
    rules = version.tracks.get(track) if version is not None else None
    return rules.ladder if rules is not None else None


def sealing_node(ladder: Ladder | None) -> Node | None:
    """Return the node whose sanction is indefinite, the seal (查封账户), or None if the ladder has none."""
    for node in ladder.nodes if ladder is not None else ():
        if node.sanction.hours is None:
            return node
    return None


def crossed(ladder: Ladder, before: int, after: int) -> list[Node]:
    """Return the nodes above `before` and at or below `after`, rising; the seal too, if it is one of them."""
    if ladder.every:
        step = ladder.nodes[0]
        reached = range(before // step.at + 1, after // step.at + 1)
        return [Node(step.at * times, step.sanction) for times in reached]
    return [node for node in ladder.nodes if before < node.at <= after]


def node_at(ladder: Ladder, at: int) -> Node | None:
    """Return the ladder's node at exactly `at` points, or None."""
    if ladder.every:
        step = ladder.nodes[0]
        return Node(at, step.sanction) if at > 0 and at % step.at == 0 else None
    return next((node for node in ladder.nodes if node.at == at), None)


def next_node(ladder: Ladder, points: int) -> Node | None:
    """Return the lowest node above `points`, or None above the last."""
    if ladder.every:
        step = ladder.nodes[0]
        return Node(step.at * (points // step.at + 1), step.sanction)
    return next((node for node in ladder.nodes if node.at > points), None)
