"""A leaked password at every door where one is chosen (security.md PW03), and where one is used."""

from __future__ import annotations

from functools import partial

import pytest

from app.models import User
from app.services.people import resets, set_up
from tests import factories
from tests.administrators import visitor
from tests.factories import PASSWORD
from tests.secrets_seen import remember

LEAKED = "whatevereedo583525"
REASON = "This password appears in known leaks. Choose another."
pytestmark = pytest.mark.one_engine


def at_sign_up(browser, _db):
    """Ask for an account."""
    return browser.sign_up("new@people.example", LEAKED)


def at_set_up(browser, db):
    """Make the first administrator."""
    link = set_up.new_link()
    db.session.commit()
    remember(link.partition("token=")[2])
    browser.open(link)
    return browser.press("set-up", email="ada@people.example", name="", password=LEAKED)


def at_a_change(browser, _db):
    """Change one's own."""
    jane = factories.user("jane@people.example")
    browser.sign_in(jane.email, PASSWORD).open("/account/security")
    return browser.press("change-password", current_password=PASSWORD, password=LEAKED)


def at_a_reset(browser, db):
    """Choose a new one with a mailed link."""
    tokens = []
    jane = factories.user("jane@people.example")
    resets.begin(jane.email, link=partial(_keep, tokens))
    db.session.commit()
    return browser.open(f"/login/reset?token={tokens[0]}").press("save", password=LEAKED)


def _keep(tokens, token):
    tokens.append(remember(token))
    return "https://id.example/"


@pytest.mark.parametrize("choose", [at_sign_up, at_set_up, at_a_change, at_a_reset])
def test_leaked_password_is_refused_with_its_reason(browser, db, choose):
    """security.md PW03; ux.md 2.2."""
    choose(browser, db)

    assert browser.status == 422
    assert browser.sees(REASON)


def test_leaked_password_is_refused_on_the_command_line(app, db):
    words = ["user", "create", "ada@people.example", "--password-stdin"]
    done = app.test_cli_runner().invoke(args=words, input=f"{LEAKED}\n")

    assert done.exit_code != 0
    assert REASON in done.output
    assert db.session.query(User).count() == 0


def test_who_has_one_already_signs_in(app, db):
    """security.md PW03: a list that grows locks nobody out."""
    assert db.engine, "a context of the application is open"
    jane = factories.user("jane@people.example", password=LEAKED)

    assert visitor(app).sign_in(jane.email, LEAKED).at == "/account/"
