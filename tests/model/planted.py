"""Planted bugs: each takes one rule out of the product; the model has to notice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import bindparam, delete, select, true

from app.clock import now
from app.database import db
from app.models import (
    HalfSignIn,
    Interaction,
    PendingIdentity,
    TrustedBrowser,
    UpstreamProvider,
    User,
)
from app.oidc import interaction as steps
from app.security import passwords as hashing
from app.security import secrets
from app.security import totp as codes
from app.services.authorization import interactions, levels, sessions
from app.services.people import (
    accounts,
    address_changes,
    address_claims,
    browser_accounts,
    half_sign_ins,
    mailbox_proofs,
    passkeys,
    pending_identities,
    totp,
    trusted_browsers,
    upstream_identities,
    ways_in,
)
from app.web.login import entering


def nobody_owes_a_step(patch):
    """The second step is left out: a password opens a session."""
    patch.setattr(entering, "_owed_page", lambda *_: None)


def trust_is_a_second_step(patch):
    """A trusted browser counts as a code (security.md MF13)."""
    honest = entering.admit

    def admit(user, waiting, *, amr, **others):
        if trusted_browsers.is_trusted(user, entering.guards.browser()):
            amr = ("pwd", "otp", "mfa")
        return honest(user, waiting, amr=amr, **others)

    patch.setattr(entering, "admit", admit)


def any_browser_goes_on(patch):
    """A request is not bound to the browser that brought it (AZ08)."""

    def find(handle, *, browser):
        row = db.session.get(Interaction, secrets.digest(handle))
        if row is None or row.expires_at <= now() or row.finished_at is not None:
            raise interactions.InteractionGone
        assert browser
        return row

    patch.setattr(interactions, "find", find)


def half_outlives_a_change(patch):
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


def trust_outlives_a_change(patch):
    """Trust is not bound to the credentials: the epoch is not compared."""

    def is_trusted(user, browser):
        key = {"user_id": user.id, "browser": secrets.digest(browser)}
        return db.session.get(TrustedBrowser, key) is not None

    patch.setattr(trusted_browsers, "is_trusted", is_trusted)


def code_counts_twice(patch):
    """A code of the app may be used again in its step (MF02)."""

    def spend(user_id, code):
        row = totp.find(user_id)
        seed = secrets.decrypt(
            totp.settings.encryption_keys, row.sealed_seed, context=f"totp {user_id}"
        )
        if codes.matching_step(seed, totp.plain(code), now()) is None:
            raise totp.CodeWrong

    patch.setattr(totp, "spend", spend)


def without(name):
    """Return what leaves out one check of the authorization endpoint."""

    def plant(patch):
        kept = [check for check in steps.CHECKS if check.is_open.__name__ != name]
        assert len(kept) == len(steps.CHECKS) - 1
        patch.setattr(steps, "CHECKS", tuple(kept))

    return plant


def step_up_is_a_sign_in(patch):
    """A code alone moves auth_time, which is the password's (OIDC Core §2)."""
    honest = sessions.step_up

    def step_up(person, *, amr):
        token = honest(person, amr=amr)
        row = db.session.get(sessions.Session, person.session_id)
        row.auth_time = now().replace(microsecond=0)
        db.session.flush()
        return token

    patch.setattr(sessions, "step_up", step_up)


def a_password_adds_factors(patch):
    """Whoever has learnt the password sets up the second step of the account (MF06)."""
    patch.setattr(mailbox_proofs, "is_owed", lambda _user, *, browser, amr: not (browser and amr))


def any_password_will_do(patch):
    """The password is not looked at."""
    patch.setattr(hashing, "verify_password", lambda stored, _typed: stored is not None)


def sign_out_forgets_the_cookie_alone(patch):
    """The session lives on in the database: a copied cookie works still (LO04)."""
    patch.setattr(sessions, "end", lambda _token, address="": address)


def old_sessions_live_on(patch):
    """A change of password leaves other sessions alone (PW06)."""

    def kill_all(user, *, by=None, but=None):
        assert by is None or but is None
        assert user

    patch.setattr(sessions, "kill_all", kill_all)


def open_browsers_are_enough(patch):
    """What is sensitive takes any living session (SE10)."""
    patch.setattr(levels, "RECENT", timedelta(days=365))


def address_is_somebody(patch):
    """An identity is found by the address that is told with it (nOAuth, RV08)."""

    def owner(_provider_id, told):
        found = accounts.find_confirmed(told.email or "")
        return found[0] if found else None

    patch.setattr(upstream_identities, "owner", owner)


def any_browser_links(patch):
    """What was proved in one browser is linked in another."""

    def find(_browser):
        wanted = select(PendingIdentity, UpstreamProvider).join(UpstreamProvider)
        found = db.session.execute(wanted.limit(1)).one_or_none()
        return (found[0], found[1]) if found else None

    def spend(which, *, browser):
        assert browser
        db.session.execute(delete(PendingIdentity).where(PendingIdentity.id == which))

    patch.setattr(pending_identities, "find", find)
    patch.setattr(pending_identities, "spend", spend)


def aside_keeps_its_cookie(patch):
    """A session that makes room for another keeps its cookie (LG03)."""
    patch.setattr(browser_accounts, "set_aside", lambda _session_id: None)


def passkey_goes_alone(patch):
    """What a removed passkey has opened stays open (A 7.4.3)."""

    def remove_passkey(user, passkey_id, *, session_id, address=""):
        assert session_id
        passkeys.remove(user, passkeys.get(user.id, passkey_id), address=address)

    patch.setattr(ways_in, "remove_passkey", remove_passkey)


def leaving_changes_nothing(patch):
    """An account that is to be deleted signs in as ever (RV13)."""
    table, users = sessions.SESSIONS, sessions.USERS
    careless = (
        select(*sessions.COLUMNS)
        .join_from(table, users, users.c.id == table.c.user_id)
        .where(
            table.c.digest == bindparam("digest"),
            table.c.ended_at.is_(None),
            table.c.epoch == users.c.epoch,
            users.c.disabled_at.is_(None),
        )
    )
    patch.setattr(sessions, "_FIND", careless)


def any_code_confirms(patch):
    """Any code puts an address on an account (RV07)."""
    honest = address_claims._confirm  # noqa: SLF001 (what is planted sits inside)

    def confirm(user, claim, _code, *, address=""):
        honest(user, claim, true(), address=address)

    patch.setattr(address_claims, "confirm_by_code", confirm)


def way_back_ends_nothing(patch):
    """The mailed way back leaves sessions as they are (RV07)."""
    honest = address_changes.use

    def use(revert, *, address=""):
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(sessions, "kill_all", lambda _user: None)
            return honest(revert, address=address)

    patch.setattr(address_changes, "use", use)
