"""Given what people did, when one more command comes, then these facts, or this refusal. For tests of the case."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from services.cases.domain.case import UNFILED, CaseState, World, decide, evolve
from services.cases.domain.commands import CaseCommand
from services.cases.domain.events import CaseEvent, Fact
from services.cases.domain.file import CaseFile
from services.cases.domain.matters import Related
from services.cases.domain.state import Unfiled
from shared.kit.decider import Recorded, Refusal
from shared.rulebook.loader import shipped, shipped_calendars

SEED_WORLD: Final = World(shipped("seed"), shipped_calendars())
TAOBAO_WORLD: Final = World(shipped("taobao"), shipped_calendars())


@dataclass(frozen=True)
class Answer:
    """What `decide` said to the last command, with the case before and after it."""

    before: CaseState
    after: CaseState
    said: Sequence[CaseEvent] | Refusal

    def then(self, *events: CaseEvent) -> "Answer":
        """Demand exactly these facts."""
        assert self.said == list(events), self.said
        return self

    def then_accepted(self) -> None:
        """Demand facts, whichever."""
        assert not isinstance(self.said, Refusal), self.said

    def then_refused(self, code: str, **facts: object) -> Refusal:
        """Demand a refusal with this code whose facts include these; a refusal changes nothing."""
        assert isinstance(self.said, Refusal), self.said
        assert self.said.code == code, self.said
        assert {name: self.said.facts.get(name) for name in facts} == facts
        assert self.before == self.after
        return self.said

    @property
    def event(self) -> CaseEvent:
        """The one fact that was made."""
        assert not isinstance(self.said, Refusal), self.said
        (event,) = self.said
        return event


@dataclass(frozen=True)
class Given:
    """A case with a history; the log gives each fact the time of its command and the next position."""

    world: World = SEED_WORLD
    state: CaseState = UNFILED
    history: tuple[Recorded[Fact], ...] = field(default=())

    @property
    def file(self) -> CaseFile:
        """The file of the case, which must be filed."""
        assert not isinstance(self.state, Unfiled)
        return self.state.file

    def and_(self, *commands: CaseCommand) -> "Given":
        """Return the case after these commands, each of which must be accepted."""
        given = self
        for command in commands:
            said = decide(given.state, command, given.world)
            assert not isinstance(said, Refusal), (command, said)
            given = given.recorded(command, said)
        return given

    def recorded(self, command: CaseCommand, events: Sequence[CaseEvent]) -> "Given":
        """Return the case after these facts of a command."""
        return self.after(command.at, *events)

    def after(self, at: datetime, *events: Fact) -> "Given":
        """Return the case after these facts, whoever made them, recorded at this instant."""
        state, history = self.state, self.history
        for event in events:
            stored = Recorded(event, f"event-{len(history) + 1}", len(history) + 1, at)
            state, history = evolve(state, stored), (*history, stored)
        return Given(self.world, state, history)

    def among(self, *related: Related) -> "Given":
        """Return the case in a world where these are the other cases of its matter."""
        return replace(self, world=self.world.among(related))

    def when(self, command: CaseCommand) -> Answer:
        """Return what the case answers to the command."""
        said = decide(self.state, command, self.world)
        after = self.state if isinstance(said, Refusal) else self.recorded(command, said).state
        return Answer(self.state, after, said)


def given(*commands: CaseCommand, world: World = SEED_WORLD) -> Given:
    """Return the case after these commands, in a world with the seed's rulebook unless another is given."""
    return Given(world).and_(*commands)
