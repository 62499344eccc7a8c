"""Asked: what a stranger can ask about an address, and addresses of every kind of account.

All addresses have the same length, so that two answers differ in nothing but what is said.
"""

from __future__ import annotations

import re
from urllib.parse import quote, quote_plus

from sqlalchemy import delete

from app.clock import now
from app.database import db
from app.models import Throttle
from tests import factories
from tests.administrators import visitor
from tests.secrets_seen import remember

WRONG = "a lamp of quiet paper"
DOMAIN = "people.example"
SECRET = re.compile(
    r'(name="csrf_token"[^>]*value=")[^"]+'
    r'|(<code[^>]*id="reference"[^>]*>)[^<]+'
    r'|("challenge": ")[^"]+'
)
#: Headers that differ from one answer to the next, whoever asks.
VARYING = {"date", "set-cookie"}


def people():
    """Make an account of each kind; return the address of each, with one that has none."""
    factories.user(f"known@{DOMAIN}")
    factories.user(f"is.of@{DOMAIN}", disabled_at=now())
    factories.user(f"no.pw@{DOMAIN}", password=None)
    factories.phone(factories.user(f"phone@{DOMAIN}"))
    factories.user(f"claim@{DOMAIN}", email_verified=False)
    return {
        "unknown": f"nobod@{DOMAIN}",
        "known": f"known@{DOMAIN}",
        "turned off": f"is.of@{DOMAIN}",
        "without a password": f"no.pw@{DOMAIN}",
        "with a second step": f"phone@{DOMAIN}",
        "not confirmed": f"claim@{DOMAIN}",
    }


def sign_in(app, email):
    """Open the page and return what sends a wrong password."""
    browser = visitor(app).open("/login/sign-in")
    return browser, browser.fill("sign-in", username=email, password=remember(WRONG))


def sign_up(app, email):
    """Open the page and return what asks for an account."""
    browser = visitor(app).open("/login/sign-up")
    return browser, browser.fill("register", email=email, password=remember(WRONG))


def forgot(app, email):
    """Open the page and return what asks for a link."""
    browser = visitor(app).open("/login/forgot")
    return browser, browser.fill("send", email=email)


def resend(app, email):
    """Ask for an account and return what asks for another code."""
    browser = visitor(app).open("/login/sign-up")
    browser.press("register", email=email, password=remember(WRONG))
    return browser, browser.fill("again")


def identifier(app, email):
    """Open the page that asks for the address alone and return what sends it."""
    browser = visitor(app).open("/login/sign-in")
    return browser, browser.fill("next", username=email)


def password(app, email):
    """Type the address, and return what sends a wrong password from the page after it."""
    browser = visitor(app).open("/login/sign-in").press("next", username=email)
    return browser, browser.fill("sign-in", password=remember(WRONG))


ASKED = {
    "sign-in": sign_in,
    "identifier": identifier,
    "password": password,
    "sign-up": sign_up,
    "forgot": forgot,
    "resend": resend,
}
#: How the provider is set where a page is asked that is not there otherwise.
SETTINGS = {page: {"sign_in": "identifier-first"} for page in ("identifier", "password")}


def forget_tries():
    """Let nobody have to wait."""
    db.session.execute(delete(Throttle))
    db.session.commit()


def send(browser, form):
    """Send a form, follow no redirect; return the answer."""
    return browser._request("POST", form.url, form.fields, origin="")  # noqa: SLF001 (one request)


def normal(answer, email):
    """Return an answer without what differs for everybody: secrets, and the address itself."""
    told = {name: value for name, value in answer.headers.items() if name not in VARYING}
    headers = {name: _without(value, email) for name, value in told.items()}
    return answer.status, headers, SECRET.sub(r"\1\2\3…", _without(answer.text, email))


def _without(text, email):
    """Return a text without the address, as it is and as it stands in an address of ours."""
    initial = f'class="avatar" aria-hidden="true">{email[0].upper()}<'
    for written in (email, quote(email, safe=""), quote(email), quote_plus(email)):
        text = text.replace(written, "<address>")
    return text.replace(initial, initial.replace(f">{email[0].upper()}<", ">…<"))
