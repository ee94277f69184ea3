"""Is the process alive, and is it ready for work? Open without a token; says positions and lags, nothing else."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from anyio import fail_after, to_thread
from fastapi import APIRouter
from pydantic import BaseModel

from shared.kit.problem import Problem, problems
from shared.kit.route import router

CHECK_TIMEOUT_S: Final = 2.0

Check: TypeAlias = Callable[[], tuple[bool, Mapping[str, Any]]]


class Live(BaseModel):
    """The process answers."""

    live: bool = True


class Checked(BaseModel):
    """One check: whether it is well, and the figures it rests on, such as `lag`."""

    ok: bool
    detail: dict[str, Any]


class Ready(BaseModel):
    """Every check is well."""

    ready: bool
    checks: dict[str, Checked]


def health_router(checks: Mapping[str, Check]) -> APIRouter:
    """Return the routes `/health/live` and `/health/ready`, the latter over these checks.

    A check may block; it returns whether it is well and figures to show, and must not raise. One that takes longer
    than `CHECK_TIMEOUT_S` counts as not ready.
    """
    routes = router(tags=["health"])

    @routes.get("/health/live")
    async def live() -> Live:
        """Answer as long as the process can."""
        return Live()

    @routes.get("/health/ready", responses=problems(503))
    async def ready() -> Ready:
        """Run every check; 503 `not_ready` names those that are not well in `failing`."""
        names = list(checks)
        done = dict(zip(names, await asyncio.gather(*(_run(checks[name]) for name in names)), strict=True))
        failing = sorted(name for name, checked in done.items() if not checked.ok)
        if failing:
            raise Problem(
                503,
                "not_ready",
                f"These would have to be well: {', '.join(failing)}.",
                facts={"failing": failing, "checks": {name: checked.model_dump() for name, checked in done.items()}},
                headers={"Retry-After": "1"},
            )
        return Ready(ready=True, checks=done)

    return routes


async def _run(check: Check) -> Checked:
    try:
        with fail_after(CHECK_TIMEOUT_S):
            ok, detail = await to_thread.run_sync(check, abandon_on_cancel=True)
    except TimeoutError:
        return Checked(ok=False, detail={"answers": False})
    return Checked(ok=ok, detail=dict(detail))
