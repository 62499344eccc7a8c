"""Another provider, an application that may reach it, and the way there and back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.models import Attempt, Session, UpstreamIdentity, User
from app.services.people import upstreams
from app.services.people.upstream_wishes import Wanted
from tests.secrets_seen import remember
from tests.upstream_host import CLIENT_ID, SECRET, UpstreamHost


@pytest.fixture
def other(remote):
    """Return another provider."""
    remember(SECRET)
    return UpstreamHost(remote)


@pytest.fixture
def app(make_app, remote):
    """Return an application that may reach it."""
    return make_app(**remote.settings)


@pytest.fixture
def add(db):
    """Return a function that sets a provider up."""

    def added(host, kind="generic", **changes):
        wanted = Wanted(
            name="Example", issuer=host.issuer, client_id=CLIENT_ID, secret=SECRET, may_sign_up=True
        )
        row = upstreams.create(kind, replace(wanted, **changes), by=None)
        db.session.commit()
        return row

    return added


@pytest.fixture
def provider(add, other):
    """Set the provider up: new accounts allowed, its word about addresses not believed."""
    return add(other)


@pytest.fixture
def there(provider, other):
    """Return a function that goes to the provider and gives the address that leads back."""

    def go(browser, **changes):
        browser.press(f"upstream-{provider.slug}")
        assert browser.left_for.startswith(f"{other.host.url}/authorize?"), browser.page.text
        return other.authorize(browser.left_for, **changes)

    return go


@pytest.fixture
def come(there):
    """Return a function that signs in with the provider, from the sign-in page to what follows."""

    def walk(browser, **changes):
        if browser.page is None or not browser.has("sign-in"):
            browser.open("/login/sign-in")
        return browser.open(there(browser, **changes))

    return walk


@pytest.fixture
def linked(db, provider):
    """Return a function that links an identity at the provider to a user."""

    def link(user, subject="jane-there", issuer=None):
        row = UpstreamIdentity(
            provider_id=provider.id,
            issuer=issuer or provider.issuer,
            subject=subject,
            user_id=user.id,
            email="jane@people.example",
        )
        db.session.add(row)
        db.session.commit()
        return row

    return link


@pytest.fixture
def count(db):
    """Return a function that counts the rows of a table."""

    def rows(model):
        db.session.rollback()
        return db.session.scalar(select(func.count()).select_from(model))

    return rows


@pytest.fixture
def reason(db):
    """Return a function that gives the reason of the last refused attempt."""

    def last():
        db.session.rollback()
        wanted = select(Attempt).where(Attempt.endpoint == "upstream")
        found = db.session.scalars(wanted.order_by(Attempt.id.desc()).limit(1)).one()
        return found.reason

    return last


@pytest.fixture
def nothing_done(count):
    """Return a function that fails when an account or a link was made."""

    def check(users=0):
        assert count(User) == users
        assert count(UpstreamIdentity) == 0

    return check


@pytest.fixture
def refused(browser, db, reason, nothing_done):
    """Return a function that makes sure of the page, the trace, and that nobody was let in."""

    def check(*codes, users=0):
        assert browser.status == 400
        assert browser.has("reference")
        assert reason() in codes, reason()
        assert db.session.scalars(select(Session)).all() == []
        nothing_done(users=users)

    return check
