"""How long somebody may still go without using what is open to them (ux.md 2.13)."""

from __future__ import annotations

from datetime import timedelta

from app.clock import now
from app.services.authorization import admin_visits, lifetimes
from app.services.authorization.sessions import SEEN_STEP
from app.services.authorization.signed_in import SignedIn
from app.settings import settings


def left(person: SignedIn) -> timedelta:
    """Return how long their session lasts unless they use it; this request is a use of it."""
    moment = now()
    is_noted = person.seen_at + SEEN_STEP <= moment  # by this request
    used_at = moment if is_noted else person.seen_at
    return used_at + lifetimes.idle(person.acr, is_kept=person.is_kept) - moment


def left_in_administration(person: SignedIn) -> timedelta:
    """Return how long until the administration asks again unless it is used, as it is now."""
    moment, last = now(), admin_visits.last(person)
    used_at = moment if last + admin_visits.STEP <= moment else last
    return min(left(person), used_at + settings.admin_idle - moment)
