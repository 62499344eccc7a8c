"""Acts: what happens, done on the pages by whoever does it."""

from __future__ import annotations

from sqlalchemy import delete

from app.database import db
from app.models import User
from tests.events.acts_at_doors import ACTS_AT_DOORS
from tests.events.scene import via
from tests.phone import recovery_codes, scan
from tests.secrets_seen import remember

NEW = "four green boats sail home"


def _change_password(scene):
    typed = {"current_password": scene.password, "password": remember(NEW)}
    browser = scene.here.open("/account/security").press("change-password", **typed)
    assert browser.sees("Your password is changed.")
    scene.password = NEW


def _reset_password(scene):
    browser = scene.stranger().open(f"/login/reset?token={scene.reset_token}")
    assert browser.press("save", password=remember(NEW)).at == "/login/sign-in"
    scene.password = NEW


def _turn_second_step_on(scene):
    browser = scene.here.open("/account/second-step")
    scene.codes = recovery_codes(browser.press("turn-on", code=remember(scan(browser).code)))
    assert scene.codes


def _turn_second_step_off(scene):
    browser = scene.here.open("/account/second-step/off").press("turn-off")
    assert browser.sees("The second step is off.")


def _reset_second_step(scene):
    page = f"/admin/users/{scene.jane_id}/second-step"
    browser = scene.browser_of(scene.root).open(page).press("reset", reason="knows the answer")
    assert browser.sees("The second step is reset.")


def _renew_recovery_codes(scene):
    scene.codes = recovery_codes(scene.here.open("/account/recovery-codes").press("make"))
    assert scene.codes


def _administer(scene, button, words):
    browser = scene.browser_of(scene.root).open(f"/admin/users/{scene.jane_id}")
    assert browser.press(button).sees(words)


def _turn_user_off(scene):
    _administer(scene, "turn-off", "The account is off")


def _sign_out_everywhere(scene):
    _administer(scene, "sign-out-everywhere", "Signed out everywhere.")


def _delete_user(scene):
    db.session.execute(delete(User).where(User.id == scene.jane_id))
    db.session.commit()


def _sign_out(scene):
    scene.here.open("/login/sign-out").sign_out()


def _sign_out_by_the_app(scene):
    hint = scene.jwt.tokens["id_token"]
    browser = scene.here.open(f"/end_session?id_token_hint={hint}")
    if browser.has("sign-out"):
        browser.press("sign-out")


def _sign_out_elsewhere(scene):
    browser = scene.here.open("/account/security").press("sign-out-others")
    assert browser.sees("You are signed out on every other device.")


def _end_one_session(scene):
    browser = scene.here.open("/account/security").press(f"end-{scene.session_of(scene.there)}")
    assert browser.sees("You are signed out there.")


def _withdraw(scene):
    page = scene.here.open("/account/apps").shown
    (item,) = (item for item in page.root.find_all("li") if "Photo Box" in item.text)
    (button,) = (each for each in item.find_all("button") if each.get("id").startswith("remove-"))
    assert scene.here.press(button.get("id")).sees("The access is removed.")


def _client_page(scene):
    return f"/admin/applications/{scene.apps['Photo Box'].client_id}"


def _turn_application_off(scene):
    scene.browser_of(scene.root).open(_client_page(scene)).press("turn-off")
    scene.is_settled = _refuses_the_application(scene)


def _delete_application(scene):
    browser = scene.browser_of(scene.root).open(f"{_client_page(scene)}/delete")
    browser.press("delete", name="Photo Box")
    scene.is_settled = _refuses_the_application(scene)


def _refuses_the_application(scene):
    return lambda worker: via(scene.jwt.party, worker).introspect("nothing").status == 401


def _remove_redirect_uri(scene):
    browser = scene.browser_of(scene.root).open(_client_page(scene))
    assert browser.press("save-addresses", redirect_uris="https://rp.example/new").status == 200

    def refuses(worker):
        stranger = scene.stranger()
        stranger.transport = worker
        via(scene.jwt.party, worker).authorize(stranger)
        return stranger.status == 400

    scene.is_settled = refuses


ACTS = {
    "password changed": _change_password,
    "password reset": _reset_password,
    "second step on": _turn_second_step_on,
    "second step off": _turn_second_step_off,
    "second step reset": _reset_second_step,
    "recovery codes renewed": _renew_recovery_codes,
    "user turned off": _turn_user_off,
    "user deleted": _delete_user,
    "signed out": _sign_out,
    "signed out by the app": _sign_out_by_the_app,
    "signed out elsewhere": _sign_out_elsewhere,
    "one session ended": _end_one_session,
    "signed out everywhere": _sign_out_everywhere,
    "consent withdrawn": _withdraw,
    "application turned off": _turn_application_off,
    "application deleted": _delete_application,
    "redirect URI removed": _remove_redirect_uri,
    **ACTS_AT_DOORS,
}
#: Events before which there is no second step, and so nothing that hangs on it.
WITHOUT_PHONE = {"second step on"}
