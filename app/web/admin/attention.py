"""What an administrator should look at, in words, each with the place where it is mended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.clock import now
from app.services.authorization import keys, logouts
from app.services.clients import overview
from app.services.people import users
from app.services.upkeep import figures, mail
from app.settings import settings

SECRET_ENDS = timedelta(days=14)
LATELY = timedelta(days=7)
#: So many refused sign-ins in an hour are somebody who guesses, or an application gone wrong.
BURST = 50
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: Of several applications so many are named, the others counted.
NAMED = 3
ORDER = {"danger": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to look at; `kind` is danger, warning or info."""

    kind: str
    sentence: str
    label: str
    #: The endpoint and the address where it is mended: not everybody who reads may go there.
    place: tuple[str, str]

    @property
    def endpoint(self) -> str:
        """Return what says who may go there."""
        return self.place[0]

    @property
    def url(self) -> str:
        """Return where it is mended."""
        return self.place[1]


def _to(endpoint: str, **values: Any) -> tuple[str, str]:
    return endpoint, url_for(endpoint, **values)


def points() -> list[Point]:
    """Return what needs attention, the worst first."""
    found = [point for look in LOOKS for point in look()]
    return sorted(found, key=lambda point: ORDER[point.kind])


def _jobs() -> Iterator[Point]:
    if figures.are_late():
        words = _("The jobs don't run: no mail goes out, and figures stand still.")
        yield Point("danger", words, _("Look at the mail"), _to("admin.mails"))


def _bursts() -> Iterator[Point]:
    times = figures.count_since("refused", HOUR)
    if times >= BURST:
        shown = f"{figures.COUNTED_UP_TO}+" if times >= figures.COUNTED_UP_TO else str(times)
        words = _("%(times)s sign-ins were refused in the last hour.", times=shown)
        today = str(now().date())
        place = _to("admin.audit", event="refused", since=today)
        yield Point("danger", words, _("Show them"), place)
    twice = figures.count_since("replays", DAY)
    if twice:
        words = ngettext(
            "%(num)d code, token or passkey was used twice today: it may have been stolen.",
            "%(num)d codes, tokens or passkeys were used twice today: they may have been stolen.",
            twice,
        )
        yield Point("danger", words, _("Show them"), _to("admin.audit", event="replays"))


def _secrets() -> Iterator[Point]:
    for row in overview.secrets_that_end(SECRET_ENDS):
        place = _to("admin.client", client_id=row.client_id, _anchor="keys")
        if row.ends_at <= now():
            words = _("The secret of %(app)s has expired: nobody can sign in there.", app=row.name)
            yield Point("danger", words, _("Add a secret"), place)
            continue
        days = max(1, (row.ends_at - now()).days)
        words = ngettext(
            "The secret of %(app)s expires in %(num)d day.",
            "The secret of %(app)s expires in %(num)d days.",
            days,
            app=row.name,
        )
        yield Point("warning", words, _("Add a secret"), place)


def _keys() -> Iterator[Point]:
    late = keys.late()
    if late:
        words = _("These keys should have been rotated by now: %(algs)s.", algs=", ".join(late))
        yield Point("warning", words, _("Go to the keys"), _to("admin.keys"))


def _mails() -> Iterator[Point]:
    given_up, waiting = mail.troubles()
    if given_up:
        words = ngettext(
            "%(num)d mail could not be sent.", "%(num)d mails could not be sent.", given_up
        )
        place = _to("admin.mails", state="given_up")
        yield Point("danger", words, _("Look at the mail"), place)
    if waiting:
        words = ngettext(
            "%(num)d mail waits after a try that did not work.",
            "%(num)d mails wait after a try that did not work.",
            waiting,
        )
        place = _to("admin.mails", state="waiting")
        yield Point("warning", words, _("Look at the mail"), place)


def _logouts() -> Iterator[Point]:
    ids = logouts.given_up(LATELY)
    names = overview.names(ids)
    for client_id in ids:
        words = _("%(app)s could not be told that people signed out.", app=names[client_id])
        place = _to("admin.client", client_id=client_id, _anchor="logout")
        yield Point("warning", words, _("Send a test"), place)


def _refusals() -> Iterator[Point]:
    shares = overview.mostly_refused()
    names = overview.names([client_id for client_id, _share in shares])
    for client_id, share in shares:
        if client_id in names:
            words = _(
                "%(share)s%% of the latest visits from %(app)s were refused.",
                share=share,
                app=names[client_id],
            )
            place = _to("admin.attempts", client=client_id, outcome="refused")
            yield Point("warning", words, _("Why?"), place)


def _administrators() -> Iterator[Point]:
    for user in users.without_second_step():
        words = _("%(name)s is an administrator without a second step.", name=user.shown_name)
        place = _to("admin.user", user_id=user.id)
        yield Point("warning", words, _("Go to the account"), place)
    if users.is_only_one_administrator():
        words = _("There is only one administrator: nobody can help when the account is lost.")
        yield Point("info", words, _("Invite another one"), _to("admin.invite"))


def _applications() -> Iterator[Point]:
    days = settings.attempts_kept.days
    if idle := overview.unused():
        words = ngettext(
            "Nobody has signed in to %(apps)s for %(num)d day.",
            "Nobody has signed in to %(apps)s for %(num)d days.",
            days,
            apps=_listed(idle),
        )
        yield Point("info", words, _("Does anybody need it?"), _place(idle))
    if off := overview.turned_off():
        words = _("Turned off: %(apps)s.", apps=_listed(off))
        yield Point("info", words, _("Turn on or delete"), _place(off))


def _listed(rows: Sequence[Any]) -> str:
    names = ", ".join(row.name for row in rows[:NAMED])
    more = len(rows) - NAMED
    return _("%(names)s and %(more)s more", names=names, more=more) if more > 0 else names


def _place(rows: Sequence[Any]) -> tuple[str, str]:
    if len(rows) == 1:
        return _to("admin.client", client_id=rows[0].client_id)
    return _to("admin.clients")


LOOKS: tuple[Callable[[], Iterable[Point]], ...] = (
    _jobs,
    _bursts,
    _secrets,
    _keys,
    _mails,
    _logouts,
    _refusals,
    _administrators,
    _applications,
)
