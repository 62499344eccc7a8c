"""Acts at doors: ways in are made and taken away, people take turns, an account ends."""

from __future__ import annotations

from sqlalchemy import select, update

from app.clock import now
from app.database import db
from app.jobs import deletions as job
from app.models import Passkey, UpstreamIdentity, User
from tests import address_pages, factories, passkey_pages
from tests.authenticator import Authenticator
from tests.events.doors import CHOOSER, HOME, KNOWN, UNKNOWN, WORK
from tests.phone import recovery_codes
from tests.secrets_seen import remember

NEW = "three red kites over water"


def _add_passkey(scene):
    device = Authenticator(rp_id="localhost", origin=scene.live.url)
    passkey_pages.create(scene.here.open("/account/passkeys"), device)
    assert scene.here.sees("The passkey is ready.")


def _remove_passkey(scene):
    number = db.session.scalars(select(Passkey.id)).one()
    scene.here.open(f"/account/passkeys/{number}").press("remove")
    assert scene.here.sees("The passkey is removed.")


def _add_email(scene):
    browser = scene.here.open(f"/account/emails/link?token={scene.doors.claim}").press("confirm")
    assert browser.sees("The address is confirmed.")


def _change_email(scene):
    address_pages.promote(scene.here, WORK)
    assert address_pages.rows(scene.here)[0].find_all("bdi")[0].text == WORK


def _remove_email(scene):
    assert not address_pages.press_beside(scene.here, WORK, "remove").sees(WORK)


def _revert_email(scene):
    """The thief changes the address; its owner goes back with the link that was mailed."""
    token = scene.doors.promote(WORK)
    browser = scene.stranger().open(f"/login/revert-email?token={token}").press("put-back")
    assert browser.at == "/login/reset"
    assert scene.jane_now().email == HOME


def _link_identity(scene):
    doors = scene.doors
    doors.upstream.person = {**doors.upstream.person, "sub": UNKNOWN}
    doors.begin(scene.here, f"/account/upstreams/{doors.slug}/link")
    scene.here.open(doors.upstream.authorize(scene.here.left_for)).press("link")
    assert scene.here.at == "/account/upstreams"
    assert len(db.session.scalars(select(UpstreamIdentity.id)).all()) == 2
    doors.upstream.person = {**doors.upstream.person, "sub": KNOWN}


def _remove_identity(scene):
    number = db.session.scalars(select(UpstreamIdentity.id)).one()
    scene.here.open("/account/upstreams").press(f"remove-{number}")
    assert db.session.scalars(select(UpstreamIdentity.id)).all() == []


def _turn_provider_off(scene):
    page = f"/admin/upstreams/{scene.doors.slug}"
    assert scene.browser_of(scene.root).open(page).press("turn-off").has("turn-on")


def _delete_provider(scene):
    page = f"/admin/upstreams/{scene.doors.slug}"
    scene.browser_of(scene.root).open(page).press("delete")
    assert db.session.scalars(select(UpstreamIdentity.id)).all() == []


def _another_signs_in(scene):
    browser = scene.here.open(CHOOSER).press("another")
    assert browser.sign_in(scene.doors.john_email, factories.PASSWORD).at == "/account/"


def _the_other_signs_out(scene):
    assert scene.doors.aside.sign_out().at == "/login/signed-out"


def _all_sign_out(scene):
    scene.doors.aside.open("/login/sign-out").press("sign-out-all")
    assert scene.doors.aside.at == "/login/signed-out"


def _take_off_browser(scene):
    browser = scene.doors.aside.open(f"{CHOOSER}?remove=yes")
    buttons = browser.shown.root.find_all("button")
    (jane,) = (one for one in buttons if one.get("name") == "remove" and HOME in one.text)
    browser.press(jane.get("id"))


def _at_invitations(scene, act):
    browser = scene.browser_of(scene.root).open("/admin/invitations")
    buttons = browser.shown.root.find_all("button")
    (button,) = (one for one in buttons if (one.get("id") or "").startswith(act))
    browser.press(button.get("id"))


def _revoke_invitation(scene):
    _at_invitations(scene, "revoke-")


def _send_invitation_again(scene):
    _at_invitations(scene, "resend-")


def _accept_invitation(scene):
    browser = scene.stranger().open(f"/login/invitation?token={scene.doors.invitation}")
    assert browser.press("register", password=remember(NEW)).at == "/account/"


def _ask_for_deletion(scene):
    browser = scene.here.open("/account/delete").press("delete", email=HOME)
    assert browser.at == "/account/deleted"


def _cancel_deletion(scene):
    _ask_for_deletion(scene)
    browser = scene.stranger().sign_in(scene.email, scene.password)
    browser.open("/login/recovery-code").press("continue", code=scene.codes.pop())
    assert browser.at == "/login/keep-account"
    assert browser.press("keep").at == "/account/"


def _delete_when_due(scene):
    _ask_for_deletion(scene)
    due = update(User).where(User.id == scene.jane_id).values(deletion_due_at=now())
    db.session.execute(due)
    db.session.commit()
    job.erase()
    assert scene.jane_now() is None


def _walk_to_its_end(scene):
    """Press everything that the walk offers, in its order (ux.md 2.14)."""
    here, walk = scene.here, "/account/not-me"
    here.open(walk).press("do-sessions")
    here.open(here.element("do-password").get("href"))
    here.press("change-password", current_password=scene.password, password=remember(NEW))
    assert here.at == walk
    scene.password = NEW
    here.open(here.element("do-second-step").get("href"))
    scene.codes = recovery_codes(here.press("make"))
    here.open(here.open(walk).element("do-passkeys").get("href"))
    _remove_passkey(scene)
    here.open(here.open(walk).element("do-upstreams").get("href"))
    _remove_identity(scene)
    for step in ("do-apps", "do-email"):
        here.open(here.open(walk).element(step).get("href"))
        while gone := [one for one in here.shown.root.find_all("button") if _removes(one)]:
            here.press(gone[0].get("id"))


def _removes(button):
    return button.get("id").startswith("remove-")


ACTS_AT_DOORS = {
    "passkey added": _add_passkey,
    "passkey removed": _remove_passkey,
    "email added": _add_email,
    "email changed": _change_email,
    "email removed": _remove_email,
    "email reverted": _revert_email,
    "identity linked": _link_identity,
    "identity removed": _remove_identity,
    "provider turned off": _turn_provider_off,
    "provider deleted": _delete_provider,
    "another signs in here": _another_signs_in,
    "the other signs out there": _the_other_signs_out,
    "all sign out there": _all_sign_out,
    "taken off a browser": _take_off_browser,
    "invitation revoked": _revoke_invitation,
    "invitation sent again": _send_invitation_again,
    "invitation accepted": _accept_invitation,
    "deletion asked": _ask_for_deletion,
    "deletion cancelled": _cancel_deletion,
    "deletion due": _delete_when_due,
    "it was somebody else": _walk_to_its_end,
}
