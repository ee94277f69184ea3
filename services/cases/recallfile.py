"""A recall as the log has it: its stream read and folded."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from services.cases.domain.recall.events import RecallFact
from services.cases.domain.recall.state import UNPROPOSED, RecallState, evolve
from services.cases.recallpublication import from_stored, recall_stream
from shared.kit.decider import Recorded
from shared.kit.log.model import EventLog


@dataclass(frozen=True, slots=True)
class LoadedRecall:
    """A recall at a version of its stream; `version` 0 and None where nothing was ever proposed under this id."""

    recall_id: str
    state: RecallState = UNPROPOSED
    version: int = 0

    def after(self, facts: Sequence[Recorded[RecallFact]]) -> "LoadedRecall":
        """Return the recall after these facts."""
        return LoadedRecall(self.recall_id, reduce(evolve, facts, self.state), self.version + len(facts))


def load_recall(log: EventLog, recall_id: str) -> LoadedRecall:
    """Return the recall as committed now.

    Raises:
        UnknownEvent, LogUnavailable: see there.
    """
    facts = [from_stored(each) for each in log.stream(recall_stream(recall_id))]
    return LoadedRecall(recall_id).after(facts)
