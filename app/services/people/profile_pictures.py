"""Pictures that people upload: drawn anew, kept here, served from an address nobody guesses.

The address is the `picture` claim; who is told it may show the picture, as with any other address.
"""

from __future__ import annotations

from sqlalchemy import delete, select

from app.clock import now
from app.database import db, insert_or_update
from app.models import ProfilePicture, User
from app.security import secrets
from app.services.upkeep import audit
from app.services.upkeep.audit import Event
from app.settings import settings

PICTURES = ProfilePicture.__table__


def store(user: User, drawn: bytes) -> None:
    """Keep a picture (`security.pictures.portrait`) in place of the one before."""
    values = {"handle": secrets.new_id(), "content": drawn, "created_at": now()}
    db.session.execute(insert_or_update(PICTURES, {"user_id": user.id}, values))
    user.picture = f"{_addresses()}{values['handle']}"
    _changed(user)


def remove(user: User) -> None:
    """Forget the picture, and its address where it is still the claim."""
    db.session.execute(delete(PICTURES).where(PICTURES.c.user_id == user.id))
    if handle_in(user.picture):
        user.picture = None
    _changed(user)


def forget_replaced(user: User) -> None:
    """Forget the picture when its owner has put another address into the profile."""
    handle = handle_in(user.picture)
    others = delete(PICTURES).where(PICTURES.c.user_id == user.id)
    db.session.execute(others.where(PICTURES.c.handle != handle) if handle else others)


def find(handle: str) -> bytes | None:
    """Return a picture, None when there is none, or its owner has been turned off."""
    wanted = (
        select(ProfilePicture.content)
        .join(User, User.id == ProfilePicture.user_id)
        .where(ProfilePicture.handle == handle, User.disabled_at.is_(None))
    )
    return db.session.scalar(wanted)


def handle_in(address: str | None) -> str:
    """Return the handle in an address of ours, empty for every other address."""
    prefix = _addresses()
    return address.removeprefix(prefix) if address and address.startswith(prefix) else ""


def _addresses() -> str:
    return f"{settings.issuer}/picture/"


def _changed(user: User) -> None:
    user.updated_at = now()
    db.session.flush()
    audit.record(Event.PROFILE_CHANGED, actor_id=user.id, user_id=user.id, members=["picture"])
