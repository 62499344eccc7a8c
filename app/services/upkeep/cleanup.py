"""What may be deleted, and when: rows that can change no answer any more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Column, ColumnElement, Table, delete, exists, select

from app.clock import now
from app.database import rows_changed
from app.models import (
    AccessToken,
    AddressCapture,
    Attempt,
    AuditEvent,
    BrowserAccount,
    Client,
    ClientAddress,
    Consent,
    DailyFigure,
    DataExport,
    DeviceCode,
    EmailClaim,
    EmailRevert,
    Family,
    HalfSignIn,
    InitialAccessToken,
    Interaction,
    Invitation,
    KeyFetch,
    Link,
    LogoutNotice,
    Mail,
    MailboxProof,
    PasswordReset,
    PendingIdentity,
    RefreshToken,
    RemoteDocument,
    RevokedToken,
    Session,
    SignedTokens,
    SignUp,
    Throttle,
    TrustedBrowser,
    UnsentForm,
    UpstreamSignIn,
    UsedAssertion,
    UserEmail,
    UserImport,
)
from app.services.upkeep import audit_chain
from app.services.upkeep.audit import OWN_HISTORY, Event
from app.settings import settings

#: Rows deleted in one transaction: on SQLite nobody else can write meanwhile.
BITE = 500
#: Clocks differ.
SLACK = timedelta(minutes=5)
#: Ended sessions stay for a while: their owners look at where they were signed in.
SESSIONS_KEPT = timedelta(days=30)
MAILS_KEPT = timedelta(days=7)
#: What anybody may cause who types something wrong, at either step.
REFUSALS = (Event.SIGN_IN_REFUSED.value, Event.SECOND_STEP_REFUSED.value)
#: An application is known by an address for as long as it uses it.
SIGHTINGS_KEPT = timedelta(days=30)
#: Longer than a client's keys are used without being fetched again.
DOCUMENTS_KEPT = timedelta(days=1)
FIGURES_KEPT = timedelta(days=800)
#: Whoever is asked again is told since when.
ENDED_CONSENTS_KEPT = timedelta(days=90)
#: As long as an administrator may look at what a capture has caught.
CAPTURES_KEPT = timedelta(days=1)

FAMILIES, SESSIONS = Family.__table__, Session.__table__
REFRESH_TOKENS, ACCESS_TOKENS = RefreshToken.__table__, AccessToken.__table__
EVENTS, ADDRESSES = AuditEvent.__table__, UserEmail.__table__
CONSENTS, FIGURES = Consent.__table__, DailyFigure.__table__
DOCUMENTS, NOTICES = RemoteDocument.__table__, LogoutNotice.__table__
FETCHES, CALLERS = KeyFetch.__table__, ClientAddress.__table__
DEVICES = DeviceCode.__table__
CLIENTS, INITIAL_TOKENS = Client.__table__, InitialAccessToken.__table__


@dataclass(frozen=True, slots=True)
class Broom:
    """A table, and which of its rows have had their time."""

    table: Table
    is_over: Callable[[], ColumnElement[bool]]
    #: Deletes a bite in a way of its own, and tells how many rows that were.
    take: Callable[[ColumnElement[bool]], int] | None = None

    @property
    def key(self) -> Column[object]:
        """Return the primary key, or its first column: a part that has had its time is enough."""
        return self.table.primary_key.columns[0]


def _expired(table: Table, *, since: timedelta = SLACK) -> Broom:
    return Broom(table, lambda: table.c.expires_at <= now() - since)


def _refresh_token_is_over() -> ColumnElement[bool]:
    """Tell that it has expired: it may have been used just before, for one last access token."""
    return REFRESH_TOKENS.c.expires_at <= now() - settings.longest_access_token - SLACK


def _family_is_over() -> ColumnElement[bool]:
    """Tell that the code and every token that came from a family have died."""
    return (
        (FAMILIES.c.code_expires_at <= now() - settings.longest_access_token - SLACK)
        & ~exists().where(REFRESH_TOKENS.c.family_id == FAMILIES.c.id)
        & ~exists().where(ACCESS_TOKENS.c.family_id == FAMILIES.c.id)
        & ~_is_last_of_living_session()
    )


def _is_last_of_living_session() -> ColumnElement[bool]:
    """Tell that nothing younger says that a session still open was used for the client.

    The client is told when the session ends, however long after its tokens have died.
    """
    lives = exists().where(
        SESSIONS.c.id == FAMILIES.c.session_id,
        SESSIONS.c.ended_at.is_(None),
        SESSIONS.c.expires_at > now(),
    )
    younger = FAMILIES.alias("younger")
    is_followed = exists().where(
        younger.c.session_id == FAMILIES.c.session_id,
        younger.c.client_pk == FAMILIES.c.client_pk,
        (younger.c.created_at > FAMILIES.c.created_at)
        | ((younger.c.created_at == FAMILIES.c.created_at) & (younger.c.id > FAMILIES.c.id)),
    )
    return lives & ~is_followed


def _device_is_over() -> ColumnElement[bool]:
    """Tell that nobody can answer a device any more; with a family it goes when that goes.

    Until then its code is known again, and revokes what came from it.
    """
    return DEVICES.c.family_id.is_(None) & (DEVICES.c.expires_at <= now() - SLACK)


def _session_is_over() -> ColumnElement[bool]:
    before = now() - SESSIONS_KEPT
    return (SESSIONS.c.ended_at <= before) | (SESSIONS.c.expires_at <= before)


def _is_unused_client() -> ColumnElement[bool]:
    """Tell that a client has registered itself and nobody has signed in to it for long."""
    before = now() - settings.registration_unused
    used = exists().where(FAMILIES.c.client_pk == CLIENTS.c.id, FAMILIES.c.created_at > before)
    return CLIENTS.c.self_registered & (CLIENTS.c.created_at <= before) & ~used


def _is_old_refusal() -> ColumnElement[bool]:
    """Tell that a sign-in was refused as long ago as its trace: strangers write these rows."""
    before = now() - settings.attempts_kept
    return EVENTS.c.event.in_(REFUSALS) & (EVENTS.c.at <= before)


def _is_kept_no_longer() -> ColumnElement[bool]:
    """Tell that an address is off its account, and that the way back to it has closed."""
    return ADDRESSES.c.removed_at.is_not(None) & (ADDRESSES.c.reserved_until <= now() - SLACK)


def _is_old_pseudonym() -> ColumnElement[bool]:
    """Tell that what is recorded of somebody who is gone has had its time (ux.md 2.14)."""
    return (EVENTS.c.user_id < 0) & (EVENTS.c.at <= now() - OWN_HISTORY)


#: In this order: a family goes when its tokens are gone.
BROOMS = (
    _expired(Interaction.__table__),
    Broom(DEVICES, _device_is_over),
    Broom(REFRESH_TOKENS, _refresh_token_is_over),
    _expired(ACCESS_TOKENS),
    _expired(RevokedToken.__table__),
    Broom(FAMILIES, _family_is_over),
    Broom(SESSIONS, _session_is_over),
    Broom(CLIENTS, _is_unused_client),
    Broom(INITIAL_TOKENS, lambda: INITIAL_TOKENS.c.expires_at <= now() - SESSIONS_KEPT),
    Broom(CONSENTS, lambda: CONSENTS.c.removed_at <= now() - Consent.UNDO - SLACK),
    Broom(CONSENTS, lambda: CONSENTS.c.ends_at <= now() - ENDED_CONSENTS_KEPT),
    _expired(SignedTokens.__table__),
    Broom(FETCHES, lambda: FETCHES.c.fetched_at <= now() - SIGHTINGS_KEPT),
    Broom(CALLERS, lambda: CALLERS.c.seen_at <= now() - SIGHTINGS_KEPT),
    _expired(UsedAssertion.__table__),
    _expired(AddressCapture.__table__, since=CAPTURES_KEPT),
    Broom(DOCUMENTS, lambda: DOCUMENTS.c.tried_at <= now() - DOCUMENTS_KEPT),
    _expired(DataExport.__table__),
    _expired(Throttle.__table__),
    _expired(SignUp.__table__),
    _expired(PasswordReset.__table__),
    _expired(EmailClaim.__table__),
    _expired(EmailRevert.__table__),
    Broom(ADDRESSES, _is_kept_no_longer),
    _expired(Invitation.__table__),
    _expired(UserImport.__table__),
    _expired(HalfSignIn.__table__),
    _expired(MailboxProof.__table__),
    _expired(BrowserAccount.__table__),
    _expired(TrustedBrowser.__table__),
    _expired(UnsentForm.__table__),
    _expired(UpstreamSignIn.__table__),
    _expired(PendingIdentity.__table__),
    _expired(Link.__table__),
    Broom(Attempt.__table__, lambda: Attempt.__table__.c.at <= now() - settings.attempts_kept),
    Broom(EVENTS, _is_old_refusal, audit_chain.sweep),
    Broom(EVENTS, _is_old_pseudonym, audit_chain.sweep),
    Broom(FIGURES, lambda: FIGURES.c.day < (now() - FIGURES_KEPT).date()),
    Broom(NOTICES, lambda: NOTICES.c.created_at <= now() - SESSIONS_KEPT),
    Broom(Mail.__table__, lambda: Mail.__table__.c.created_at <= now() - MAILS_KEPT),
)


def sweep(broom: Broom) -> bool:
    """Delete one bite of a table; tell whether there may be more.

    What somebody has in hand is left for the next time: neither waits for the other, and two who
    hold rows that the other wants cannot come about.
    """
    if broom.take is not None:
        return broom.take(broom.is_over()) >= audit_chain.BITE
    over = select(broom.key).where(broom.is_over()).limit(BITE)
    bite = over.with_for_update(skip_locked=True)
    deleted = rows_changed(delete(broom.table).where(broom.key.in_(bite), broom.is_over()))
    return deleted >= BITE
