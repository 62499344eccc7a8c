"""Device codes: requests of devices that wait for their person; park, find, answer, redeem.

RFC 8628. Two codes lead to a request: the device polls with one of 256 bits, its person types the
other. Neither is kept. Answering and redeeming are one conditional UPDATE each.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import and_, bindparam, delete, select, update

from app.clock import now
from app.database import db, insert_or, rows_changed
from app.errors import Refused
from app.models import Client, DeviceCode, Interaction
from app.security import secrets
from app.services.authorization import codes, families
from app.services.authorization.codes import CodeBinding
from app.services.authorization.families import FAMILIES, SESSIONS, USERS
from app.services.authorization.signed_in import SignedIn
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.settings import settings

DEVICES, INTERACTIONS = DeviceCode.__table__, Interaction.__table__
#: Long enough to find a phone, sign in and read; short enough that few codes can be guessed at.
LIFETIME = timedelta(minutes=10)
#: How long a device waits between two polls, and by how much longer when it did not (§3.5).
INTERVAL = timedelta(seconds=5)
SLOWER_BY = timedelta(seconds=5)
#: Networks do not keep time: who waited just long enough may be so much too early here.
TOLERANCE = timedelta(seconds=1)
#: How often a user code that nobody else has is looked for: two are hardly ever the same.
MOST_CODES_MADE = 5

_WAITS = and_(DEVICES.c.family_id.is_(None), DEVICES.c.denied_at.is_(None))
_OF_DEVICE = DEVICES.c.digest == bindparam("device_digest")
#: One query for a poll: the request, and what was granted, if it was.
_FIND = (
    select(
        *families.COLUMNS,
        DEVICES.c.digest.label("device_digest"),
        DEVICES.c.client_pk.label("device_client_pk"),
        DEVICES.c.reference.label("device_reference"),
        DEVICES.c.expires_at.label("device_expires_at"),
        DEVICES.c.interval,
        DEVICES.c.polled_at,
        DEVICES.c.polls,
        DEVICES.c.denied_at,
        FAMILIES.c.code_redeemed_at,
    )
    .select_from(DEVICES)
    .outerjoin(FAMILIES, FAMILIES.c.id == DEVICES.c.family_id)
    .outerjoin(USERS, USERS.c.id == FAMILIES.c.user_id)
    .outerjoin(SESSIONS, SESSIONS.c.id == FAMILIES.c.session_id)
    .where(_OF_DEVICE)
)
_POLL = update(DEVICES).where(_OF_DEVICE, DEVICES.c.polls == bindparam("seen"))
_POLL_EARLY = (
    update(DEVICES)
    .where(_OF_DEVICE)
    .values(
        polls=DEVICES.c.polls + 1,
        interval=DEVICES.c.interval + int(SLOWER_BY.total_seconds()),
    )
)


class DeviceGone(Refused):
    """It waits no more: too late, or answered already."""

    public = "That code isn't right or has expired. Get a new one on your device."


def park(client: Client, scope: str, *, reference: str, address: str) -> tuple[str, str]:
    """Keep what a device asks for; return its device code and its user code."""
    device_code = secrets.new_token("dc")
    moment = now()
    values = {
        "digest": secrets.digest(device_code),
        "client_pk": client.id,
        "reference": reference,
        "scope": scope,
        "address": address,
        "created_at": moment,
        "expires_at": moment + LIFETIME,
        "interval": int(INTERVAL.total_seconds()),
        "polls": 0,
    }
    for _ in range(MOST_CODES_MADE):
        user_code = secrets.new_short_code()
        new = insert_or(DEVICES).values(**values, user_code_digest=_user_digest(user_code))
        kept = new.on_conflict_do_nothing(index_elements=[DEVICES.c.user_code_digest])
        if db.session.execute(kept.returning(DEVICES.c.digest)).first() is not None:
            return device_code, user_code
    message = "no free user code was found"
    raise RuntimeError(message)


def _user_digest(user_code: str) -> str:
    """Return what is kept of a user code: whoever has the database alone cannot try them all."""
    return secrets.keyed_digest(settings.secret_keys[0], f"device {secrets.plain_code(user_code)}")


def find(device_code: str) -> Any:
    """Return a device's request with what was granted to it; None when the code is unknown.

    It is a granted row whose `family_id` is None as long as nobody has approved the request.
    """
    wanted = {"device_digest": secrets.digest(device_code)}
    return db.session.execute(_FIND, wanted).one_or_none()


def find_typed(user_code: str) -> tuple[DeviceCode, str] | None:
    """Return the request that waits under a user code, and the `client_id` of its client.

    In capitals or not, with dashes and spaces or without.
    """
    wanted = (
        select(DeviceCode, Client.client_id)
        .join(Client, Client.id == DeviceCode.client_pk)
        .where(DeviceCode.user_code_digest == _user_digest(user_code), *_waiting())
    )
    row = db.session.execute(wanted).one_or_none()
    return (row[0], row[1]) if row else None


def forget(device_code: str) -> None:
    """Forget the request of a device, whoever may still wait for it."""
    db.session.execute(delete(DEVICES).where(DEVICES.c.digest == secrets.digest(device_code)))


def waiting_for(device_code: str) -> DeviceCode | None:
    """Return the same as `waiting`, for whoever has the code itself."""
    return waiting(secrets.digest(device_code))


def waiting(digest: str | None) -> DeviceCode | None:
    """Return the request of a device while it waits for an answer, None afterwards."""
    wanted = select(DeviceCode).where(DeviceCode.digest == digest, *_waiting())
    return db.session.scalar(wanted)


def _waiting() -> tuple[Any, ...]:
    return _WAITS, DEVICES.c.expires_at > now()


def poll(found: Any) -> bool:
    """Note that a device has asked; tell whether it had waited long enough.

    Of several at once, in whatever worker, one had: the others come right after it. Whoever is
    too early has to wait longer from then on (RFC 8628 §3.5).
    """
    moment = now()
    wait = timedelta(seconds=found.interval) - TOLERANCE
    is_in_time = found.polled_at is None or moment >= found.polled_at + wait
    asked = {"device_digest": found.device_digest, "polled_at": moment}
    if is_in_time:
        change = {"seen": found.polls, "polls": found.polls + 1, **asked}
        if rows_changed(_POLL, change):
            return True
    db.session.execute(_POLL_EARLY, asked)
    return False


def approve(
    device: DeviceCode, client: Client, person: SignedIn, *, scope: str, address: str
) -> None:
    """Let the device have what its person has allowed, and record that they did.

    Raises:
        DeviceGone: another answer was first, or it is too late; the caller rolls back.
    """
    connect(device, client, person, scope=scope)
    audit.record(
        Event.DEVICE_CONNECTED,
        actor_id=person.user_id,
        user_id=person.user_id,
        client_id=client.client_id,
        address=address,
        reference=device.reference,
        asked_from=device.address,
    )


def connect(device: DeviceCode, client: Client, person: SignedIn, *, scope: str) -> None:
    """Start what the device may have; its code can be redeemed from now on.

    Raises:
        DeviceGone: another answer was first, or it is too late; the caller rolls back.
    """
    binding = CodeBinding(
        scope=scope,
        redirect_uri="",
        nonce=None,
        code_challenge=None,
        reference=device.reference,
        until=device.expires_at,
    )
    family_id, _no_code = codes.issue(client, person, binding, has_code=False)
    _answer(device.digest, family_id=family_id)


def deny(digest: str) -> None:
    """Tell the device that its person does not want to.

    Raises:
        DeviceGone: another answer was first, or it is too late.
    """
    _answer(digest, denied_at=now())


def _answer(digest: str, **values: Any) -> None:
    """Answer once: one UPDATE decides, and the user code leads nowhere afterwards."""
    answered = rows_changed(
        update(DEVICES)
        .where(DEVICES.c.digest == digest, *_waiting())
        .values(user_code_digest=None, **values)
    )
    if not answered:
        raise DeviceGone


def burn(found: Any) -> None:
    """Let a device code be worth nothing: somebody else than its client holds it."""
    if found.family_id is not None:
        codes.redeem(found.family_id)
        return
    db.session.execute(
        update(DEVICES)
        .where(DEVICES.c.digest == found.device_digest, _WAITS)
        .values(user_code_digest=None, denied_at=now())
    )


def answered(handle: str, *, browser: str) -> tuple[Client, bool] | None:
    """Return the client of a request that was answered in this browser, and whether it got access.

    None for anything else that stands under the handle.
    """
    mine = (
        INTERACTIONS.c.digest == secrets.digest(handle),
        INTERACTIONS.c.browser == secrets.digest(browser),
        INTERACTIONS.c.finished_at.is_not(None),
    )
    wanted = (
        select(Client, DEVICES.c.family_id)
        .join_from(DEVICES, INTERACTIONS, INTERACTIONS.c.device_digest == DEVICES.c.digest)
        .join(Client, Client.id == DEVICES.c.client_pk)
        .where(*mine)
    )
    row = db.session.execute(wanted).one_or_none()
    return (row[0], row[1] is not None) if row else None
