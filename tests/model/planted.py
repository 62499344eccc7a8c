"""Planted bugs: each takes one rule out of the product; the model has to notice."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.clock import now
from app.database import db
from app.models import HalfSignIn, Interaction, TrustedBrowser, User
from app.oidc import interaction as steps
from app.security import passwords as hashing
from app.security import secrets
from app.security import totp as codes
from app.services.authorization import interactions, levels, sessions
from app.services.people import half_sign_ins, totp, trusted_browsers
from app.web.login import entering
from tests.model.machine import Changes, Leaving, Time, Tricks, Typing


def _nobody_owes_a_step(patch):
    """The second step is left out: a password opens a session."""
    patch.setattr(entering, "_owed_page", lambda *_: None)


def _trust_is_a_second_step(patch):
    """A trusted browser counts as a code (security.md MF13)."""
    honest = entering.admit

    def admit(user, waiting, *, amr, **others):
        if trusted_browsers.is_trusted(user, entering.guards.browser()):
            amr = ("pwd", "otp", "mfa")
        return honest(user, waiting, amr=amr, **others)

    patch.setattr(entering, "admit", admit)


def _any_browser_goes_on(patch):
    """A request is not bound to the browser that brought it (AZ08)."""

    def find(handle, *, browser):
        row = db.session.get(Interaction, secrets.digest(handle))
        if row is None or row.expires_at <= now() or row.finished_at is not None:
            raise interactions.InteractionGone
        assert browser
        return row

    patch.setattr(interactions, "find", find)


def _half_outlives_a_change(patch):
    """What is owed is owed still after the password was changed: the epoch is not compared."""

    def find(browser):
        wanted = (
            select(HalfSignIn, User)
            .join(User, User.id == HalfSignIn.user_id)
            .where(HalfSignIn.browser == secrets.digest(browser), HalfSignIn.expires_at > now())
        )
        found = db.session.execute(wanted).one_or_none()
        return (found[0], found[1]) if found else None

    patch.setattr(half_sign_ins, "find", find)


def _trust_outlives_a_change(patch):
    """Trust is not bound to the credentials: the epoch is not compared."""

    def is_trusted(user, browser):
        key = {"user_id": user.id, "browser": secrets.digest(browser)}
        return db.session.get(TrustedBrowser, key) is not None

    patch.setattr(trusted_browsers, "is_trusted", is_trusted)


def _code_counts_twice(patch):
    """A code of the app may be used again in its step (MF02)."""

    def spend(user_id, code):
        row = totp.find(user_id)
        seed = secrets.decrypt(
            totp.settings.encryption_keys, row.sealed_seed, context=f"totp {user_id}"
        )
        if codes.matching_step(seed, totp.plain(code), now()) is None:
            raise totp.CodeWrong

    patch.setattr(totp, "spend", spend)


def _without(name):
    """Return what leaves out one check of the authorization endpoint."""

    def plant(patch):
        kept = [check for check in steps.CHECKS if check.is_open.__name__ != name]
        assert len(kept) == len(steps.CHECKS) - 1
        patch.setattr(steps, "CHECKS", tuple(kept))

    return plant


def _step_up_is_a_sign_in(patch):
    """A code alone moves auth_time, which is the password's (OIDC Core §2)."""
    honest = sessions.step_up

    def step_up(person, *, amr):
        token = honest(person, amr=amr)
        row = db.session.get(sessions.Session, person.session_id)
        row.auth_time = now().replace(microsecond=0)
        db.session.flush()
        return token

    patch.setattr(sessions, "step_up", step_up)


def _any_password_will_do(patch):
    """The password is not looked at."""
    patch.setattr(hashing, "verify_password", lambda stored, _typed: stored is not None)


def _sign_out_forgets_the_cookie_alone(patch):
    """The session lives on in the database: a copied cookie works still (LO04)."""
    patch.setattr(sessions, "end", lambda _token, address="": address)


def _old_sessions_live_on(patch):
    """A change of password leaves other sessions alone (PW06)."""

    def kill_all(user, *, by=None, but=None):
        assert by is None or but is None
        assert user

    patch.setattr(sessions, "kill_all", kill_all)


def _open_browsers_are_enough(patch):
    """What is sensitive takes any living session (SE10)."""
    patch.setattr(levels, "RECENT", timedelta(days=365))


#: What to plant, and the rooms of the machine in which it shows.
BUGS = {
    "the second step is left out": (_nobody_owes_a_step, ()),
    "trust is a second step": (_trust_is_a_second_step, (Leaving,)),
    "any browser goes on with a request": (_any_browser_goes_on, (Tricks,)),
    "prompt=login is not obeyed": (_without("_login_demanded"), ()),
    "max_age is not obeyed": (_without("_too_old"), (Time,)),
    "a level is not demanded": (_without("_level_missing"), ()),
    "consent is not asked for": (_without("_consent_open"), ()),
    "an account is not chosen": (_without("_account_open"), ()),
    "sign-out forgets the cookie alone": (_sign_out_forgets_the_cookie_alone, (Leaving, Tricks)),
    "old sessions live on": (_old_sessions_live_on, (Changes,)),
}
#: Those that take longer to be found: `make model` looks for them, too.
DEEPER_BUGS = {
    "a half sign-in outlives a change": (_half_outlives_a_change, (Typing, Changes)),
    "trust outlives a change": (_trust_outlives_a_change, (Leaving, Changes)),
    "a code counts twice": (_code_counts_twice, (Typing,)),
    "a code moves auth_time": (_step_up_is_a_sign_in, (Leaving, Time)),
    "any password will do": (_any_password_will_do, (Typing,)),
    "an open browser is enough": (_open_browsers_are_enough, (Time,)),
}
