"""States of the pages on the way to an app."""

from __future__ import annotations

from typing import Any

from app.web.login.check_email import CodeForm
from app.web.login.forgot import ForgotForm
from app.web.login.reset import ResetForm
from app.web.login.sign_in_page import SignInForm
from tests.gallery.passkey_states import REQUEST
from tests.gallery.people import (
    JANE,
    LONG_NAME,
    NOON,
    Context,
    States,
    app,
    told,
)

UPSTREAMS = [
    {"slug": slug, "name": name, "kind": "generic", "action": f"/login/upstream/{slug}"}
    for slug, name in (("google", "Google"), ("microsoft", "Microsoft"), ("long", LONG_NAME))
]


def _sign_in(**changes: Any) -> Context:
    known = {
        "form": SignInForm(formdata=None),
        "interaction": "it_8fJ2",
        "client": app(),
        "stage": "combined",
        "known": None,
        "confirming": False,
        "signed_in": None,
        "upstreams": [],
        "asks_to_keep": False,
        "may_sign_up": True,
        "is_closed": False,
        "is_over": False,
        "has_unsent": False,
        "here": "/login/sign-in",
        "passkey": {"options": REQUEST, "action": "/login/passkey", "unknown": ""},
    }
    return {**known, **changes}


def _wrong() -> Context:
    form = SignInForm(formdata=None, data={"username": JANE.email})
    return _sign_in(form=told(form, "That email and password don't match. Check both."))


def _empty() -> Context:
    return _sign_in(
        form=told(
            SignInForm(formdata=None),
            username="Enter your email address.",
            password="Enter your password.",
        )
    )


def _throttled() -> Context:
    form = SignInForm(formdata=None, data={"username": JANE.email})
    return _sign_in(form=told(form, "Too many tries. Wait 2 minutes, then try again."))


def _unknown_passkey() -> Context:
    text = "This passkey isn't linked to an account any more. Sign in another way."
    passkey = {"options": REQUEST, "action": "/login/passkey", "unknown": "AAAA"}
    return _sign_in(form=told(SignInForm(formdata=None), text), passkey=passkey)


def _confirming() -> Context:
    form = SignInForm(formdata=None, data={"username": JANE.email})
    return _sign_in(form=form, known=JANE, confirming=True)


def _next(stage: str, **changes: Any) -> Context:
    """Return the page after the one that asks for the address alone."""
    data = {"username": JANE.email}
    known = {
        "stage": stage,
        "form": SignInForm(formdata=None, data=data),
        "known": {"name": "", "email": JANE.email},
        "provider": UPSTREAMS[0] | {"name": "Example"},
        "password_url": "/login/sign-in?way=password",
        "change_url": "/login/sign-in?another=yes",
    }
    return _sign_in(**{**known, **changes})


def _next_wrong() -> Context:
    form = SignInForm(formdata=None, data={"username": JANE.email})
    words = "That email and password don't match. Check both."
    return _next("password", form=told(form, words))


def _identifier_empty() -> Context:
    form = SignInForm(formdata=None)
    return _sign_in(stage="identifier", form=told(form, username="Enter your email address."))


def _check_email(**changes: Any) -> Context:
    known = {
        "form": CodeForm(formdata=None),
        "interaction": "it_8fJ2",
        "email": JANE.email,
        "change_url": "/login/sign-up",
        "minutes": 30,
        "sent_again_at": None,
        "is_early": False,
        "state_url": "?state",
        "mailbox_url": None,
    }
    return {**known, **changes}


def _forgot(**changes: Any) -> Context:
    known = {
        "form": ForgotForm(formdata=None, data={"email": JANE.email}),
        "interaction": None,
        "sent_to": "",
        "minutes": 30,
        "mailbox_url": None,
    }
    return {**known, **changes}


def _reset(**changes: Any) -> Context:
    known = {
        "form": ResetForm(formdata=None),
        "email": JANE.email,
        "is_first": False,
        "password_length": 15,
    }
    return {**known, **changes}


def _gone(cause: str, **changes: Any) -> Context:
    return {"cause": cause, "client": app(), "reference": "K7Q2-9FXM", **changes}


STATES: States = (
    ("login/sign_in.html", "plain", _sign_in),
    ("login/sign_in.html", "own-account", lambda: _sign_in(client=None, interaction=None)),
    ("login/sign_in.html", "unknown-passkey", _unknown_passkey),
    ("login/sign_in.html", "wrong", _wrong),
    ("login/sign_in.html", "empty", _empty),
    ("login/sign_in.html", "throttled", _throttled),
    ("login/sign_in.html", "confirming", _confirming),
    (
        "login/sign_in.html",
        "signed-in",
        lambda: _sign_in(signed_in=JANE, continue_url="/login/consent"),
    ),
    ("login/sign_in.html", "over", lambda: _sign_in(is_over=True)),
    ("login/sign_in.html", "old", lambda: {**_sign_in(), "unsent": "old"}),
    ("login/sign_in.html", "unsent", lambda: _sign_in(has_unsent=True, client=None)),
    ("login/sign_in.html", "confirmed", lambda: _sign_in(has_confirmed=True)),
    ("login/sign_in.html", "identifier", lambda: _sign_in(stage="identifier")),
    ("login/sign_in.html", "identifier-empty", _identifier_empty),
    (
        "login/sign_in.html",
        "identifier-upstreams",
        lambda: _sign_in(stage="identifier", upstreams=UPSTREAMS),
    ),
    ("login/sign_in.html", "password", lambda: _next("password", asks_to_keep=True)),
    ("login/sign_in.html", "password-wrong", _next_wrong),
    ("login/sign_in.html", "provider", lambda: _next("provider")),
    ("login/sign_in.html", "provider-keep", lambda: _next("provider", asks_to_keep=True)),
    ("login/sign_in.html", "keep", lambda: _sign_in(asks_to_keep=True)),
    ("login/sign_in.html", "upstreams", lambda: _sign_in(upstreams=UPSTREAMS)),
    ("login/sign_in.html", "sign-up-closed", lambda: _sign_in(is_closed=True, may_sign_up=False)),
    ("login/sign_in.html", "reset", lambda: _sign_in(has_reset=True)),
    ("login/check_email.html", "plain", _check_email),
    (
        "login/check_email.html",
        "wrong",
        lambda: _check_email(
            form=told(
                CodeForm(formdata=None, data={"code": "WDJB-MJHT"}),
                code="That code isn't right or has expired.",
            )
        ),
    ),
    (
        "login/check_email.html",
        "again",
        lambda: _check_email(sent_again_at=NOON, mailbox_url="/dev/mail"),
    ),
    ("login/check_email.html", "early", lambda: _check_email(is_early=True)),
    ("login/forgot.html", "plain", _forgot),
    ("login/forgot.html", "sent", lambda: _forgot(sent_to=JANE.email, mailbox_url="/dev/mail")),
    ("login/reset.html", "plain", _reset),
    ("login/reset.html", "first", lambda: _reset(is_first=True)),
    (
        "login/reset.html",
        "refused",
        lambda: _reset(
            form=told(
                ResetForm(formdata=None), password="Too many people use this one. Choose another."
            )
        ),
    ),
    ("login/reset.html", "expired", lambda: _reset(form=None, email=None)),
    ("login/interaction_gone.html", "expired", lambda: _gone("expired")),
    ("login/interaction_gone.html", "finished", lambda: _gone("finished")),
    ("login/interaction_gone.html", "other-browser", lambda: _gone("other_browser", client=None)),
    (
        "login/interaction_gone.html",
        "no-cookies",
        lambda: _gone("no_cookies", client=None, reference=""),
    ),
)
