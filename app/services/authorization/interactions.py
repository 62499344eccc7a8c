"""Interactions: authorization requests that wait for their person; park, find, answer, finish.

Each is bound to the browser that brought it and used up once: a request started by one person
cannot be finished by another (consent fixation), nor twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm.attributes import set_committed_value

from app.clock import now
from app.database import db, rows_changed
from app.errors import NotFound, Refused
from app.models import Client, DeviceCode, Interaction
from app.security import secrets
from app.services.clients import scopes
from app.settings import settings
from app.writes import Write

INTERACTIONS = Interaction.__table__
#: Built once: building them takes longer than running them.
_PARK = Write(insert(INTERACTIONS))
_FIND = select(Interaction).where(INTERACTIONS.c.digest == bindparam("of_digest"))
_FACTS = update(INTERACTIONS).where(INTERACTIONS.c.digest == bindparam("of_digest"))


class InteractionGone(NotFound):
    """It has timed out, or never was."""

    public = "This sign-in has timed out."


class AnotherBrowser(Refused):
    """It belongs to another browser."""

    public = "This sign-in was started in another browser."


class AlreadyFinished(Refused):
    """Its answer has been sent."""

    public = "This sign-in is done already."


def park(
    parameters: Mapping[str, str],
    *,
    client_pk: int,
    reference: str,
    browser: str | None,
    session_id: int | None = None,
    device: DeviceCode | None = None,
) -> str:
    """Keep a validated request for its person; return the handle, which is kept nowhere else.

    `browser` is the value of the browser cookie; None leaves it to the first browser that comes.
    `session_id` is the session of who is shown its page. `device` is what waits for the answer, for
    as long as the device does.
    """
    handle, moment = secrets.new_token("in"), now()
    values = {
        "digest": secrets.digest(handle),
        "browser": secrets.digest(browser) if browser else None,
        "client_pk": client_pk,
        "parameters": dict(parameters),
        "reference": reference,
        "session_id": session_id,
        "account_chosen": False,
        "device_digest": device.digest if device else None,
        "created_at": moment,
        "expires_at": device.expires_at if device else moment + settings.interaction_lifetime,
    }
    _PARK.run(values)
    return handle


def find(handle: str, *, browser: str) -> Interaction:
    """Return the request that waits under this handle, in this browser.

    Raises:
        InteractionGone: unknown or timed out.
        AnotherBrowser: it was brought by another browser.
        AlreadyFinished: its answer has been sent.
    """
    interaction = db.session.scalars(_FIND, {"of_digest": secrets.digest(handle)}).one_or_none()
    if interaction is None or interaction.expires_at <= now():
        raise InteractionGone
    presented = secrets.digest(browser)
    if interaction.browser is None:
        interaction = _bind(interaction, presented)
    if not secrets.same(interaction.browser or "", presented):
        raise AnotherBrowser
    if interaction.finished_at is not None:
        raise AlreadyFinished
    return interaction


def asked_by(handle: str, *, browser: str) -> Client | None:
    """Return the application behind a handle, whatever has become of the request.

    None in any other browser than the one that brought it, and once it is forgotten.
    """
    mine = (INTERACTIONS.c.digest == secrets.digest(handle)) & (
        INTERACTIONS.c.browser == secrets.digest(browser)
    )
    wanted = select(Client).join(INTERACTIONS, INTERACTIONS.c.client_pk == Client.id)
    return db.session.scalar(wanted.where(mine))


def _bind(interaction: Interaction, presented: str) -> Interaction:
    """Give a request that came by POST to the first browser that follows it; one wins."""
    db.session.execute(
        update(INTERACTIONS)
        .where(INTERACTIONS.c.digest == interaction.digest, INTERACTIONS.c.browser.is_(None))
        .values(browser=presented)
    )
    db.session.refresh(interaction)
    return interaction


def _note(interaction: Interaction, **facts: Any) -> None:
    """Write down facts, at once and past the session, whose way there is five times as long."""
    db.session.execute(_FACTS, {**facts, "of_digest": interaction.digest})
    for name, fact in facts.items():
        set_committed_value(interaction, name, fact)


def _answer(interaction: Interaction, session_id: int, **answers: Any) -> None:
    """Note answers given in a session; those that were given in another one do not count."""
    if interaction.session_id != session_id:
        nothing = {"signed_in_at": None, "account_chosen": False, "allowed_scope": None}
        answers = {"session_id": session_id, **nothing, **answers}
    _note(interaction, **answers)


def show(interaction: Interaction, session_id: int) -> None:
    """Note who is shown a page of it; it stays theirs until somebody signs in or chooses for it."""
    if interaction.session_id is None:
        interaction.session_id = session_id


def sign_in(interaction: Interaction, session_id: int) -> None:
    """Note that a person has just proved who they are for this request."""
    _answer(interaction, session_id, signed_in_at=now(), account_chosen=True)


def choose(interaction: Interaction, session_id: int) -> None:
    """Note that the person goes on with the account they are signed in with."""
    _answer(interaction, session_id, account_chosen=True)


def allow(interaction: Interaction, session_id: int, allowed: Iterable[str]) -> None:
    """Note which scopes the person allowed, and in which session they said so."""
    _answer(interaction, session_id, allowed_scope=scopes.join(allowed))


def deny(interaction: Interaction) -> None:
    """Note that the person cancelled."""
    _note(interaction, denied_at=now())


def finish(interaction: Interaction) -> None:
    """Use the request up, before its answer is built.

    Raises:
        AlreadyFinished: another request of the same browser was first.
    """
    finished = rows_changed(
        update(INTERACTIONS)
        .where(INTERACTIONS.c.digest == interaction.digest, INTERACTIONS.c.finished_at.is_(None))
        .values(finished_at=now())
    )
    if not finished:
        raise AlreadyFinished
