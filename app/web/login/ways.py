"""The ways to pass the second step that somebody has, the best one first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString, lazy_gettext

from app.models import Totp
from app.services.people import passkeys, totp
from app.web.login import half_way
from app.web.login.half_way import HalfWay
from app.web.login.waiting import Waiting


@dataclass(frozen=True, slots=True)
class Way:
    """One way: its page, what the link to it says, and whether it runs in the browser."""

    page: str
    label: LazyString
    needs_passkeys: bool = False


PASSKEY = Way("login.passkey_step", lazy_gettext("Use a passkey"), needs_passkeys=True)
APP = Way("login.second_step", lazy_gettext("Use your authenticator app"))
RECOVERY = Way("login.recovery_code", lazy_gettext("Use a recovery code"))


def of(who: HalfWay) -> tuple[Way, ...]:
    """Return the ways of somebody, the one last used before the others; empty when there is none.

    An application that asks for what withstands phishing is not served by codes.
    """
    mine = passkeys.of_user(who.user.id) if passkeys.site() else ()
    if who.passkey_only:
        return (PASSKEY,) if mine else ()
    app = app_of(who)
    found = [PASSKEY] if mine else []
    if app is not None and not half_way.is_locked(who, app):
        found.append(APP)
        if _latest([one.used_at for one in mine]) < _latest([app.used_at]):
            found.reverse()
    return (*found, RECOVERY) if who.user.has_second_step else tuple(found)


def app_of(who: HalfWay) -> Totp | None:
    """Return the authenticator app of somebody, None when there is none."""
    return totp.find(who.user.id) if who.user.has_second_step else None


def is_app_locked(who: HalfWay) -> bool:
    """Tell whether they have an app whose codes do not count here any more."""
    return half_way.is_locked(who, app_of(who))


def _latest(moments: list[datetime | None]) -> float:
    return max((moment.timestamp() for moment in moments if moment is not None), default=0)


def entrance(who: HalfWay) -> str:
    """Return the page that somebody begins with: where nothing is set up, to set something up."""
    mine = of(who)
    return mine[0].page if mine else "login.enrol"


def others(this: Way, who: HalfWay, waiting: Waiting | None) -> list[dict[str, object]]:
    """Return the links to the other ways, as pages show them."""
    return [
        {
            "id": f"use-{way.page.partition('.')[2].replace('_', '-')}",
            "url": half_way.address(way.page, waiting, chosen="yes"),
            "label": way.label,
            "needs_passkeys": way.needs_passkeys,
        }
        for way in of(who)
        if way is not this
    ]
