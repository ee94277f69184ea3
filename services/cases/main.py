"""The composition root: settings in, an application out. Everything is wired here and nowhere else."""

from datetime import timedelta
from pathlib import Path
from typing import Final

from fastapi import Request, Response

from services.cases import announcements
from services.cases.api.appeals import appeals_router
from services.cases.api.decisions import decisions_router
from services.cases.api.desk import Desk
from services.cases.api.ending import ending_router
from services.cases.api.erasure import erasure_router
from services.cases.api.evidence import evidence_router
from services.cases.api.intake import intake_router
from services.cases.api.lateness import lateness_router
from services.cases.api.procedure import procedure_router
from services.cases.api.queue import queue_router
from services.cases.api.recalls import recalls_router
from services.cases.api.recallviews import recall_views_router
from services.cases.api.review import review_router
from services.cases.api.revocation import revocation_router
from services.cases.api.statistics import statistics_router
from services.cases.application import Cases
from services.cases.chores import Chore, Chores
from services.cases.clock import Ticker
from services.cases.domain.case import World
from services.cases.emptied import refuse_emptied
from services.cases.erasures import Erasures
from services.cases.evidence import EvidenceStore, StoreUnavailable
from services.cases.ledgerclient import LedgerClient
from services.cases.parts import Parts
from services.cases.recalls import Recalls
from services.cases.recallworker import RecallWorker
from services.cases.receipts import KeyMaker
from services.cases.recounting import Recounter
from services.cases.refusals import Refused
from services.cases.settings import Settings
from services.cases.statuses import STATUS_OF
from services.cases.submissions import Submissions
from services.cases.sweeping import EVERY, sweep
from services.cases.tables import TABLES
from services.cases.vault import Vault, VaultUnavailable
from shared.kit.audit.opening import open_witness
from shared.kit.audit.routes import log_router
from shared.kit.auth import open_verifier
from shared.kit.electing import seat
from shared.kit.feed import feed_router
from shared.kit.http import Service, create_app
from shared.kit.log.grouping import GroupCommit
from shared.kit.log.instant import Clock, to_us, utc_now
from shared.kit.log.model import EventLog
from shared.kit.logs import configure_logging
from shared.kit.problem import Problem, answer
from shared.kit.server import told_to_stop
from shared.kit.storing import open_store
from shared.rulebook.loader import load_calendars, load_timeline, shipped, shipped_calendars
from shared.rulebook.model import Calendars, Timeline

VERSION: Final = "0.1.0"
DESCRIPTION: Final = "Takes complaints against sellers, hears both sides, and decides: every step a fact in one log."

RETRY_AFTER_S: Final = 1


def build(settings: Settings, *, clock: Clock = utc_now, log: EventLog | None = None) -> Service:
    """Return the service as an application; entering its lifespan starts its clock, leaving it closes what is open.

    Without `log`, the one that the settings name is opened.

    Raises:
        RulebookError: the rulebook or a calendar is not sound.
        LogUnavailable: the log cannot be opened; another process has it, say, or its database is not migrated.
        VaultLocked: the vault's key file is missing or another one.
        KeysUnusable, LastSignedUnreadable: what signs for the log is not as it has to be.
    """
    world = World(
        rulebook(settings.rulebook),
        calendars(settings),
        retention=timedelta(days=settings.retention_days),
        merges_repeats=settings.merge_repeats,
    )
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    log = GroupCommit(log or open_store(settings, settings.log_file, clock, TABLES))
    try:
        refuse_emptied(log)
        announcements.complete(log)
        parts = _parts(settings, world, log, clock)
    except BaseException:
        log.close()
        raise
    desk = Desk(parts.cases, KeyMaker(parts.cases.vault.service_key("idempotency", to_us(clock()))), parts.witness)
    recalls = Recalls(log, parts.cases.vault)
    app = create_app(
        title="Demerit cases",
        version=VERSION,
        description=DESCRIPTION,
        verifier=open_verifier(settings.jwks, issuer=settings.issuer, audience=settings.audience, clock=clock),
        routers=[
            intake_router(desk),
            procedure_router(desk),
            evidence_router(desk, Submissions(parts.cases, parts.erasures.store), settings.upload_timeout_s),
            lateness_router(desk),
            ending_router(desk),
            decisions_router(desk),
            appeals_router(desk),
            review_router(desk),
            revocation_router(desk),
            erasure_router(desk, parts.erasures),
            queue_router(parts.cases),
            recalls_router(desk, recalls, parts.ledger),
            recall_views_router(recalls),
            statistics_router(parts.cases),
            feed_router(log),
            log_router(log, parts.witness),
        ],
        checks={
            "log": parts.log_check,
            "vault": parts.vault_check,
            "clock": parts.clock_check,
            "audit": parts.witness.check,
        },
        metrics=parts.metrics(),
        lifespan=parts.lifespan,
    )
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(VaultUnavailable, _unavailable)
    app.add_exception_handler(StoreUnavailable, _unavailable)
    return app


