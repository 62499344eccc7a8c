"""Terms and further details: no way in leads around them, and no code comes before them."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from sqlalchemy import update

from app.models import UpstreamIdentity, User
from app.services.people import invitations, terms, upstreams
from app.services.people.upstreams import Wanted
from tests import factories
from tests.administrators import browser_of, visitor
from tests.factories import PASSWORD
from tests.passkey_pages import use
from tests.secrets_seen import remember
from tests.upstream_host import CLIENT_ID, SECRET, UpstreamHost

VERSION = "2026-11"


@pytest.fixture
def app(make_app, remote):
    """Return an application that wants an agreement and a nickname of everybody."""
    wanted = {"terms_version": VERSION, "sign_up_asks": ("nickname*",)}
    return make_app(**wanted, **remote.settings)


@pytest.fixture
def other(remote, db):
    """Return another provider that Jane is linked to, and its row."""
    host = UpstreamHost(remote)
    wanted = Wanted(name="Example", issuer=host.issuer, client_id=CLIENT_ID, secret=SECRET)
    remember(SECRET)
    row = upstreams.create("generic", wanted, by=None)
    db.session.commit()
    return host, row


@pytest.fixture
def rp(register):
    """Return an application that needs no consent: nothing else holds its code back."""
    return register(trusted=True)


class Ways:
    """Ways into the account of Jane, each from the page that the application has led to."""

    def __init__(self, jane, letters, other):
        self.jane, self.letters, self.other = jane, letters, other

    def password(self, browser):
        browser.sign_in(self.jane.email, PASSWORD)

    def passkey(self, browser):
        use(browser, factories.passkey(self.jane))

    def second_step(self, browser):
        phone, _ = factories.phone(self.jane)
        browser.sign_in(self.jane.email, PASSWORD)
        browser.press("continue", code=remember(phone.code))

    def recovery_code(self, browser):
        _, codes = factories.phone(self.jane)
        browser.sign_in(self.jane.email, PASSWORD)
        browser.follow("Use a recovery code").press("continue", code=codes[0])

    def remembered_device(self, browser):
        phone, _ = factories.phone(self.jane)
        asked = browser.shown.url
        browser.open("/login/sign-in").sign_in(self.jane.email, PASSWORD)
        browser.press("continue", code=remember(phone.code), trust="y")
        browser.press("sign-out")
        browser.open(asked).sign_in(self.jane.email, PASSWORD)

    def upstream(self, browser):
        host, row = self.other
        identity = UpstreamIdentity(
            provider_id=row.id, issuer=host.issuer, subject="jane-there", user_id=self.jane.id
        )
        factories.db.session.add(identity)
        factories.db.session.commit()
        browser.open(browser.shown.url).press(f"upstream-{row.slug}")
        browser.open(host.authorize(browser.left_for))

    def reset(self, browser):
        asked, new = browser.shown.url, remember("four green boats sail home")
        browser.open("/login/forgot").press("send", email=self.jane.email)
        browser.open(self.letters.link(self.jane.email)).press("save", password=new)
        browser.open(asked).sign_in(self.jane.email, new)


@pytest.fixture
def ways(jane, letters, other):
    """Return the ways into the account of Jane."""
    return Ways(jane, letters, other)


NAMES = [name for name in vars(Ways) if not name.startswith("_")]


def answer_both(browser):
    """Pass both pages, which come in this order; the application has got nothing before."""
    assert browser.at == "/login/terms"
    assert not browser.left_for
    browser.press("agree")
    assert browser.at == "/login/details"
    browser.press("save", nickname="Jay")


@pytest.mark.parametrize("way", NAMES)
def test_every_way_in_leads_to_both_pages_before_the_code(browser, rp, ways, way):
    """security.md MF01: whatever was proved on the way."""
    rp.authorize(browser)
    getattr(ways, way)(browser)
    assert browser.at == "/login/terms"

    rp.authorize(browser, prompt="none")
    assert rp.callback(browser).error == "interaction_required"
    rp.authorize(browser)
    answer_both(browser)

    assert rp.redeem(rp.callback(browser).code).status == 200
    rp.authorize(browser, prompt="none")
    assert rp.callback(browser).code


@pytest.mark.parametrize("way", [name for name in NAMES if name != "remembered_device"])
def test_every_way_to_ones_own_account_leads_there_too(browser, ways, way):
    getattr(ways, way)(browser.open("/login/sign-in"))

    answer_both(browser)

    assert browser.at == "/account/"


def test_living_session_is_asked_as_well(app, rp, jane):
    browser = browser_of(app, jane)
    rp.authorize(browser)

    answer_both(browser)

    assert rp.redeem(rp.callback(browser).code).status == 200


def test_account_that_is_switched_to_is_asked_as_well(app, browser, rp, jane, db):
    ready = factories.user("john@people.example", nickname="J")
    terms.agree(ready.id, VERSION)
    db.session.commit()
    browser.sign_in(jane.email, PASSWORD)
    answer_both(browser)
    browser.open("/login/select-account").press("another")
    browser.sign_in(ready.email, PASSWORD)
    db.session.execute(update(User).values(terms_version="2025"))
    db.session.commit()

    rp.authorize(browser, prompt="select_account")
    (button,) = (
        each
        for each in browser.shown.root.find_all("button")
        if each.get("name") == "account" and jane.email in each.text
    )
    browser.press(button.get("id"))

    assert browser.at == "/login/terms"
    assert not browser.left_for


def test_invitation_asks_on_its_own_page_and_for_details_after_it(app, db):
    held = []
    invitations.send(
        "guest@people.example",
        name=None,
        is_admin=False,
        by=factories.admin(),
        link=lambda token: held.append(remember(token)) or "https://id.example/x",
    )
    db.session.commit()
    browser = visitor(app).open(f"/login/invitation?token={held[0]}")
    words = remember("four green boats sail home")

    assert browser.press("register", password=words).status == 422
    browser.press("register", password=words, agree=VERSION)

    assert browser.at == "/login/details"
    assert urlsplit(browser.press("save", nickname="G").shown.url).path == "/account/"


def test_cancelled_sign_up_leaves_nothing_agreed(browser, rp, letters):
    rp.authorize(browser).open(browser.absolute("/login/sign-up"))

    browser.press("register", email="a@people.example", password=remember("four green boats sail"))

    assert browser.status == 422
    assert letters.all() == []
