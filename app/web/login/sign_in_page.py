"""What the sign-in page shows: who is asked, for which application, by which ways.

Identifier first it has two stages: the address alone, and then the password, or the provider to
which the domain of the address is mapped. None of them looks for an account (security.md LG01).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask import render_template, request, url_for
from flask_babel import lazy_gettext
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from app.models import Client
from app.services.authorization.signed_in import SignedIn
from app.services.people import (
    identifier_first,
    passkey_proofs,
    sign_up_policy,
    sign_ups,
    upstreams,
)
from app.services.people.upstreams import Offer
from app.settings import settings
from app.web import guards, logos, unsent
from app.web.forms import Form
from app.web.login import waiting as pages
from app.web.login.waiting import Waiting

LONGEST_ADDRESS = 320
#: What the address of the page says beside who asks.
PURPOSE = ("interaction", "next", "again", "another", "account", "reset", "username", "way")
#: Parts of the address of who comes from the account chooser, or has just been here.
DECIDED = frozenset({"another", "account", "confirmed", "over", "reset"})


class Stage(StrEnum):
    """What the page asks for."""

    COMBINED = "combined"
    IDENTIFIER = "identifier"
    PASSWORD = "password"
    PROVIDER = "provider"


class SignInForm(Form):
    """Who you are, and the password that proves it."""

    username = StringField(
        validators=[
            DataRequired(lazy_gettext("Enter your email address.")),
            Length(max=LONGEST_ADDRESS, message=lazy_gettext("This is too long for an address.")),
        ],
        filters=[lambda typed: typed and typed.replace("\0", "")],  # PostgreSQL keeps no NUL
    )
    password = PasswordField(validators=[InputRequired(lazy_gettext("Enter your password."))])
    keep = BooleanField()


def address(**changes: str | None) -> str:
    """Return the address of this page, for the purpose that the present request has.

    `changes` are parts of it that are to be others, None for none.
    """
    return url_for("login.sign_in", **{**_purpose(), **changes})


def _purpose() -> dict[str, Any]:
    sent = request.args
    return {name: sent[name] for name in PURPOSE if name in sent}


def asks_to_keep(waiting: Waiting | None) -> bool:
    """Tell whether the page asks to stay signed in: not who is, and only confirms it."""
    return settings.keep_signed_in and not pages.is_confirming(waiting)


def keeps(waiting: Waiting | None) -> bool | None:
    """Return whether this form asks to stay signed in, None where the page has no such box."""
    return bool(request.form.get("keep")) if asks_to_keep(waiting) else None


def empty_page(waiting: Waiting | None, fault: str, *, unknown: str = "") -> str:
    """Return the page for somebody who could not sign in another way.

    `unknown` is the ID of a passkey that the browser had better forget.
    """
    form = SignInForm(formdata=None, data={"username": expected_address(waiting)})
    form.form_errors.append(fault)
    return draw(form, waiting, unknown=unknown)


def asks_identifier_alone() -> bool:
    """Tell whether this form was sent by the page that asks for the address alone."""
    return identifier_first.is_on() and "password" not in request.form


def expected_address(waiting: Waiting | None) -> str:
    """Return the address to fill in: of who is asked again, was typed, or whom the app named.

    An id_token_hint fills in nothing: it may be in the hands of somebody who was never told
    the address.
    """
    somebody = _confirmed(waiting)
    if typed := _typed() if somebody is None else "":
        return typed
    if "another" in request.args:
        return ""
    if chosen := request.args.get("account"):
        return next((one.email for one in guards.accounts() if str(one.id) == chosen), "")
    if pages.is_confirming(waiting) and (here := guards.person()) is not None:
        return here.email
    if "confirmed" in request.args and (done := sign_ups.find(guards.browser())) is not None:
        return done.email
    hint = waiting.parameter("login_hint") if waiting else ""
    return hint if len(hint) <= LONGEST_ADDRESS else ""


def _typed() -> str:
    """Return the address that was typed on the page before, which its address carries on."""
    typed = request.args.get("username", "")
    return typed if len(typed) <= LONGEST_ADDRESS and typed.isprintable() else ""


def _confirmed(waiting: Waiting | None) -> SignedIn | None:
    """Return who only has to confirm who they are, None when anybody may sign in."""
    somebody = waiting.person if waiting else guards.person()
    is_fixed = pages.is_confirming(waiting) and DECIDED.isdisjoint(request.args)
    return somebody if is_fixed else None


def _stage(form: SignInForm, provider: Offer | None) -> Stage:
    if not identifier_first.is_on():
        return Stage.COMBINED
    if not form.username.data or form.username.errors:
        return Stage.IDENTIFIER
    wants_password = "way" in request.args or "password" in request.form
    return Stage.PASSWORD if provider is None or wants_password else Stage.PROVIDER


def draw(form: SignInForm, waiting: Waiting | None, *, unknown: str = "") -> str:
    """Return the page; `unknown` is the ID of a passkey that the browser had better forget."""
    somebody = waiting.person if waiting else guards.person()
    confirming = pages.is_confirming(waiting) and somebody is not None
    known = _confirmed(waiting)
    offers = not confirming and not (waiting and waiting.must_prove)
    return render_template(
        "login/sign_in.html",
        form=form,
        interaction=waiting.handle if waiting else None,
        client=_client(waiting.client) if waiting else None,
        confirming=confirming,
        **_signed_in(somebody if offers else None, waiting),
        here=address(),
        passkey={
            "options": passkey_proofs.begin_sign_in(browser=guards.browser()),
            "action": url_for("login.passkey", **_purpose()),
            "unknown": unknown,
        },
        upstreams=[_upstream(offer, waiting) for offer in upstreams.offers()],
        asks_to_keep=asks_to_keep(waiting),
        may_sign_up=sign_up_policy.are_taken(),
        is_closed=waiting is not None and waiting.reason == pages.SIGN_UP_CLOSED,
        is_over="over" in request.args and not form.errors,
        has_reset=request.method == "GET" and request.args.get("reset") == "done",
        has_confirmed=request.method == "GET" and "confirmed" in request.args,
        has_unsent=unsent.is_waiting_at(request.args.get("next", "")),
        **_asked(form, known, waiting),
    )


def _asked(form: SignInForm, known: SignedIn | None, waiting: Waiting | None) -> dict[str, Any]:
    """Return which stage it is, and whose address stands there, as they or the app wrote it."""
    if known is not None:
        return {"stage": Stage.COMBINED, "known": _account(known)}
    provider = identifier_first.provider_of(form.username.data or "")
    stage = _stage(form, provider)
    if stage in {Stage.COMBINED, Stage.IDENTIFIER}:
        return {"stage": stage, "known": None}
    return {
        "stage": stage,
        "known": {"name": "", "email": form.username.data},
        "provider": _upstream(provider, waiting) if provider else None,
        "password_url": address(username=form.username.data, way="password"),
        "change_url": address(username=None, way=None, account=None, another="yes"),
    }


def _signed_in(somebody: SignedIn | None, waiting: Waiting | None) -> dict[str, Any]:
    """Return who may go on as they are, and where that is said; nothing for nobody."""
    if somebody is None:
        return {"signed_in": None, "continue_url": ""}
    handle = waiting.handle if waiting else None
    target = request.args.get("next")
    to_go_on = url_for("login.select_account", interaction=handle, next=target)
    return {"signed_in": _account(somebody), "continue_url": to_go_on}


def _upstream(offer: Offer, waiting: Waiting | None) -> dict[str, str]:
    action = url_for(
        "login.upstream",
        slug=offer.slug,
        interaction=waiting.handle if waiting else None,
        next=request.args.get("next"),
        again=request.args.get("again"),
    )
    return {"slug": offer.slug, "name": offer.name, "kind": offer.kind, "action": action}


def _client(client: Client) -> dict[str, str | None]:
    return {
        "name": client.name,
        "logo": logos.address(client),
        "policy_uri": client.setting("policy_uri") or "",
        "tos_uri": client.setting("tos_uri") or "",
    }


def _account(somebody: Any) -> dict[str, str]:
    return {"name": somebody.name or "", "email": somebody.email}
