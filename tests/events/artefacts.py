"""Artefacts: a probe for each column of the table, which tells whether a thing still works.

A probe asks every worker and they must agree; what can be used once is tried at one worker after
the other. Probes that use something up come last.
"""

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

from tests.events.scene import via


def _everywhere(scene, alive):
    answers = {alive(worker) for worker in scene.workers}
    assert len(answers) == 1, "the workers do not agree"
    return answers.pop()


def _anywhere(scene, alive):
    return any(alive(worker) for worker in scene.workers)


def _at(browser, worker):
    browser.transport = worker
    return browser


def _signed_in(scene, *, which):
    def alive(worker):
        browser = _at(getattr(scene, which), worker).open("/account/")
        assert browser.at in {"/account/", "/login/sign-in"}, browser.at
        return browser.at == "/account/" and not browser.sees(scene.doors.john_email)

    return _everywhere(scene, alive)


def _userinfo(scene, *, which):
    def alive(worker):
        asked = getattr(scene, which)
        answer = via(asked.party, worker).userinfo(asked.tokens["access_token"])
        assert answer.status in {200, 401}, answer.text
        return answer.status == 200

    return _everywhere(scene, alive)


def _introspection(scene, *, which):
    """Ask as a resource server does: the application itself may have been turned off."""

    def alive(worker):
        token = getattr(scene, which).tokens["access_token"]
        return via(scene.api, worker).introspect(token).json["active"]

    return _everywhere(scene, alive)


def _refresh(scene, *, which):
    asked = getattr(scene, which)
    return _gives_tokens(
        scene, asked.party, lambda party: party.refresh(asked.tokens["refresh_token"])
    )


def _code(scene):
    return _gives_tokens(scene, scene.code.party, lambda party: party.redeem(scene.code.code))


def _device(scene):
    return _gives_tokens(scene, scene.device.party, lambda party: party.poll(scene.device.code))


def _gives_tokens(scene, party, ask):
    """Tell whether the token endpoint gives anything for what a party has."""

    def alive(worker):
        answer = ask(via(party, worker))
        assert answer.status in {200, 400, 401}, answer.text
        return answer.status == 200

    return _anywhere(scene, alive)


def _asked_about_device(scene):
    """Press Connect on the page that was open all the time; then the device has its tokens."""
    shown = scene.asked_there.page

    def alive(worker):
        browser = _at(scene.asked_there, worker)
        browser.page = shown
        return browser.press("connect").has("connected")

    is_alive = _anywhere(scene, alive)
    answer = via(scene.device_there.party, scene.workers[0]).poll(scene.device_there.code)
    assert (answer.status == 200) is is_alive, answer.text
    return is_alive


def _waiting(scene):
    """Press Allow on the page that was open all the time."""
    shown = scene.waiting_in.page

    def alive(worker):
        browser = _at(scene.waiting_in, worker)
        browser.page = shown
        browser.allow()
        return "code" in dict(_parameters(browser.left_for))

    return _anywhere(scene, alive)


def _parameters(address):
    return [pair.split("=", 1) for pair in urlsplit(address).query.split("&") if pair]


def _half(scene):
    """Type a recovery code where the first step was passed before."""

    def alive(worker):
        browser = _at(scene.half, worker).open("/login/recovery-code")
        if not browser.has("continue"):
            return False
        return browser.press("continue", code=scene.codes[0]).at == "/account/"

    return _anywhere(scene, alive)


def _trusted(scene):
    """Sign in where the second step need not be passed."""

    def alive(worker):
        browser = _at(scene.trusting, worker).open("/login/sign-in")
        return browser.sign_in(scene.email, scene.password).at == "/account/"

    return _anywhere(scene, alive)


def _link(scene):
    """Look at what the link leads to: that uses nothing up."""

    def alive(worker):
        browser = _at(scene.stranger(), worker).open(f"/login/reset?token={scene.reset_token}")
        assert browser.status in {200, 410}, browser.status
        return browser.status == 200

    return _everywhere(scene, alive)


def _sign_up(scene):
    def alive(worker):
        return _at(scene.sign_up, worker).open("/login/check-email").has("confirm")

    return _everywhere(scene, alive)


def _door(scene, *, name):
    """Try a door in a browser nobody has used, at the worker that has not seen what happened."""
    return getattr(scene.doors, name)(_at(scene.stranger(), scene.workers[-1]))


def _door_of(scene, *, name, which):
    """Try a door in a browser that somebody uses."""
    browser = scene.doors.aside if which == "aside" else getattr(scene, which)
    return getattr(scene.doors, name)(_at(browser, scene.workers[-1]))


#: Those that are judged at once, at every worker: no memory of a process may keep them alive.
AT_ONCE = {
    "here": partial(_signed_in, which="here"),
    "there": partial(_signed_in, which="there"),
    "jwt": partial(_userinfo, which="jwt"),
    "jwt?": partial(_introspection, which="jwt"),
    "opq": partial(_userinfo, which="opaque"),
    "opq?": partial(_introspection, which="opaque"),
    "jwt2": partial(_userinfo, which="elsewhere"),
    "off": partial(_userinfo, which="offline"),
    "link": _link,
    "sign": _sign_up,
    "ask": partial(_door_of, name="is_waiting_to_be_linked", which="here"),
    "back": partial(_door, name="is_way_back_good"),
    "claim": partial(_door, name="is_claim_good"),
    "inv": partial(_door, name="is_invitation_good"),
    "aside": partial(_door_of, name="is_set_aside", which="aside"),
    "file": partial(_door, name="is_file_good"),
    "pk": partial(_door, name="is_passkey_good"),
    "up": partial(_door, name="is_identity_good"),
}
#: Those that only a client can use: a worker may remember it for two seconds.
BY_A_CLIENT = {
    "code": _code,
    "dev": _device,
    "ref": partial(_refresh, which="jwt"),
    "ref2": partial(_refresh, which="elsewhere"),
    "offr": partial(_refresh, which="offline"),
    "wait": _waiting,
    "devw": _asked_about_device,
    "half": _half,
    "trust": _trusted,
}
