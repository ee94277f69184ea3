"""Reading your own writes: waiting until the cases log is folded as far as the caller has seen it."""

import asyncio

from fastapi import Request

from services.ledger.api.refusals import problem
from services.ledger.progress import Progress
from shared.kit.decider import Refusal


class Waiting:
    """Waits for the follower, at most `longest_s` seconds."""

    def __init__(self, progress: Progress, longest_s: float) -> None:
        self._progress, self._longest_s = progress, longest_s

    async def reach(self, request: Request, position: int | None) -> None:
        """Return when the cases log is folded through `position`, at once without one.

        Raises:
            Problem: 503 `position_not_folded`, with how far it is folded: the wait is over or the server stops.
        """
        if position is None or self._progress.now.position >= position:
            return
        reached = asyncio.ensure_future(self._progress.reached(position, self._longest_s))
        stopping = asyncio.ensure_future(request.app.state.stopping.wait())
        try:
            await asyncio.wait({reached, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            reached.cancel()
        folded = self._progress.now.position
        if folded < position:
            raise problem(
                Refusal(
                    "position_not_folded", "the position would have to be folded already", {"folded_position": folded}
                )
            )
