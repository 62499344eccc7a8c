"""Who may sign up: anybody, nobody, or people of certain domains."""

from __future__ import annotations

import re
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.models import Mail, SignUp
from tests import factories
from tests.administrators import visitor

PASSWORD = "four green boats sail home"
DOMAINS = "example.org, *.example.net, münchen.example"
WHICH = "Use an address that ends in @example.org, .example.net, or @münchen.example."


@pytest.fixture
def guarded(make_app):
    """Return the application with some domains."""
    return make_app(sign_up="domains", sign_up_domains=DOMAINS, support_contact="help@example.org")


def asked(db):
    """Return how many have asked for an account and were sent a code."""
    return db.session.scalar(select(func.count()).select_from(SignUp))


@pytest.mark.parametrize(
    "email",
    [
        "jane@example.org",
        "Jane@EXAMPLE.ORG",
        "jane@\uff45xample.org",
        "jane@a.example.net",
        "jane@a.b.Example.net",
        "jane@münchen.example",
        "jane@xn--mnchen-3ya.example",
        "jane@MÜNCHEN.example",
    ],
)
def test_address_of_a_domain_signs_up(guarded, db, email):
    """security.md RV09: compared in a canonical form, in capitals, wide letters and punycode."""
    browser = visitor(guarded).sign_up(email, PASSWORD)

    assert browser.at == "/login/check-email"
    assert asked(db) == 1


@pytest.mark.parametrize(
    "email",
    [
        "jane@people.example",
        "jane@evilexample.org",
        "jane@a.example.org",
        "jane@example.net",
        "jane@evilexample.net",
        "jane@example.org.evil.example",
        "jane@ex\u0430mple.org",
        "example.org@evil.example",
        '"jane@example.org"@evil.example',
    ],
)
def test_other_addresses_are_told_which_may(guarded, db, email):
    """ux.md 2.2: exactly these; a subdomain only where it says so; no look-alikes."""
    browser = visitor(guarded).sign_up(email, PASSWORD)

    assert browser.status == 422
    assert browser.at == "/login/sign-up"
    assert asked(db) == 0
    if not email.startswith('"'):  # that one is no address as we take them
        assert browser.sees(f"{WHICH} Other accounts are by invitation. Ask help@example.org.")


def test_account_of_another_domain_is_not_given_away(guarded, jane, db):
    """security.md RV01: the same refusal whether or not the address has an account."""
    texts = []
    for email in (jane.email, "nobody@people.example"):
        browser = visitor(guarded).sign_up(email, PASSWORD)
        texts.append(browser.shown.text.replace(email, "ADDRESS"))

    assert texts[0] == texts[1]
    assert db.session.scalar(select(func.count()).select_from(Mail)) == 0


def test_page_says_which_addresses_may(guarded):
    browser = visitor(guarded).open("/login/sign-up")

    assert browser.sees("It ends in @example.org, .example.net, or @münchen.example")


def test_person_of_another_domain_signs_in_all_the_same(guarded, jane):
    assert visitor(guarded).sign_in(jane.email, factories.PASSWORD).at == "/account/"


@pytest.mark.parametrize(
    "changes",
    [
        {"sign_up": "domains"},
        {"sign_up_domains": "example.org"},
        {"sign_up": "domains", "sign_up_domains": "org"},
        {"sign_up": "domains", "sign_up_domains": "*.*.org"},
        {"sign_up": "domains", "sign_up_domains": "@example.org"},
        {"sign_up": "domains", "sign_up_domains": "example.*"},
        {"sign_up": "domains", "sign_up_domains": "https://example.org"},
    ],
)
@pytest.mark.one_engine
def test_domains_that_mean_nothing_stop_the_start(make_app, changes):
    with pytest.raises(ValueError, match="SEALWAX_SIGN_UP"):
        make_app(**changes)


@pytest.mark.one_engine
def test_mail_to_an_unknown_address_leads_to_no_closed_door(make_app, settings, db):
    assert db.engine, "a context of the application is open"
    visitor(make_app(sign_up="closed")).open("/login/forgot").press(
        "send", email="n@people.example"
    )

    (file,) = Path(settings.mail_folder).glob("*.eml")
    letter = message_from_bytes(file.read_bytes()).as_string()
    assert not re.search("sign-up", letter)
