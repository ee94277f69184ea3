"""The composition root: settings in, an application out. Everything is wired here and nowhere else."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Final

from fastapi import APIRouter

from services.ledger import waiting
from services.ledger.api.account import account_router
from services.ledger.api.bundles import bundles_router
from services.ledger.api.differences import differences_router
from services.ledger.api.direct import Direct
from services.ledger.api.preview import preview_router
from services.ledger.api.quarantine import quarantine_router
from services.ledger.api.rebuild import rebuild_router
from services.ledger.api.simulations import simulations_router
from services.ledger.api.standing import standing_router
from services.ledger.api.waiting import Waiting
from services.ledger.application import Ledger
from services.ledger.bundles.calendars import known_calendars
from services.ledger.bundles.cases import CasesOverHttp
from services.ledger.bundles.making import Bundling
from services.ledger.bundles.proving import Evidence
from services.ledger.decisions import Limits
from services.ledger.figures import metrics_of
from services.ledger.follower import Follower
from services.ledger.history import Histories
from services.ledger.lastaccepted import LastAccepted
from services.ledger.progress import Progress
from services.ledger.publication import Publication
from services.ledger.questions import Questions
from services.ledger.rebuilding import SEAT, rebuild
from services.ledger.renewal import Renewal
from services.ledger.running import Parts
from services.ledger.settings import Settings
from services.ledger.simulating.evidence import Picked
from services.ledger.simulating.jobs import Jobs
from services.ledger.simulating.simulations import Simulations
from services.ledger.standings import Standings
from services.ledger.tables import TABLES
from services.ledger.tail import Tail
from services.ledger.watching import Feed, Watching
from shared.kit.audit.opening import open_witness, read_keys
from shared.kit.audit.routes import log_router
from shared.kit.audit.vkey import VerifierKey
from shared.kit.auth import open_verifier
from shared.kit.electing import seat
from shared.kit.feed import feed_router
from shared.kit.feed_client import FeedClient
from shared.kit.http import Service, create_app
from shared.kit.log.instant import utc_now
from shared.kit.log.model import EventLog
from shared.kit.logs import configure_logging
from shared.kit.server import told_to_stop
from shared.kit.storing import open_store
from shared.rulebook.loader import load_timeline, shipped
from shared.rulebook.model import Timeline

VERSION: Final = "0.1.0"
DESCRIPTION: Final = "Folds the decisions of the cases service into points, sanctions and standing of seller accounts."

Clock = Callable[[], datetime]


def build(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    feed: Feed | None = None,
    evidence: Evidence | None = None,
    log: EventLog | None = None,
    answers: bool = True,
    picked: Picked | None = None,
) -> Service:
    """Return the ledger as an application; entering its lifespan starts to follow, leaving it closes the log.

    Without `feed`, the feed at `cases_url` is read; without `picked` simulations pick from it, and without `evidence`
    bundles ask there. Without `log`, the one that the settings name is opened. One that gives no `answers` follows and
    tells of its health.

    Raises:
        RulebookError: the rulebook or a calendar is not sound.
        LogUnavailable: the log cannot be opened; another process has it, say, or its database is not migrated.
        KeysUnusable, LastSignedUnreadable: what signs for the log is not as it has to be.
    """
    timeline, calendars = rulebook(settings.rulebook), known_calendars(settings.calendars)
    given = read_keys(settings.cases_keys) if settings.cases_keys else []
    log = log or open_store(settings, settings.log_file, clock, TABLES)
    try:
        parts = _parts(settings, timeline, log, clock, feed or _client(settings), picked, given)
    except BaseException:
        log.close()
        raise
    evidence = evidence or CasesOverHttp(settings.cases_url, settings.token_file)
    bundling = Bundling(log, parts.questions, parts.witness, evidence, calendars, given)
    verifier = open_verifier(settings.jwks, issuer=settings.issuer, audience=settings.audience, clock=clock)
    metrics = metrics_of(parts)
    app = create_app(
        title="Demerit ledger",
        version=VERSION,
        description=DESCRIPTION,
        verifier=verifier,
        routers=_routers(parts, Waiting(parts.progress, settings.max_wait_s), bundling) if answers else [],
        checks={"log": parts.log_check, "follower": parts.follower_check, "audit": parts.witness.check},
        metrics=metrics,
        lifespan=parts.lifespan,
    )
    if answers:
        app.add_middleware(Direct, questions=parts.questions, verifier=verifier, metrics=metrics)
    return app


def _routers(parts: Parts, waiting: Waiting, bundling: Bundling) -> list[APIRouter]:
    return [
        standing_router(parts.questions, waiting),
        account_router(parts.questions, waiting),
        differences_router(parts.questions, waiting),
        preview_router(parts.questions, waiting),
        quarantine_router(parts.ledger, parts.log, parts.witness),
        simulations_router(parts.questions, parts.simulations),
        rebuild_router(parts.renewal),
        feed_router(parts.log),
        log_router(parts.log, parts.witness),
        bundles_router(bundling, waiting),
    ]


def check(settings: Settings) -> None:
    """Return if a service with these settings could be built, before several processes are started.

    Raises:
        RulebookError, LogUnavailable, KeysUnusable, LastSignedUnreadable: as `build` does.
    """
    rulebook(settings.rulebook)
    known_calendars(settings.calendars)
    log = open_store(settings, settings.log_file, utc_now, TABLES)
    try:
        open_witness(settings, log)
    finally:
        log.close()


def serving() -> Service:
    """Return the application of one of several processes that serve; what they share is in the environment."""
    settings = Settings()
    configure_logging("ledger", settings.log_level)
    return told_to_stop(build(settings))


def rulebook(name: str) -> Timeline:
    """Return the timeline of this name that comes with the product, or of the file where `name` ends in .toml."""
    return load_timeline(Path(name)) if name.endswith(".toml") else shipped(name)


def _client(settings: Settings) -> FeedClient:
    return FeedClient(settings.cases_url, settings.token_file)


def _parts(
    settings: Settings,
    timeline: Timeline,
    log: EventLog,
    clock: Clock,
    feed: Feed,
    picked: Picked | None,
    given: Sequence[VerifierKey],
) -> Parts:
    codec = Publication(timeline, Limits(points=settings.max_points))
    rebuilder = seat(settings, SEAT)
    waiting.complete(log)
    rebuild(log, codec, timeline, rebuilder)
    progress = Progress()
    standings = Standings(log, settings.cached_accounts)
    ledger = Ledger(log, codec, timeline, standings, progress, accounts=settings.cached_accounts)
    histories = Histories(log, codec, settings.cached_accounts // 10 + 1)
    questions = Questions(timeline, standings, histories, progress, clock)
    alarms, accepted = settings.data_dir / "alarm", LastAccepted(settings.last_accepted)
    watching = Watching(log, ledger, progress, feed, given, alarms, settings.unchecked_s, accepted=accepted)
    follower = Follower(ledger, progress, codec, feed, watching)
    chair = seat(settings, "follower") if settings.follows else None
    tail, witness = Tail(log, standings, progress), open_witness(settings, log)
    opened = (lambda: _client(settings)) if picked is None else (lambda: nullcontext(picked))
    simulations = Simulations(Jobs(settings.simulations), log, codec, opened, progress, clock, witness)
    renewal = Renewal(log, codec, timeline, ledger, rebuilder)
    return Parts(log, feed, ledger, questions, follower, progress, tail, chair, witness, watching, simulations, renewal)