def serving() -> Service:
    """Return the application of one of several processes that serve; what they share is in the environment."""
    settings = Settings()
    configure_logging("cases", settings.log_level)
    return told_to_stop(build(settings))


def check(settings: Settings) -> None:
    """Return if a service with these settings could be built, before several processes are started.

    Raises:
        RulebookError, LogUnavailable, VaultLocked, VaultUnavailable, KeysUnusable, LastSignedUnreadable: as `build`
            does.
    """
    rulebook(settings.rulebook)
    calendars(settings)
    log = open_store(settings, settings.log_file, utc_now, TABLES)
    try:
        refuse_emptied(log)
        vault = Vault(settings.vault_file, settings.vault_key_file, shared=True)
        vault.bind(log.id)
        vault.close()
        open_witness(settings, log)
    finally:
        log.close()


def rulebook(name: str) -> Timeline:
    """Return the timeline of this name that comes with the product, or of the file where `name` ends in .toml."""
    return load_timeline(Path(name)) if name.endswith(".toml") else shipped(name)


def calendars(settings: Settings) -> Calendars:
    """Return the working-day calendars that the settings name, or those that come with the product."""
    return shipped_calendars() if settings.calendars is None else load_calendars(settings.calendars)


def _parts(settings: Settings, world: World, log: EventLog, clock: Clock) -> Parts:
    vault = Vault(settings.vault_file, settings.vault_key_file, shared=settings.workers > 1)
    vault.bind(log.id)
    try:
        witness = open_witness(settings, log)
    except BaseException:
        vault.close()
        raise
    cases, evidence = Cases(log, vault, world, clock), EvidenceStore(settings.evidence_dir)
    erasures, recounter, ticker = Erasures(cases, evidence), Recounter(log, world), Ticker(log, world)
    recalls = RecallWorker(log, world, clock)
    grace = timedelta(seconds=settings.clock_grace_s)
    chores = Chores(
        clock,
        [
            Chore("erasures", lambda _: erasures.finish_all()),
            Chore("calendars", recounter.step),
            Chore("deadlines", lambda now: ticker.tick(now - grace)),
            Chore("recalls", lambda _: recalls.some()),
            Chore("sweep", lambda now: sweep(log, vault, evidence, now), every=EVERY),
        ],
    )
    ledger = LedgerClient(settings.ledger_url, settings.ledger_token_file, settings.ledger_timeout_s)
    return Parts(
        cases, erasures, recounter, chores, settings.clock_interval_s, seat(settings, "chores"), ledger, witness
    )


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101  # the handler is registered for this type alone
    refusal = error.refusal
    status = STATUS_OF[refusal.code]
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status == 503 else {}
    return await answer(request, Problem(status, refusal.code, refusal.detail, facts=refusal.facts, headers=headers))


async def _unavailable(request: Request, _: Exception) -> Response:
    detail = "The vault would have to be within reach; whether the write happened is to be asked with its key."
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    return await answer(request, Problem(503, "vault_unavailable", detail, headers=headers))
